// Spools that a process of the user forged, or that carry what a client or a server made up: every line of them is well-formed,
// so they are read. The log stays whole, other sessions are read all the same, and a check finds nothing changed.
import { describe, expect, it } from 'vitest'
import { namesOf } from '../../../broker/audit/names.ts'
import { getCall, newestCalls } from '../../../broker/audit/query.ts'
import { openEngine } from '../../../broker/audit/reader-engine.ts'
import { rebuildRows } from '../../../broker/audit/rebuild.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { explainCall } from '../../../broker/explain-call.ts'
import { everyCall } from '../../../core/audit/call-filter.ts'
import { type SpoolWriter, sample } from '../../support/spool-writer.ts'
import { createLog, dump, session } from './log-fixture.ts'

const half = '\ud83d'
const end = Number.MAX_SAFE_INTEGER

const forged: [what: string, write: (writer: SpoolWriter) => void][] = [
  [
    'calls that differ in half a character',
    (writer) => {
      writer.append('call.received', sample.received(`forged.${half}`))
      writer.append('call.received', sample.received('forged.\ud83e'))
      writer.append('call.received', sample.received('forged.\ufffd'))
    },
  ],
  [
    'names cut within a character',
    (writer) => {
      writer.append('session.client', { name: `agent ${half}`, version: half, protocolVersion: half })
      writer.append('call.decided', sample.decided('forged.1', { decision: 'hold', tool: half }))
      const said = { by: half, reason: half, approval: half, ticket: half }
      writer.append('hold.closed', sample.closed('forged.1', 'refused', said))
    },
  ],
  [
    'NUL characters',
    (writer) => {
      writer.append('session.client', { name: 'a\0b', version: '\0', protocolVersion: '' })
      writer.append('call.decided', sample.decided('forged.\0', { tool: 'a\0b' }))
      writer.append('call.decided', sample.decided('forged.\0b', { tool: 'a' }))
    },
  ],
  [
    'numbers at their ends',
    (writer) => {
      writer.append('session.started', sample.started({ pid: end, parentPid: -end }), end)
      writer.append('call.decided', sample.decided('forged.1'), 0)
      writer.append('hold.closed', sample.closed('forged.1', 'approved', { afterMs: end }), end)
      writer.append('call.answered', { ...sample.answered('forged.1'), durationMs: Number.MAX_VALUE }, end)
      writer.append('call.answered', { ...sample.answered('forged.1'), durationMs: Number.MIN_VALUE }, 0)
    },
  ],
  [
    'ids of calls that are none of this session',
    (writer) => {
      for (const call of ['one.1', 'forged.1.2', 'forged.', 'forged', '.1']) {
        writer.append('call.decided', sample.decided(call))
        writer.appendRaw('call.teleported', { call })
      }
    },
  ],
  [
    'what only a broker may say',
    (writer) => {
      writer.append('approval.opened', sample.opened('one.1', 'one'))
      writer.append('approval.decided', sample.approval('one.1', 'one', 'refused'))
      writer.append('session.gone', { session: 'one' })
      writer.append('policy.text', { sha256: '0'.repeat(64), text: 'rules: []' })
    },
  ],
  [
    'a name of a megabyte, and a thousand names',
    (writer) => {
      writer.append('call.decided', sample.decided('forged.1', { tool: 'x'.repeat(1 << 20) }))
      for (let n = 2; n < 1_000; n += 1) writer.append('call.decided', sample.decided(`forged.${n}`, { tool: `t${n}` }))
    },
  ],
]

describe('a forged spool', () => {
  it.each(forged)('with %s', (_, write) => {
    const log = createLog()
    const writer = log.writer('forged')
    writer.append('session.started', sample.started())
    write(writer)
    // By their names these are read after it.
    session(log, 'one', 2)
    session(log, 'two', 1)
    expect(log.ingest.ingestAll().damaged).toEqual([])
    const others = newestCalls(log.db, 2_000).filter((call) => call.session !== 'forged')
    expect(others.map(({ call, outcome }) => `${call} ${outcome}`).sort()).toEqual([
      'one.1 allowed-by-rule',
      'one.2 allowed-by-rule',
      'two.1 allowed-by-rule',
    ])
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([])
    const engine = openEngine(log.db)
    const { total } = engine.request('activity.summary', { filter: everyCall, columns: 20, values: 5 })
    expect(total).toBe(newestCalls(log.db, 2_000).length)
    for (const { call } of newestCalls(log.db, 5)) expect(getCall(log.db, call)?.summary.call).toBe(call)

    const before = dump(log.db)
    log.db.transaction(() => rebuildRows(log.db))()
    expect(dump(log.db)).toEqual(before)
  })
})

describe('a call with very many events', () => {
  it('is shown with the first and the last of them, and explained by the decision that stands', () => {
    const log = createLog()
    const writer = log.writer('forged')
    writer.append('session.started', sample.started())
    for (let n = 0; n < 600; n += 1) writer.append('call.forwarded', { call: 'forged.1' })
    writer.append(
      'call.decided',
      sample.decided('forged.1', { revision: 'none', source: 'no-policy', reason: 'no file' }),
    )
    for (let n = 0; n < 600; n += 1) writer.append('call.answered', sample.answered('forged.1'))
    log.ingest.ingestAll()
    const detail = getCall(log.db, 'forged.1')
    if (!detail) throw new Error('the call is not in the log')
    expect(detail.eventsLeftOut).toBe(201)
    const seqs = detail.events.map(({ seq }) => seq)
    expect([seqs.length, seqs[0], seqs[499], seqs[500], seqs[999]]).toEqual([1_000, 2, 501, 703, 1_202])
    expect(explainCall(log.db, detail, '/home/ada')).toEqual({
      state: 'unknown',
      problem: 'There was no policy to judge by: no file.',
    })
  })

  it.each([1, 1_000])('is shown with all of %i', (count) => {
    const log = createLog()
    const writer = log.writer('s')
    for (let n = 0; n < count; n += 1) writer.append('call.answered', sample.answered('s.1'))
    log.ingest.ingestAll()
    const detail = getCall(log.db, 's.1')
    expect([detail?.events.length, detail?.eventsLeftOut]).toEqual([count, undefined])
  })
})

describe('a name with half a character', () => {
  it('is the name that the table has, whoever asked for it first', () => {
    const log = createLog()
    const names = namesOf(log.db)
    const id = names.id('a\ufffd')
    expect(names.find(`a${half}`)).toBe(id)
    expect(names.text(id)).toBe('a\ufffd')
  })
})
