// What is said of the log itself: how far the database is behind the spools, and how a check of the whole goes.
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createLogCheck } from '../../broker/log-check.ts'
import { spoolFigures } from '../../broker/log-metrics.ts'
import type { VerifyProgress } from '../../core/wire/log-contract.ts'
import { createHome, startTestBroker, type TestHome } from '../support/countersign.ts'
import { createSpoolWriter, sample, startOfTime } from '../support/spool-writer.ts'
import { createLog, session } from './audit/log-fixture.ts'

describe('the spools', () => {
  const now = () => startOfTime + 60_000
  const figures = (log: ReturnType<typeof createLog>) => spoolFigures({ db: log.db, spoolFolder: log.spoolFolder, now })

  it('are behind by what is not in the database, since its first line', () => {
    const log = createLog()
    expect(figures(log)).toEqual({
      ingest: { waitingBytes: 0, waitingSpools: 0, lagMs: 0, damagedSpools: 0 },
      spools: { bytes: 0, files: 0 },
    })
    const writer = session(log, 'one', 2)
    log.ingest.ingestAll()
    const { spools, ingest } = figures(log)
    expect(ingest).toMatchObject({ waitingBytes: 0, waitingSpools: 0, lagMs: 0 })
    writer.append('session.ended', { reason: 'done' }, startOfTime + 20_000)
    createSpoolWriter(log.spoolFolder, 'two').append('session.started', sample.started(), startOfTime + 50_000)
    const after = figures(log)
    expect(after.ingest).toEqual({
      ...{ waitingSpools: 2, lagMs: 40_000, damagedSpools: 0 },
      waitingBytes: after.spools.bytes - spools.bytes,
    })
    expect(after.spools.files).toBe(2)
  })

  it('do not wait for a half line, nor behind damage', () => {
    const log = createLog()
    const writer = session(log, 'one', 1)
    appendFileSync(writer.path, '{"half":')
    const damaged = session(log, 'two', 1)
    appendFileSync(damaged.path, 'no line of ours\n')
    writeFileSync(join(log.spoolFolder, 'notes.txt'), 'nothing to do with it')
    log.ingest.ingestAll()
    expect(figures(log)).toMatchObject({
      ingest: { waitingBytes: 0, waitingSpools: 0, lagMs: 0, damagedSpools: 1 },
      spools: { files: 2 },
    })
  })
})

describe('a check', () => {
  let home: TestHome | undefined
  afterEach(() => home?.remove())

  it('is told to every window from its beginning to what it found', async () => {
    home = createHome({ 'all.yaml': 'version: 1\nrules: []\n' })
    const broker = await startTestBroker(home.home)
    try {
      expect(await broker.ask('log.verify-state', {})).toEqual({ state: 'none' })
      expect(await broker.ask('log.verify', {})).toMatchObject({ state: 'running', done: 0 })
      await broker.event('verify.changed', ({ verify }) => verify.state === 'running')
      const { verify } = await broker.event('verify.changed', (event) => event.verify.state === 'done')
      expect(verify).toMatchObject({ ok: true, problems: [] })
      expect(await broker.ask('log.verify-state', {})).toEqual(verify)
      const { head, ingest } = await broker.ask('log.metrics', { days: 1 })
      expect(head.seq).toBeGreaterThan(0)
      expect(ingest.damagedSpools).toBe(0)
    } finally {
      await broker.stop()
    }
  })

  it('is one at a time, and says why it could not be made', async () => {
    const told: VerifyProgress[] = []
    const pending = Promise.withResolvers<never>()
    let asked = 0
    const check = createLogCheck({
      reader: {
        verify: (progress) => {
          asked += 1
          progress(1, 2)
          return pending.promise
        },
      },
      emit: ({ verify }) => told.push(verify),
      now: () => 7,
    })
    check.begin()
    expect(check.begin()).toEqual({ state: 'running', startedAt: 7, done: 1, total: 2 })
    expect(asked).toBe(1)
    pending.reject(new Error('no thread'))
    await expect.poll(() => check.state()).toEqual({ state: 'failed', at: 7, problem: 'no thread' })
    expect(told.map(({ state }) => state)).toEqual(['running', 'running', 'failed'])
    expect(check.begin().state).toBe('running')
  })
})
