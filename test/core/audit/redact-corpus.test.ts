// Secrets of every kind we know, in every place they turn up; and ordinary values, which stay byte for byte.
import { describe, expect, it } from 'vitest'
import { redact } from '../../../core/audit/redact.ts'
import type { JsonValue } from '../../../core/schema/json.ts'
import { ordinaryTexts, ordinaryValues } from '../../fixtures/ordinary.ts'
import { allSecrets, piecesOf, type SecretCase, shapedSecrets } from '../../fixtures/secrets.ts'

const named = (cases: readonly SecretCase[]) =>
  cases.map((one): [string, SecretCase] => [`${one.kind}, ${one.name}`, one])

/** Line ends, their escapes and what quotes lines in mail break a key into pieces, and hide nothing. */
const joined = (text: string) => text.replace(/\\+[nr]|[\r\n> ]/g, '')
const leftOf = (one: SecretCase, kept: JsonValue, encode = (piece: string) => piece): string[] => {
  const text = joined(typeof kept === 'string' ? kept : JSON.stringify(kept))
  return piecesOf(one).filter((piece) => text.includes(encode(joined(piece))))
}
const redacted = (value: JsonValue) => redact(value, () => '[redacted:0123456789ab]').value
const escaped = (text: string) => JSON.stringify(text).slice(1, -1)
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Where a text with a secret can stand. */
const places: Record<string, (text: string) => JsonValue> = {
  'a text': (text) => text,
  'an argument': (text) => ({ path: '/a', content: text }),
  'a list': (text) => ['a', text],
  'a file': (text) => `first line\n${text}\nlast line\n`,
  'a file of Windows': (text) => `first line\r\n${text.replaceAll('\n', '\r\n')}\r\nlast line\r\n`,
  'indented lines': (text) => `- |\n  ${text.replaceAll('\n', '\n  ')}\nlast: 1\n`,
  'quoted mail': (text) => `> ${text.replaceAll('\n', '\n> ')}`,
  'a fence': (text) => `Here:\n\`\`\`\n${text}\n\`\`\`\n`,
  'a sentence': (text) => `Please use this: "${text}", thanks.`,
  'a log line': (text) => `2026-11-22 ERROR [main] a.b.C - failed: ${text}`,
  JSON: (text) => JSON.stringify({ path: '/a', content: text }),
  'JSON over several lines': (text) => JSON.stringify({ list: [{ path: '/a', content: text }] }, null, 2),
  'JSON in JSON': (text) => JSON.stringify({ body: JSON.stringify({ path: '/a', content: text }) }),
  'JSON in a sentence': (text) => `result: ${JSON.stringify({ path: '/a', content: text })} done`,
  'JSON in JSON in a sentence': (text) => `result: ${JSON.stringify({ a: JSON.stringify({ content: text }) })} done`,
  'a line of JSON that is cut': (text) =>
    `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"abc ${escaped(text)} and so`,
  'a line of JSON that is cut, after a line end': (text) =>
    `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"abc\\n${escaped(text)}\\nand so`,
  'JSON in a line of JSON that is cut': (text) =>
    `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"${escaped(JSON.stringify({ x: text }))}","x":"`,
  'a result': (text) => ({ content: [{ type: 'text', text }], isError: true }),
  'structured content': (text) => ({ content: [], structuredContent: { result: { inner: text } } }),
  'a resource': (text) => ({ contents: [{ uri: 'file:///a', text }] }),
  'an error': (text) => ({ code: -32_000, message: `failed: ${text}`, data: { detail: text } }),
}

