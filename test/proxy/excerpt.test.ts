// What is kept of arguments and results: secrets are out of it wherever the cut goes through, and what stands for them tells
// equal values from others, without telling anybody what they were.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/schema/json.ts'
import { argumentsHash } from '../../core/wire/json-line.ts'
import { redactedText, requestExcerpts, resultExcerpt } from '../../proxy/excerpt.ts'
import { hideValues } from '../../proxy/hidden-values.ts'
import { keyed, mark } from '../../proxy/marks.ts'
import { allSecrets, piecesOf, type SecretCase } from '../fixtures/secrets.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-home-'))
  process.env['COUNTERSIGN_HOME'] = home
})
afterAll(() => {
  delete process.env['COUNTERSIGN_HOME']
  rmSync(home, { recursive: true, force: true })
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const filler = (length: number) => 'word '.repeat(Math.ceil(length / 5)).slice(0, Math.max(0, length))
const leftOf = (one: SecretCase, text: string) => {
  const flat = text.replace(/\\+[nr]|[\r\n]/g, '')
  return piecesOf(one).filter((piece) => flat.includes(piece))
}
const request = (args: JsonObject, beside?: JsonObject) =>
  requestExcerpts({ arguments: args, beside }, argumentsHash(args, sha256, beside))
/** The first 8 KB of a line, as the watcher of answers keeps them of a long one. */
const headOf = (text: string) =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } }))
    .subarray(0, 8 * 1024)
    .toString()
const ofHead = (text: string) => resultExcerpt({ bytes: 100_000, head: headOf(text), sha256: sha256(text) })

describe('a secret that a cut goes through', () => {
  const cases = allSecrets.map((one, index): [string, SecretCase, number] => [`${one.kind}, ${one.name}`, one, index])
  /** Every secret at some places around the cut; together they are at all of them. */
  const around = (cut: number, { text }: SecretCase, index: number) =>
    Array.from({ length: 14 }, (_, n) => cut + 6 - Math.floor((n * (text.length + 120)) / 13) - (index % 7))

  it.each(cases)('%s: in arguments', (_, one, index) => {
    for (const at of around(16 * 1024, one, index)) {
      const { arguments: kept } = request({ text: `${filler(at - 9)}\n${one.text}\n${filler(500)}` })
      expect(leftOf(one, kept.text), `at ${at}`).toEqual([])
      expect(kept.text.length).toBeLessThanOrEqual(16 * 1024)
    }
  })
  it.each(cases)('%s: in a result', (_, one, index) => {
    for (const at of around(4 * 1024, one, index)) {
      const value = { content: [{ type: 'text', text: `${filler(at - 36)}\n${one.text}\n${filler(500)}` }] }
      const kept = resultExcerpt({ bytes: 5_000, value })
      expect(leftOf(one, kept.text), `at ${at}`).toEqual([])
      expect(kept.text.length).toBeLessThanOrEqual(4 * 1024)
    }
  })
  it.each(cases)('%s: in a result that is not seen whole', (_, one, index) => {
    for (const cut of [4 * 1024, 8 * 1024]) {
      for (const at of around(cut, one, index)) {
        const kept = ofHead(`${filler(at - 72)}\n${one.text}\n${filler(90_000)}`)
        expect(leftOf(one, kept.text), `at ${at}`).toEqual([])
        expect(kept.text.length).toBeLessThanOrEqual(4 * 1024)
      }
    }
  })
  it('at every single position', () => {
    const some = allSecrets.filter(({ kind, name }) => ['GitHub', 'JWT', 'header'].includes(kind) || name === 'RSA')
    for (const one of some) {
      for (let at = 4 * 1024 - one.text.length - 90; at < 4 * 1024; at += 1) {
        const kept = ofHead(`${filler(at)} ${one.text} ${filler(90_000)}`)
        expect(leftOf(one, kept.text), `${one.name} at ${at}`).toEqual([])
      }
    }
  }, 60_000)
  it('after many others, so that much less is left of the text than there was', () => {
    const [one] = allSecrets.filter(({ kind, name }) => kind === 'JWT' && name === 'session')
    const many = allSecrets.filter(({ kind }) => kind === 'private key').map(({ text }) => text)
    for (let at = 0; at < 300; at += 7) {
      const text = `${many.join('\n')}${many.join('\n')}${filler(at)} ${one?.text}`
      const whole = `${text}${filler(8 * 1024 - headOf(text).length)} ${one?.text} ${filler(90_000)}`
      expect(one && leftOf(one, ofHead(whole).text)).toEqual([])
    }
  })
})

