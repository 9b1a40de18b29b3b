// The key of the marks: one an install, whoever needs it first, and however many at once.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeptText } from '../../broker/kept-text.ts'
import { existingMarks, loadMarks } from '../../broker/marks.ts'
import { layoutHere } from '../../broker/paths.ts'
import { type KeyFs, readOrMakeMarkKey } from '../../core/audit/mark-key.ts'
import { allSecrets } from '../fixtures/secrets.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-home-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))
const layout = () => layoutHere(home)

describe('the key', () => {
  it('is made once, for its owner alone, and kept', () => {
    const { mark } = loadMarks(layout())
    expect(readFileSync(layout().markKey, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    if (process.platform !== 'win32') {
      expect(statSync(layout().markKey).mode & 0o777).toBe(0o600)
      expect(statSync(dirname(layout().markKey)).mode & 0o777).toBe(0o700)
    }
    expect(loadMarks(layout()).mark('secret')).toBe(mark('secret'))
    expect(existingMarks(layout())?.mark('secret')).toBe(mark('secret'))
    expect(readdirSync(dirname(layout().markKey))).toEqual(['mark.key'])
  })

  it('is the same for all who make it at once', async () => {
    const racer = fileURLToPath(new URL('../fixtures/mark-racer.ts', import.meta.url))
    for (let round = 0; round < 5; round++) {
      rmSync(layout().keys, { recursive: true, force: true })
      const racers = Array.from({ length: 4 }, () => fork(racer, { env: { ...process.env, COUNTERSIGN_HOME: home } }))
      const over = racers.map((one) => once(one, 'exit'))
      await Promise.all(racers.map((one) => once(one, 'message')))
      const told = racers.map(async (one) => ((await once(one, 'message')) as [string])[0])
      for (const one of racers) one.send('go')
      const marks = await Promise.all(told)
      await Promise.all(over)
      expect(new Set(marks).size).toBe(1)
      expect(marks[0]).toBe(loadMarks(layout()).mark('secret'))
    }
  }, 60_000)

  it('is made on a disk without links, too, and then by one alone', () => {
    const { keys: folder, markKey: file } = layout()
    let made = 0
    const fs: KeyFs = {
      mkdirSync,
      readFileSync,
      rmSync,
      writeFileSync: (...args) => {
        made += 1
        writeFileSync(...args)
      },
      linkSync: () => {
        throw Object.assign(new Error('not supported'), { code: 'EPERM' })
      },
    }
    const randomHex = (bytes: number) => 'ab'.repeat(bytes)
    expect(readOrMakeMarkKey({ fs, folder, file, randomHex })).toBe('ab'.repeat(32))
    const other = (bytes: number) => 'cd'.repeat(bytes)
    expect(readOrMakeMarkKey({ fs, folder, file, randomHex: other })).toBe('ab'.repeat(32))
    expect(made).toBe(2)
  })

  it('that is damaged is replaced by the broker', () => {
    loadMarks(layout())
    writeFileSync(layout().markKey, 'nothing')
    expect(existingMarks(layout())).toBeUndefined()
    const { mark } = loadMarks(layout())
    expect(existingMarks(layout())?.mark('a')).toBe(mark('a'))
  })

  it('that cannot be had leaves marks of this process: secrets are marked all the same', () => {
    mkdirSync(layout().markKey, { recursive: true })
    const { mark } = loadMarks(layout())
    expect(mark('secret')).toMatch(/^\[redacted:[0-9a-f]{12}\]$/)
    expect(loadMarks(layout()).mark('secret')).not.toBe(mark('secret'))
  })

  it('is not made by who only looks', () => {
    expect(existingMarks(layout())).toBeUndefined()
    expect(existsSync(layout().markKey)).toBe(false)
  })
})

describe('a text that is looked for', () => {
  it.each(allSecrets.map(({ kind, name, secret, text }) => [`${kind}, ${name}`, secret, text] as const))(
    '%s: stands in the log as its mark',
    (_, secret, text) => {
      const kept = createKeptText(loadMarks(layout()))
      expect(kept.text(text)).toContain(kept.asRecorded(secret))
    },
  )
  it('with a secret in it stands there with a mark in it', () => {
    const kept = createKeptText(loadMarks(layout()))
    expect(kept.asRecorded('Authorization: Bearer abcdefgh12')).toBe(`Authorization: Bearer ${kept.mark('abcdefgh12')}`)
  })
})

describe('a recorded hash', () => {
  it('stands for the arguments it is of, keyed or not', () => {
    const { isHash, keyed } = loadMarks(layout())
    const [hash, other] = ['a'.repeat(64), 'b'.repeat(64)]
    expect([isHash(hash, hash), isHash(keyed(hash), hash), isHash(keyed(other), hash), isHash(other, hash)]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
