// The list, the detail and the sums as the UI contract has them.
import { describe, expect, it } from 'vitest'
import { countsSince, getCall, head, newestCalls, recentDecisions, summariesOf } from '../../../broker/audit/query.ts'
import { uiRequests } from '../../../core/wire/ui-contract.ts'
import { sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { createLog, type LogFixture } from './log-fixture.ts'

/** Calls s.1 to s.<count>, two received in each millisecond; every third is denied, and every call has a tool of its own. */
function logOf(count: number): LogFixture {
  const log = createLog()
  const writer = log.writer('s')
  writer.append('session.started', sample.started(), startOfTime)
  for (let counter = 1; counter <= count; counter += 1) {
    const [call, tool, t] = [`s.${counter}`, `tool_${counter}%`, startOfTime + Math.floor(counter / 2)]
    writer.append('call.received', sample.received(call, tool), t)
    writer.append('call.decided', sample.decided(call, { tool, decision: counter % 3 === 0 ? 'deny' : 'allow' }), t)
    if (counter % 3 === 0) continue
    writer.append('call.forwarded', { call }, t)
    writer.append('call.answered', sample.answered(call), t)
  }
  log.ingest.ingestAll()
  return log
}

describe('newestCalls', () => {
  it('gives the newest, also within one millisecond, with the same words as a summary', () => {
    const { db } = logOf(5)
    expect(newestCalls(db, 3).map(({ call }) => call)).toEqual(['s.5', 's.4', 's.3'])
    expect(newestCalls(db, 9)).toEqual(summariesOf(db, ['s.1', 's.2', 's.3', 's.4', 's.5']))
    expect(newestCalls(createLog().db, 3)).toEqual([])
  })
})

describe('getCall', () => {
  it('tells what was recorded, with its events', () => {
    const log = createLog()
    const [writer, broker] = [log.writer('s'), log.writer('broker-1')]
    writer.append('session.started', sample.started())
    writer.append('call.received', sample.received('s.1'))
    writer.append('call.decided', sample.decided('s.1', { decision: 'hold', risk: 'destructive' }))
    writer.append('hold.opened', { call: 's.1', budgetMs: 1000 })
    broker.append('approval.opened', sample.opened('s.1', 's'))
    broker.append('approval.decided', sample.approval('s.1', 's', 'approved'))
    writer.append('hold.closed', sample.closed('s.1', 'approved', { approval: 'a-s.1', by: 'desktop' }))
    writer.append('call.forwarded', { call: 's.1' })
    writer.append('call.answered', sample.answered('s.1'))
    log.ingest.ingestAll()
    const detail = getCall(log.db, 's.1')
    expect(uiRequests['activity.get'].result.parse({ detail })).toEqual({ detail })
    expect(detail).toMatchObject({
      summary: {
        call: 's.1',
        session: 's',
        client: 'cursor',
        server: 'files',
        tool: 'write_file',
        risk: 'destructive',
        outcome: 'approved',
        receivedAt: startOfTime + 2000,
        heldMs: 2500,
        durationMs: 3.5,
        rule: 'files/write',
        decidedBy: 'desktop',
      },
      arguments: { text: '{"path":"a"}', bytes: 12, truncated: false },
      argumentsHash: sha256('{"path":"a"}'),
      result: { text: '{"content":[]}', bytes: 14, truncated: false },
      reason: 'writes inside the project',
      revision: 'rev-1',
      rules: [{ id: 'files/write', file: 'files.yaml', line: 7 }],
    })
    expect(detail?.events.map(({ type }) => type)).toEqual([
      'call.received',
      'call.decided',
      'hold.opened',
      'hold.closed',
      'call.forwarded',
      'call.answered',
      'approval.opened',
      'approval.decided',
    ])
    expect(detail?.events[0]).toMatchObject({ seq: 2, at: startOfTime + 2000, data: sample.received('s.1') })
  })

  it('tells little of a call that is only received, and nothing of one nobody knows', () => {
    const log = createLog()
    log.writer('s').append('call.received', sample.received('s.1'))
    log.ingest.ingestAll()
    const detail = getCall(log.db, 's.1')
    expect(uiRequests['activity.get'].result.parse({ detail })).toEqual({ detail })
    expect(detail).toMatchObject({ summary: { outcome: 'deciding' }, rules: [] })
    expect(getCall(log.db, 's.2')).toBeUndefined()
  })

  it('names no rule where a default decided', () => {
    const log = createLog()
    log.writer('s').append('call.decided', sample.decided('s.1', { source: 'default', decision: 'deny' }))
    log.ingest.ingestAll()
    expect(getCall(log.db, 's.1')?.summary).not.toHaveProperty('rule')
  })
})

it('summariesOf gives the known ones, newest first', () => {
  expect(summariesOf(logOf(5).db, ['s.2', 'nobody', 's.5']).map(({ call }) => call)).toEqual(['s.5', 's.2'])
})

it('countsSince counts by outcome from a moment on', () => {
  const { db } = logOf(9)
  expect(countsSince(db, startOfTime)).toEqual({ 'allowed-by-rule': 6, 'denied-by-rule': 3 })
  expect(countsSince(db, startOfTime + 4)).toEqual({ 'allowed-by-rule': 1, 'denied-by-rule': 1 })
  expect(countsSince(db, startOfTime + 5)).toEqual({})
})

it('head is the hash of the newest event', () => {
  const log = createLog()
  expect(head(log.db)).toBe('0'.repeat(64))
  log.writer('s').append('call.received', sample.received('s.1'))
  log.ingest.ingestAll()
  expect(head(log.db)).toBe(getCall(log.db, 's.1')?.events[0]?.hash)
})

it('recentDecisions tells the last words on calls of one tool by one client', () => {
  const log = createLog()
  const writer = log.writer('s')
  const which = { client: 'cursor', server: 'files', action: 'tools/call', tool: 'write_file' } as const
  writer.append('session.started', sample.started())
  for (const [counter, decision, outcome] of [
    [1, 'deny', undefined],
    [2, 'hold', 'refused'],
    [3, 'hold', undefined],
  ] as const) {
    const t = startOfTime + counter * 10_000
    writer.append('call.received', sample.received(`s.${counter}`), t)
    writer.append(
      'call.decided',
      sample.decided(`s.${counter}`, { decision, argumentsHash: sha256(`${counter}`) }),
      t + 1,
    )
    if (outcome) writer.append('hold.closed', sample.closed(`s.${counter}`, outcome), t + 2)
  }
  writer.append('call.decided', sample.decided('s.4', { tool: 'other' }))
  const prompt = sample.decided('s.5', { action: 'prompts/get', decision: 'deny', argumentsHash: sha256('5') })
  writer.append('call.decided', prompt, startOfTime + 50_000)
  log.ingest.ingestAll()
  const [denied, refused] = [
    { at: startOfTime + 10_001, outcome: 'denied-by-rule', argumentsHash: sha256('1') },
    { at: startOfTime + 20_002, outcome: 'refused', argumentsHash: sha256('2') },
  ]
  expect(recentDecisions(log.db, { ...which, limit: 5 })).toEqual([refused, denied])
  expect(recentDecisions(log.db, { ...which, limit: 1 })).toEqual([refused])
  const prompts = recentDecisions(log.db, { ...which, action: 'prompts/get', limit: 5 })
  expect(prompts.map(({ argumentsHash }) => argumentsHash)).toEqual([sha256('5')])
  expect(recentDecisions(log.db, { ...which, client: 'zed', limit: 5 })).toEqual([])
})