describe('the hash of a value', () => {
  const secret = 'correct horse battery'
  const args = { user: 'ada', password: secret }
  const plain = { user: 'ada' }

  it('is what anybody can work out where nothing was taken out', () => {
    expect(request(plain)).toEqual({
      argumentsHash: argumentsHash(plain, sha256),
      arguments: { text: JSON.stringify(plain), bytes: 14, truncated: false },
    })
    const long = { text: filler(20_000) }
    expect(request(long).arguments).toMatchObject({ truncated: true, sha256: argumentsHash(long, sha256) })
    expect(request(long).arguments.keyed).toBeUndefined()
  })
  it('is one that only this install can make where a secret was taken out', () => {
    const hash = argumentsHash(args, sha256)
    const kept = request(args)
    expect(kept).toEqual({
      argumentsHash: keyed(hash),
      arguments: {
        text: `{"user":"ada","password":"${mark(secret)}"}`,
        bytes: JSON.stringify(args).length,
        truncated: false,
        sha256: keyed(hash),
        keyed: true,
      },
    })
    expect(JSON.stringify(kept)).not.toContain(hash)
    expect(request({ user: 'ada', password: 'another' }).argumentsHash).not.toBe(kept.argumentsHash)
    expect(request({ ...args }).argumentsHash).toBe(kept.argumentsHash)
  })
  it('is keyed as a whole where the secret stands beside the arguments', () => {
    const beside = { requestState: 'Authorization: Bearer abcdefgh1234' }
    const hash = argumentsHash(plain, sha256, beside)
    const kept = request(plain, beside)
    expect(kept.argumentsHash).toBe(keyed(hash))
    expect(kept.beside?.text).toContain('Bearer [redacted:')
    expect(JSON.stringify(kept)).not.toContain(hash)
  })
  it('is keyed where a rule hides a value', () => {
    const body = { body: 'lilac sky at dawn', to: 'ada' }
    const hash = argumentsHash(body, sha256)
    const kept = requestExcerpts({ arguments: body }, hash, hideValues(['body'], body, mark))
    expect(kept).toMatchObject({ argumentsHash: keyed(hash), arguments: { sha256: keyed(hash), keyed: true } })
    const value = { echoed: 'lilac sky at dawn' }
    const result = resultExcerpt({ bytes: 30, value }, hideValues(['body'], body, mark))
    expect(result).toMatchObject({ sha256: keyed(sha256(JSON.stringify(value))), keyed: true })
  })
  it('is keyed where not all of a result was looked at', () => {
    const hash = sha256(filler(10))
    expect(resultExcerpt({ bytes: 100_000, head: headOf(filler(9_000)), sha256: hash })).toMatchObject({
      sha256: keyed(hash),
      keyed: true,
      truncated: true,
    })
  })
})

describe('marks', () => {
  it('are made with the key of the install, which is made when the first is needed', () => {
    const key = readFileSync(join(home, 'keys', 'mark.key'), 'utf8')
    expect(key).toMatch(/^[0-9a-f]{64}\n$/)
    expect(redactedText('password=hunter2')).toBe(`password=${mark('hunter2')}`)
    expect(mark('hunter2')).toMatch(/^\[redacted:[0-9a-f]{12}\]$/)
  })
})
