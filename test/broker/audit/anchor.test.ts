// The head leaves the data folder once a day, by a program that is really started.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createAnchor, lastAnchored } from '../../../broker/audit/anchor.ts'
import { headOf } from '../../../broker/audit/event-log.ts'
import { systemLog } from '../../../broker/audit/system-log.ts'
import { createLog, session } from './log-fixture.ts'

const morning = new Date(2026, 2, 4, 9).getTime()
const hour = 3_600_000

/** A log with one session, and an anchor that writes by what `logger` says, in a folder that is all there is of PATH. */
function anchored(logger?: string, timeoutMs = 30_000) {
  const log = createLog()
  session(log, 's', 1)
  log.ingest.ingestAll()
  const programs = join(log.folder, 'bin')
  const socket = join(log.folder, 'dev-log')
  const written = join(log.folder, 'system.log')
  mkdirSync(programs)
  writeFileSync(socket, '')
  writeFileSync(written, '')
  if (logger !== undefined) {
    writeFileSync(join(programs, 'logger'), `#!/bin/sh\n${logger}\n`)
    chmodSync(join(programs, 'logger'), 0o755)
  }
  const broker = log.writer('broker-1')
  const said: string[] = []
  const clock = { now: morning }
  const anchor = createAnchor({
    db: log.db,
    record: {
      write: (type, data) => {
        broker.append(type, data, clock.now)
        log.ingest.ingestAll()
      },
    },
    now: () => clock.now,
    write: systemLog({ platform: 'linux', env: { PATH: programs, WRITTEN: written }, socket, timeoutMs }),
    log: (line) => said.push(line),
  })
  const lines = () => readFileSync(written, 'utf8').split('\n').filter(Boolean)
  return { log, anchor, clock, said, lines, socket }
}

const works = 'for word in "$@"; do printf "%s|" "$word"; done >> "$WRITTEN"; echo >> "$WRITTEN"'

it('writes the head once a day, and says where in the log', async () => {
  const { log, anchor, clock, lines, said } = anchored(works)
  const first = headOf(log.db)
  await anchor.check()
  expect(lines()).toEqual([`-t|countersign|audit head ${first.hash} event ${first.seq}|`])
  expect(lastAnchored(log.db)).toEqual({ ...first, where: 'syslog', at: morning })
  clock.now += 14 * hour
  await anchor.check()
  expect(lines()).toHaveLength(1)
  // The machine slept over midnight: one line for the day, whenever it is looked at.
  clock.now += 20 * hour
  const second = headOf(log.db)
  await anchor.check()
  await anchor.check()
  expect(lines().slice(1)).toEqual([`-t|countersign|audit head ${second.hash} event ${second.seq}|`])
  expect(said).toEqual([])
})

it('writes again after the clock was set back by a day', async () => {
  const { anchor, clock, lines } = anchored(works)
  await anchor.check()
  clock.now -= 24 * hour
  await anchor.check()
  expect(lines()).toHaveLength(2)
})

it('two checks at the same moment write one line', async () => {
  const { anchor, lines } = anchored(works)
  await Promise.all([anchor.check(), anchor.check()])
  expect(lines()).toHaveLength(1)
})

it.each([
  ['there is no such program', undefined, 30_000, /ENOENT/],
  ['it fails', 'exit 3', 30_000, /logger ended with code 3/],
  ['it never ends', 'while :; do :; done', 100, /logger ended with SIGKILL/],
])('says once that %s, records nothing, and tries again', async (_, logger, timeoutMs, message) => {
  const { log, anchor, clock, said } = anchored(logger, timeoutMs)
  await anchor.check()
  clock.now += hour
  await anchor.check()
  expect(said).toEqual([expect.stringMatching(message)])
  expect(lastAnchored(log.db)).toBeUndefined()
})

it('believes no success where Linux has no system log', async () => {
  const { log, anchor, said, lines, socket } = anchored(works)
  rmSync(socket)
  await anchor.check()
  expect(said).toEqual([expect.stringContaining('there is no system log here')])
  expect([lines(), lastAnchored(log.db)]).toEqual([[], undefined])
})

it('takes nobody but a broker at its word', async () => {
  const { log, anchor, lines } = anchored(works)
  const { hash } = headOf(log.db)
  log.writer('t').append('head.anchored', { seq: 1, hash, where: 'nowhere' }, morning)
  log.ingest.ingestAll()
  expect(lastAnchored(log.db)).toBeUndefined()
  await anchor.check()
  expect(lines()).toHaveLength(1)
})

it('looks soon after the start, then every hour, until it is stopped', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { log, clock } = anchored()
  const written: string[] = []
  const anchor = createAnchor({
    db: log.db,
    record: {
      write: (type, data) => {
        log.writer(`broker-${written.length + 2}`).append(type, data, clock.now)
        log.ingest.ingestAll()
      },
    },
    now: () => clock.now,
    write: async (line) => {
      written.push(line)
      return 'here'
    },
    log: () => undefined,
  })
  const after = async (ms: number) => {
    clock.now += ms
    await vi.advanceTimersByTimeAsync(ms)
    return written.length
  }
  anchor.start()
  expect(await after(59_000)).toBe(0)
  expect(await after(1_000)).toBe(1)
  expect(await after(10 * hour)).toBe(1)
  expect(await after(10 * hour)).toBe(2)
  anchor.stop()
  expect(await after(48 * hour)).toBe(2)
})
