// `host`: which host a URL names, told only where all who read it connect to the same one.
import { spawnSync } from 'node:child_process'
import * as legacy from 'node:url'
import { describe, expect, test } from 'vitest'
import { hostOf, plainHost } from '../../../core/policy/host.ts'
import { hostTricks } from './tricks/hosts.ts'
import { asking } from './tricks/verdict.ts'

const verdict = asking({ it: { host: { in: ['good.example', 'bücher.example', '127.0.0.1', '::1'] } } })

test.each(hostTricks)('%j: %s (%s)', (text, expected) => {
  expect(verdict(text)).toBe(expected)
})

describe('the host that is told', () => {
  const told = hostTricks.flatMap(([text]) => {
    const host = hostOf(text)
    return host === undefined ? [] : [[text, host] as const]
  })

  test('is the one that the WHATWG parser finds', () => {
    for (const [text, host] of told) {
      // A scheme it has no rules for leaves the name as it is.
      const parsed = new URL(text.replace(/^[a-z+]+(?=:)/i, 'http')).hostname
      expect([text, parsed.replace(/^\[|\]$|\.$/g, '')]).toEqual([text, host])
    }
    expect(told.length).toBeGreaterThan(200)
  })

  test("is the one that Node's older parser finds", () => {
    for (const [text, host] of told) {
      const parsed = legacy.parse(text).hostname ?? ''
      // It leaves IPv6 addresses as they are written.
      if (!parsed.includes(':')) expect([text, parsed.replace(/\.$/, '')]).toEqual([text, host])
    }
  })

  const python = spawnSync('python3', ['--version']).status === 0
  test.runIf(python)('is the one that Python finds', () => {
    const script = `
import sys, json
from urllib.parse import urlsplit
def host(text):
    name = urlsplit(text).hostname
    return name if ':' in name else name.rstrip('.').encode('idna').decode()
print(json.dumps([host(text) for text in json.load(sys.stdin)]))`
    const texts = told.map(([text]) => text)
    const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: JSON.stringify(texts), encoding: 'utf8' })
    expect(stderr).toBe('')
    const found = (JSON.parse(stdout) as string[]).map((host) => (host.includes(':') ? plainHost(host) : host))
    expect(texts.map((text, index) => [text, found[index]])).toEqual(told)
  })
})

test.each([
  ['Good.EXAMPLE.', 'good.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['[::1]', '::1'],
  ['::1', '::1'],
  ['0:0::1', '::1'],
  ['127.0.0.1', '127.0.0.1'],
  ['localhost', 'localhost'],
  ['https://good.example', undefined],
  ['good.example:443', undefined],
  ['good.example/x', undefined],
  ['127.1', undefined],
  ['*.example', undefined],
  ['', undefined],
])('a policy that says %j means %j', (text, host) => {
  expect(plainHost(text)).toBe(host)
})

test('a long text is answered like a short one', () => {
  expect(hostOf(`https://good.example/${'a'.repeat(1 << 20)}`)).toBe('good.example')
  expect(hostOf(`https://${'a'.repeat(1 << 20)}`)).toBeUndefined()
  expect(hostOf(`https://${'a@'.repeat(1 << 19)}good.example`)).toBeUndefined()
})
