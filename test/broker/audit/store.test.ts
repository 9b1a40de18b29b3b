// What the store keeps beside the rows themselves: the numbers of calls and names, the words to look for, which events tell
// of which call, policies of then; and that all of it can be made again.
import { describe, expect, it } from 'vitest'
import { loadCarried } from '../../../broker/audit/carried.ts'
import { nothingCarried, writeCheckpoint } from '../../../broker/audit/checkpoint.ts'
import { headOf } from '../../../broker/audit/event-log.ts'
import { namesOf } from '../../../broker/audit/names.ts'
import { project } from '../../../broker/audit/projection.ts'
import { createStore } from '../../../broker/audit/projection-store.ts'
import { getCall, newestCalls } from '../../../broker/audit/query.ts'
import { rebuildRows } from '../../../broker/audit/rebuild.ts'
import { sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { createLog, dump, type LogFixture, rowOf, session } from './log-fixture.ts'

const excerpt = (text: string) => ({ text, bytes: text.length, truncated: false })

/** The calls in which all of the words are. */
const found = ({ db }: LogFixture, words: string) => {
  const ids = db.prepare<[string], number>('SELECT rowid FROM call_text WHERE call_text MATCH ?').pluck().all(words)
  return newestCalls(db, 100)
    .map(({ call }) => call)
    .filter((call) => ids.includes(rowOf(db, call).id))
}

describe('the number of a call', () => {
  it('rises with its time, whichever spool is read first, and never changes', () => {
    const log = createLog()
    const [late, early] = [log.writer('late'), log.writer('early')]
    for (const [writer, t] of [
      [late, 20],
      [late, 20],
      [early, 10],
      [late, 5],
    ] as const) {
      const counter = writer === early ? 1 : log.db.prepare('SELECT count(*) FROM call').pluck().get()
      writer.append('call.received', sample.received(`${writer.session}.${counter}`), startOfTime + t)
      log.ingest.ingestAll()
    }
    expect(newestCalls(log.db, 9).map(({ call }) => call)).toEqual(['late.1', 'late.0', 'early.1', 'late.3'])
    const before = rowOf(log.db, 'late.3').id
    late.append('call.decided', sample.decided('late.3'), startOfTime + 99)
    log.ingest.ingestAll()
    expect(rowOf(log.db, 'late.3')).toMatchObject({ id: before, received_at: startOfTime + 5 })
  })

  it.each([
    ['at the beginning of time', 0],
    ['after all time', Number.MAX_SAFE_INTEGER],
  ])('is there for more calls than a millisecond has numbers, %s', (_, t) => {
    const log = createLog()
    const writer = log.writer('s')
    for (let counter = 1; counter <= 3; counter += 1) writer.append('call.received', sample.received(`s.${counter}`), t)
    log.ingest.ingestAll()
    const [first] = newestCalls(log.db, 9).slice(-1)
    const { id } = rowOf(log.db, first?.call ?? '')
    // All others of that millisecond are taken.
    log.db.exec(`WITH RECURSIVE one (k) AS (SELECT 10 UNION ALL SELECT k + 1 FROM one WHERE k < 4095)
      INSERT INTO call SELECT ${id} + k, session, 'x' || k, client, server, tool, action, risk, outcome, rule, decided_by, received_at,
        decided_at, forwarded_at, answered_at, cancelled_at, held_ms, duration_ms, decision, source, answer, hold, hold_closed_at,
        held_rules, asks_again, taken_up, approval, approval_state, approval_grant, approval_decided_at, grant_id, ticket,
        person_reason, alone, session_over, first_seq, last_seq, decided_seq, edited_seq, answered_seq FROM call, one
        WHERE call.id = ${id}`)
    for (const counter of [4, 5]) writer.append('call.received', sample.received(`s.${counter}`), t)
    log.ingest.ingestAll()
    expect([rowOf(log.db, 's.4').id, rowOf(log.db, 's.5').id]).toEqual([id + 4096, id + 4097])
    expect(Number.isSafeInteger(id + 4097)).toBe(true)
  })
})

describe('a call id', () => {
  it.each(['s', 's.', 'x.1', 's.1.2', '.1', ''])('that is %j changes no row of session s', (call) => {
    const log = createLog()
    const [writer, broker] = [log.writer('s'), log.writer('broker-1')]
    if (call !== '') writer.append('call.decided', sample.decided(call))
    if (call !== '') broker.append('approval.opened', sample.opened(call, 's'))
    if (call !== '') broker.append('approval.decided', sample.approval(call, 's', 'approved'))
    broker.append('approval.decided', sample.approval('s.7', 's', 'approved', { calls: call === '' ? [] : [call] }))
    log.ingest.ingestAll()
    expect(newestCalls(log.db, 9)).toEqual([])
    expect(log.db.prepare('SELECT approval FROM card').pluck().all()).toEqual(['a-s.7'])
    expect(getCall(log.db, call)).toBeUndefined()
  })

  it('is one also where the session has dots', () => {
    const log = createLog()
    log.writer('a.b').append('call.decided', sample.decided('a.b.1'))
    log.writer('a').append('call.decided', sample.decided('a.b.1'))
    log.ingest.ingestAll()
    expect(newestCalls(log.db, 9)).toMatchObject([{ call: 'a.b.1', session: 'a.b' }])
    expect(getCall(log.db, 'a.b.1')?.events).toHaveLength(1)
  })
})

it('names that a failed transaction made are forgotten with it', () => {
  const log = createLog()
  const store = createStore(log.db)
  const write = (tool: string, fails: boolean) =>
    log.db.transaction(() => {
      const place = { seq: 1, session: 's', t: startOfTime }
      project(store, { ...place, type: 'call.received', data: sample.received('s.1', tool) })
      store.flush()
      if (fails) throw new Error('the disk is full')
    })
  expect(() => write('unlucky', true)()).toThrow('the disk is full')
  store.forget()
  log.db.prepare("INSERT INTO name (text) VALUES ('of another process')").run()
  write('lucky', false)()
  expect(rowOf(log.db, 's.1').tool).toBe('lucky')
  expect(namesOf(log.db).find('unlucky')).toBeUndefined()
})

describe('the words of a call', () => {
  const said = {
    tool: 'read_file',
    arguments: excerpt('{"path":"/srv/Übung/notes.txt","text":"first\\nsecond\\u0041b C:\\\\new \\"quoted\\""}'),
    reason: 'inside the workshop',
  }

  it.each([
    'read file', 'ubung', 'notes txt', 'first', 'secondab', 'quoted', 'new', 'workshop', 'friday', 'elsewhere', 'answered',
  ])('has %j', (words) => {
    const log = createLog()
    const [writer, broker] = [log.writer('s'), log.writer('broker-1')]
    writer.append('call.decided', sample.decided('s.1', { ...said, decision: 'hold' }))
    broker.append('approval.opened', sample.opened('s.1', 's'))
    broker.append('approval.decided', sample.approval('s.1', 's', 'approved', { reason: 'only on a Friday' }))
    const edited = { argumentsHash: sha256('e'), arguments: excerpt('{"path":"elsewhere"}') }
    writer.append('call.forwarded', { call: 's.1', edited })
    writer.append('call.answered', { ...sample.answered('s.1'), result: excerpt('{"content":"answered"}') })
    writer.append('call.decided', sample.decided('s.2', { tool: 'other', arguments: excerpt('{}'), reason: '' }))
    log.ingest.ingestAll()
    expect(found(log, words)).toEqual(['s.1'])
  }) // biome-ignore format: a table

  it('are the same where its events come one by one', () => {
    const log = createLog()
    const [writer, broker] = [log.writer('s'), log.writer('broker-1')]
    const step = (work: () => void) => {
      work()
      log.ingest.ingestAll()
    }
    step(() => writer.append('call.received', sample.received('s.1', 'read_file')))
    expect(found(log, 'read')).toEqual(['s.1'])
    step(() => writer.append('call.decided', sample.decided('s.1', { ...said, decision: 'hold' })))
    step(() => broker.append('approval.opened', sample.opened('s.1', 's')))
    step(() =>
      broker.append('approval.decided', sample.approval('s.1', 's', 'approved', { reason: 'only on a Friday' })),
    )
    step(() => writer.append('call.forwarded', { call: 's.1' }))
    step(() => writer.append('call.answered', { ...sample.answered('s.1'), result: excerpt('{"content":"answered"}') }))
    const stepwise = dump(log.db).words
    log.db.transaction(() => rebuildRows(log.db))()
    expect(dump(log.db).words).toEqual(stepwise)
    expect(found(log, 'read ubung workshop friday answered')).toEqual(['s.1'])
  })

  it('are judged anew: what is not said any more is not found', () => {
    const log = createLog()
    const writer = log.writer('s')
    for (const reason of ['before', 'after']) {
      writer.append('call.decided', sample.decided('s.1', { reason }))
      log.ingest.ingestAll()
    }
    expect([found(log, 'before'), found(log, 'after')]).toEqual([[], ['s.1']])
  })

  it('are cut where there are very many', () => {
    const log = createLog()
    const long = excerpt(JSON.stringify({ text: `begins ${'word '.repeat(20_000)} ends` }))
    log.writer('s').append('call.decided', sample.decided('s.1', { arguments: long }))
    log.ingest.ingestAll()
    expect([found(log, 'begins'), found(log, 'ends')]).toEqual([['s.1'], []])
  })
})

it('every event that names a call is one of its events, also one that names several', () => {
  const log = createLog()
  const [writer, broker] = [log.writer('s'), log.writer('broker-1')]
  for (const call of ['s.1', 's.2']) writer.append('call.decided', sample.decided(call, { decision: 'hold' }))
  broker.append('approval.opened', sample.opened('s.1', 's'))
  broker.append('approval.attached', { approval: 'a-s.1', session: 's', call: 's.2' })
  broker.append('approval.decided', sample.approval('s.2', 's', 'approved', { approval: 'a-s.1', calls: ['s.1', 's.2'] }))
  writer.append('session.ended', { reason: 'client closed' })
  log.ingest.ingestAll()
  const types = (call: string) => getCall(log.db, call)?.events.map(({ seq, type }) => [seq, type])
  expect(types('s.1')).toEqual([[1, 'call.decided'], [4, 'approval.opened'], [6, 'approval.decided']])
  expect(types('s.2')).toEqual([[2, 'call.decided'], [5, 'approval.attached'], [6, 'approval.decided']])
  expect(rowOf(log.db, 's.1')).toMatchObject({ first_seq: 1, last_seq: 6, decided_seq: 1 })
}) // biome-ignore format: tables

describe('policies of then', () => {
  const text = 'version: 1\n'
  const texts = [{ file: 'a.yaml', status: 'ok' as const, sha256: sha256(text) }]
  const published = { revision: 'rev-1', files: ['a.yaml'], problems: ['b.yaml is broken'], texts }

  it('are kept as a broker published them, each once', () => {
    const log = createLog()
    const broker = log.writer('broker-1')
    broker.append('policy.text', { sha256: sha256(text), text })
    broker.append('policy.text', { sha256: sha256('other'), text: 'not what it says' })
    broker.append('policy.published', published, startOfTime + 1)
    broker.append('policy.published', { ...published, problems: [] }, startOfTime + 2)
    broker.append('policy.published', { revision: 'rev-0', files: [], problems: [] })
    log.writer('rogue').append('policy.text', { sha256: sha256('rogue'), text: 'rogue' })
    log.writer('rogue').append('policy.published', { ...published, revision: 'rev-2' })
    log.ingest.ingestAll()
    expect(log.db.prepare('SELECT sha256, text FROM policy_text').raw().all()).toEqual([[sha256(text), text]])
    expect(log.db.prepare('SELECT revision, at, files, problems FROM policy_revision').raw().all()).toEqual([
      ['rev-1', startOfTime + 1, JSON.stringify(texts), '["b.yaml is broken"]'],
    ])
  })
})

describe('rebuildRows', () => {
  it('makes the same of the events again, and says how far it is', () => {
    const log = createLog()
    session(log, 's', 50)
    session(log, 'z', 50)
    log.ingest.ingestAll()
    const before = dump(log.db)
    log.db.exec(
      "UPDATE call SET tool = 1; DELETE FROM session; DELETE FROM call_event; INSERT INTO call_text (call_text) VALUES ('delete-all')",
    )
    const told: number[][] = []
    log.db.transaction(() => rebuildRows(log.db, (...of) => told.push(of)))()
    expect(dump(log.db)).toEqual(before)
    expect(told).toEqual([[402, 402]])
  })

  it('begins with what a checkpoint carried over', () => {
    const log = createLog()
    const writer = session(log, 's', 1)
    writer.append('call.decided', sample.decided('s.2', { decision: 'hold', reason: 'given up' }))
    log.ingest.ingestAll()
    const [rows, head] = [dump(log.db), headOf(log.db)]
    const carried = { ...nothingCarried, calls: [rowOf(log.db, 's.2')], sessions: rows.sessions as never }
    writeCheckpoint(log.db, { ...head, at: 1, events: head.seq, calls: 1 }, carried, () => 'signed')
    log.db.exec('DELETE FROM event')
    writer.append('call.cancelled', { call: 's.2', by: 'client', forwarded: false })
    log.ingest.ingestAll()
    const whole = dump(log.db)
    log.db.transaction(() => rebuildRows(log.db))()
    const again = dump(log.db)
    expect(again.sessions).toEqual(whole.sessions)
    expect(again.calls).toEqual(whole.calls.filter(({ call }) => call === 's.2'))
    expect(again.calls).toMatchObject([
      { call: 's.2', outcome: 'cancelled', client: 'cursor', first_seq: 6, last_seq: 7 },
    ])
    expect(getCall(log.db, 's.2')).toMatchObject({ events: [{ seq: 7 }], chain: { head: 7, begins: 7 } })
  })

  it('changes nothing where the checkpoint says nothing', () => {
    const log = createLog()
    session(log, 's', 1)
    log.ingest.ingestAll()
    log.db.prepare("INSERT INTO checkpoint VALUES (1, zeroblob(32), 0, 0, 0, '[]', '')").run()
    const before = dump(log.db)
    expect(() => rebuildRows(log.db)).toThrow('The checkpoint at the beginning of the audit log cannot be read')
    expect(dump(log.db)).toEqual(before)
  })
})

it('carried rows keep their numbers', () => {
  const log = createLog()
  session(log, 's', 2)
  log.ingest.ingestAll()
  const calls = dump(log.db).calls
  log.db.exec('DELETE FROM call')
  const store = createStore(log.db)
  loadCarried(store, { ...nothingCarried, calls })
  expect(store.flush()).toEqual(['s.1', 's.2'])
  expect(dump(log.db).calls).toEqual(calls)
})