describe('a secret', () => {
  it.each(named(allSecrets))('%s', (_, one) => {
    for (const [place, put] of Object.entries(places)) {
      expect(leftOf(one, redacted(put(one.text))), `in ${place}`).toEqual([])
    }
  })
  it.each(named(allSecrets))('%s, in a file in Base64', (_, one) => {
    const [kept] = [redacted({ blob: base64(`some text\n${one.text}\nmore`) }) as { blob: string }]
    expect(leftOf(one, Buffer.from(kept.blob, 'base64').toString('latin1'))).toEqual([])
  })
  it.each(named(shapedSecrets))('%s, in a URL', (_, one) => {
    for (const url of [
      `https://x.example.test/?q=${encodeURIComponent(one.text)}&x=1`,
      `q=${encodeURIComponent(JSON.stringify({ a: one.text }))}`,
    ]) {
      expect(leftOf(one, redacted(url), encodeURIComponent)).toEqual([])
    }
  })
  it.each(named(allSecrets))('%s is marked by itself, so that it is found again', (_, one) => {
    const marked: string[] = []
    redact({ first: one.text, second: JSON.stringify({ inner: [one.text] }) }, (secret) => {
      marked.push(secret)
      return ''
    })
    expect(marked.filter((secret) => secret === one.secret).length).toBeGreaterThanOrEqual(2)
  })
  it('is of more than 28 kinds', () => {
    expect(allSecrets.length).toBeGreaterThan(200)
    expect(new Set(allSecrets.map(({ kind }) => kind)).size).toBeGreaterThan(28)
    expect(new Set(allSecrets.map(({ secret }) => secret)).size).toBe(allSecrets.length)
  })
  it('is out of what is left, however often it is looked through', () => {
    const once = redacted(allSecrets.map(({ text }) => text))
    expect(redacted(once)).toBe(once)
  })
})

describe('a name that tells', () => {
  it.each([
    ['a command line as a list', ['mysql', '-u', 'root', '-psesame', 'app'], ['mysql', '-u', 'root', '-p#', 'app']],
    [
      'one with a path',
      ['/usr/bin/curl', '-u', 'ada:sesame', 'https://x'],
      ['/usr/bin/curl', '-u', 'ada:#', 'https://x'],
    ],
    ['one with another flag', ['sshpass', '-p', 'sesame', 'ssh', 'host'], ['sshpass', '-p', '#', 'ssh', 'host']],
    ['one with a blank in a word', ['docker', 'login', '-p', 'sesame street'], ['docker', 'login', '-p', '#']],
    ['an environment', ['API_TOKEN=abcdefgh1', 'HOME=/home/ada'], ['API_TOKEN=#', 'HOME=/home/ada']],
    [
      'a code',
      { verification_code: '123456', pin: '4711', code: '4711' },
      { verification_code: '#', pin: '#', code: '4711' },
    ],
    ['a JSON Web Key', { kty: 'RSA', n: 'abc', d: 'def', q: 'ghi' }, { kty: 'RSA', n: 'abc', d: '#', q: '#' }],
    ['cookies', { cookie: 'sid=abcdef12; theme=dark' }, { cookie: 'sid=#; theme=dark' }],
    ['a label', { password: 'Enter your password' }, { password: 'Enter your password' }],
    [
      'JSON with numbers as they are written',
      '{"a": 1.50, "token": "abc", "b": 1e3}',
      '{"a": 1.50, "token": "#", "b": 1e3}',
    ],
    ['JSON in which a key stands twice', '{"token":"abc","token":"def","10":1,"2":2}', '{"2":2,"10":1,"token":"#"}'],
  ] as [string, JsonValue, JsonValue][])('in %s', (_, value, expected) => {
    expect(redact(value, () => '#').value).toEqual(expected)
  })
})

describe('what is no secret stays', () => {
  const check = (value: JsonValue) => {
    const taken: string[] = []
    const { value: kept } = redact(value, (secret) => {
      taken.push(secret)
      return '#'
    })
    expect(taken).toEqual([])
    expect(kept).toBe(value)
  }
  it.each(ordinaryTexts)('%j', (text) => {
    check(text)
    check({ text, list: [text] })
    check(JSON.stringify({ inner: text }))
    check(JSON.stringify({ inner: text }, null, 2))
    check(`${text}\n${text}`)
  })
  it.each(
    ordinaryValues.map((value) => [JSON.stringify(value), JSON.parse(JSON.stringify(value)) as JsonValue] as const),
  )('%s', (text, value) => {
    check(value)
    check([value])
    check(text)
    check(JSON.stringify(value, null, 2))
  })
  it('in one long text', () => {
    expect(ordinaryTexts.length + ordinaryValues.length).toBeGreaterThan(250)
    check(ordinaryTexts.join('\n'))
    check(JSON.stringify(ordinaryTexts))
  })
})
