// Ingest must leave the same log when a process is killed in the middle and when two work at once.
import { spawn } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { sample, sha256 } from '../../support/spool-writer.ts'
import { allowedCall, bulkSpool, countEvents, createLog, dump, type LogFixture, session } from './log-fixture.ts'

describe('processes', () => {
  it('forget a batch that failed, so that what another made of it since is not undone', () => {
    const log = createLog()
    const writer = log.writer('s')
    writer.append('session.started', sample.started())
    writer.append('call.received', sample.received('s.1'))
    writer.append('call.decided', sample.decided('s.1'))
    let hashes = 0
    const failing = createIngest(log.db, {
      spoolFolder: log.spoolFolder,
      now: () => 0,
      sha256: (text) => {
        hashes += 1
        if (hashes === 6) throw new Error('out of hashes')
        return sha256(text)
      },
    })
    expect(() => failing.ingestAll()).toThrow('out of hashes')
    expect(countEvents(log.db)).toBe(0)
    log.ingest.ingestAll()
    writer.append('call.forwarded', { call: 's.1' })
    failing.ingestAll()
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([])
  })

  it.each([2, 25, 9_000, 20_000, 26_000])(
    'killed at hash %i, the next one finishes the same log',
    async (killAfter) => {
      const log = createLog()
      bulkSpool(log, 'a', 1500)
      bulkSpool(log, 'b', 1500)
      const child = startChild(log, killAfter)
      await child.ready
      child.go()
      expect(await child.exit).toBe(killAfter > 24_004 ? null : 'SIGKILL')
      const left = countEvents(log.db)
      expect(log.ingest.ingestAll().events).toBe(12_002 - left)
      expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder })).toMatchObject({
        ok: true,
        events: 12_002,
        calls: 3000,
      })

      const undisturbed = createLog()
      renameSync(log.spoolFolder, join(undisturbed.folder, 'same'))
      createIngest(undisturbed.db, { spoolFolder: join(undisturbed.folder, 'same'), now: () => 0 }).ingestAll()
      expect(dump(log.db)).toEqual(dump(undisturbed.db))
    },
  )

  it('racing at the same spools give one log', async () => {
    const log = createLog()
    for (const name of ['a', 'b', 'c']) bulkSpool(log, name, 1500)
    const children = [startChild(log, 0), startChild(log, 0)]
    await Promise.all(children.map((child) => child.ready))
    for (const child of children) child.go()
    const results = await Promise.all(children.map((child) => child.result()))
    expect(results.map((result) => result.damaged)).toEqual([[], []])
    expect(results.reduce((sum, result) => sum + result.events, 0)).toBe(18_003)
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder })).toMatchObject({
      ok: true,
      events: 18_003,
      calls: 4500,
    })
  })

  it('may each hold the database open', () => {
    const log = createLog()
    const other = openAuditDatabase(log.databasePath)
    const writer = session(log, 's', 1)
    expect(createIngest(other, { spoolFolder: log.spoolFolder, now: () => 1 }).ingestAll().events).toBe(5)
    allowedCall(writer, 2)
    expect(log.ingest.ingestAll()).toEqual({ events: 4, calls: ['s.2'], damaged: [] })
    other.close()
  })
})

function startChild(log: LogFixture, killAfter: number) {
  const script = join(import.meta.dirname, 'ingest-child.ts')
  const child = spawn(process.execPath, [script, log.databasePath, log.spoolFolder, String(killAfter)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ready = lines.next()
  return {
    ready,
    go: () => child.stdin.write('go\n'),
    result: async () => {
      const { value } = await lines.next()
      return JSON.parse(String(value)) as { events: number; damaged: unknown[] }
    },
    exit: new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal))),
  }
}
