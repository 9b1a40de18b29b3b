// A spool must be one chain over all its parts, must never be behind what it announced, and must notice when its file is
// not there any more. On real files; what a disk does wrong is laid over `node:fs`.
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { chainStart, checkLine } from '../../../core/audit/chain.ts'
import { createSpool, type SpoolFs, spoolFileName } from '../../../core/audit/spool.ts'
import { sample, sha256 } from '../../support/spool-writer.ts'

function fixture(options: { partBytes?: number; over?: Partial<SpoolFs> } = {}) {
  const folder = fs.mkdtempSync(join(tmpdir(), 'countersign-spool-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const { partBytes, over = {} } = options
  const spool = createSpool({
    fs: { ...fs, ...over },
    encode: Buffer.from,
    sha256,
    folder,
    session: 's',
    now: () => 1,
    ...(partBytes === undefined ? {} : { partBytes }),
  })
  onTestFinished(spool.close)
  let count = 0
  const write = () => {
    count += 1
    spool.add('call.forwarded', { call: `s.${count}` })
    return spool.flush()
  }
  return { folder, spool, write, file: (part: number) => join(folder, spoolFileName('s', part)) }
}

/** The calls that the parts tell of, in order; throws where the chain over them breaks. */
function calls(folder: string): string[] {
  let prev = chainStart
  const found: string[] = []
  for (let part = 1; fs.existsSync(join(folder, spoolFileName('s', part))); part += 1) {
    const text = fs.readFileSync(join(folder, spoolFileName('s', part)), 'utf8')
    expect(text === '' || text.endsWith('\n')).toBe(true)
    for (const line of text.split('\n').slice(0, -1)) {
      const checked = checkLine(line, prev, sha256)
      if (!checked.ok) throw new Error(`part ${part}: ${checked.problem}: ${line}`)
      prev = checked.hash
      const { n, data } = JSON.parse(line) as { n: number; data: { call: string } }
      expect(n).toBe(found.length)
      found.push(data.call)
    }
  }
  return found
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => `s.${index + 1}`)

describe('parts', () => {
  it('follow each other as one chain, each begun when the one before has reached its size', () => {
    const { folder, write, file } = fixture({ partBytes: 1000 })
    for (let count = 0; count < 50; count += 1) expect(write()).toBeUndefined()
    expect(calls(folder)).toEqual(upTo(50))
    const names = fs.readdirSync(folder)
    expect(names.length).toBeGreaterThan(5)
    expect(names).toContain('s+2.jsonl')
    for (let part = 1; part <= names.length; part += 1) {
      const { size, mode } = fs.statSync(file(part))
      expect(mode & 0o777).toBe(0o600)
      if (part < names.length) expect(size).toBeGreaterThanOrEqual(1000)
      expect(size).toBeLessThan(1000 + 300)
    }
  })

  it('are each on disk before the next exists', async () => {
    const steps: string[] = []
    const fds = new Map<number, string>()
    const name = (fd: number) => fds.get(fd) ?? 'unknown'
    const { write, spool } = fixture({
      partBytes: 500,
      over: {
        openSync: (file, flags, mode) => {
          const fd = fs.openSync(file, flags, mode)
          fds.set(fd, String(file).replace(/.*\//, ''))
          steps.push(`open ${name(fd)}`)
          return fd
        },
        writeSync: (fd, bytes, from) => {
          steps.push(`write ${name(fd)}`)
          return fs.writeSync(fd, bytes, from)
        },
        fdatasyncSync: (fd) => {
          fs.fdatasyncSync(fd)
          steps.push(`kept ${name(fd)}`)
        },
      },
    })
    for (let count = 0; count < 20; count += 1) {
      write()
      // Some of them also wait for the disk by themselves.
      if (count % 3 === 0) expect(await spool.sync()).toBeUndefined()
    }
    for (const [index, step] of steps.entries()) {
      const part = Number(/^open s\+(\d+)/.exec(step)?.[1])
      if (!part) continue
      const before = spoolFileName('s', part - 1)
      expect(steps.slice(index).includes(`write ${before}`)).toBe(false)
      expect(steps[index - 1]).toBe(`kept ${before}`)
    }
  })

  it('that somebody else has begun: nothing is recorded until the name is free, and nothing of it is lost', () => {
    const { folder, write, file } = fixture({ partBytes: 300 })
    fs.writeFileSync(file(2), 'not ours\n')
    expect([write(), write()]).toEqual([undefined, undefined])
    const before = fs.readFileSync(file(1))
    expect(write()).toMatchObject({ code: 'EEXIST' })
    expect(write()).toMatchObject({ code: 'EEXIST' })
    expect(fs.readFileSync(file(1)).equals(before)).toBe(true)
    expect(fs.readFileSync(file(2), 'utf8')).toBe('not ours\n')
    fs.rmSync(file(2))
    expect(write()).toBeUndefined()
    expect(calls(folder)).toEqual(['s.1', 's.2', 's.5'])
  })

  it('are not begun while the disk cannot keep the one before, and who waits for it hears so', async () => {
    let bad = false
    const release: (() => void)[] = []
    const { folder, write, spool, file } = fixture({
      partBytes: 300,
      over: {
        fdatasync: (fd, done) => void release.push(() => fs.fdatasync(fd, done)),
        fdatasyncSync: (fd) => {
          if (bad) throw new Error('EIO')
          fs.fdatasyncSync(fd)
        },
      },
    })
    write()
    const waiting = spool.sync()
    const joined = spool.sync()
    write()
    bad = true
    expect(write()).toMatchObject({ message: 'EIO' })
    expect(fs.existsSync(file(2))).toBe(false)
    for (const go of release.splice(0)) go()
    expect(await waiting).toMatchObject({ message: 'EIO' })
    expect(await joined).toMatchObject({ message: 'EIO' })
    bad = false
    expect(write()).toBeUndefined()
    const later = spool.sync()
    for (const go of release.splice(0)) go()
    expect(await later).toBeUndefined()
    // What was announced and could not be written stands nowhere.
    expect(calls(folder)).toEqual(['s.1', 's.2', 's.4'])
  })
})

it.each(['deleted', 'moved away', 'replaced by a copy', 'gone with its folder'])(
  'a file that is %s is noticed',
  (how) => {
    const { folder, write, file } = fixture()
    write()
    const away = `${file(1)}.away`
    if (how === 'deleted') fs.rmSync(file(1))
    if (how === 'moved away') fs.renameSync(file(1), away)
    if (how === 'gone with its folder') fs.renameSync(folder, `${folder}.away`)
    if (how === 'replaced by a copy') {
      fs.copyFileSync(file(1), away)
      fs.renameSync(away, file(1))
    }
    for (let again = 0; again < 2; again += 1) {
      expect(write()).toMatchObject({ message: expect.stringContaining('was moved, replaced or deleted') })
    }
    if (how === 'gone with its folder') fs.renameSync(`${folder}.away`, folder)
    if (how === 'moved away') fs.renameSync(away, file(1))
    if (how === 'gone with its folder' || how === 'moved away') {
      expect(write()).toBeUndefined()
      expect(calls(folder)).toEqual(['s.1', 's.4'])
    } else if (how === 'replaced by a copy') expect(calls(folder)).toEqual(['s.1'])
  },
)

it('a full disk cuts the lines back, and the chain goes on when there is room, with what happened meanwhile', () => {
  let full = false
  const { folder, write, spool } = fixture({
    over: {
      writeSync: (fd, bytes, from) => {
        if (!full) return fs.writeSync(fd, bytes, from)
        if (from > 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
        return fs.writeSync(fd, bytes.subarray(0, 20), 0)
      },
    },
  })
  write()
  full = true
  // It was sent before, and its answer can be refused no more; what is announced can.
  spool.add('call.answered', sample.answered('s.1'))
  expect(write()).toMatchObject({ code: 'ENOSPC' })
  spool.add('call.cancelled', { call: 's.1', by: 'client', forwarded: false })
  expect(write()).toMatchObject({ code: 'ENOSPC' })
  full = false
  expect(write()).toBeUndefined()
  expect(calls(folder)).toEqual(['s.1', 's.1', 's.4'])
})
