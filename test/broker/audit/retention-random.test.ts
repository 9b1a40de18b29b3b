// Random histories, pruned at random moments: what remains verifies, and is what it would be had nothing been pruned.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rebuildRows } from '../../../broker/audit/rebuild.ts'
import { type SpoolWriter, sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { createLog, dump, type LogFixture } from './log-fixture.ts'
import { check, hour, retentionOf } from './retention-fixture.ts'

type Step = {
  what:
    | 'call'
    | 'answer'
    | 'close'
    | 'open'
    | 'attach'
    | 'decide'
    | 'use'
    | 'cancel'
    | 'end'
    | 'gone'
    | 'policy'
    | 'prune'
  session: number
  /** Which of its calls, counted from the newest. */
  call: number
  kind: number
  /** Hours that pass before it. */
  wait: number
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constant('call' as const) },
    { weight: 4, arbitrary: fc.constant('answer' as const) },
    { weight: 3, arbitrary: fc.constant('prune' as const) },
    {
      weight: 8,
      arbitrary: fc.constantFrom('close', 'open', 'attach', 'decide', 'use', 'cancel', 'end', 'gone', 'policy'),
    },
  ),
  session: fc.nat(2),
  call: fc.nat(3),
  kind: fc.nat(3),
  wait: fc.nat(6),
})

type Session = { writer: SpoolWriter; calls: number }

/** Writes what happens into the spools of `log`; `prune` is for the caller. */
function historian(log: LogFixture) {
  const sessions = new Map<number, Session>()
  const broker = log.writer('broker-1')
  let [t, starts, policies] = [startOfTime, 0, 0]
  const sessionOf = (index: number): Session => {
    const found = sessions.get(index)
    if (found) return found
    starts += 1
    const writer = log.writer(`s${starts}`)
    writer.append('session.started', sample.started(), t)
    const made = { writer, calls: 0 }
    sessions.set(index, made)
    return made
  }
  const write = ({ what, session, call: back, kind, wait }: Step): unknown => {
    t += wait * hour
    const { writer, calls } = sessionOf(session)
    const counter = Math.max(1, calls - back)
    const call = `${writer.session}.${counter}`
    const approval = `a-${writer.session}.${Math.max(1, counter - kind)}`
    switch (what) {
      case 'call': {
        sessionOf(session).calls += 1
        const decision = (['allow', 'allow', 'deny', 'hold'] as const)[kind] ?? 'allow'
        const next = `${writer.session}.${calls + 1}`
        writer.append('call.decided', sample.decided(next, { decision, ...(kind < 2 && { forwarded: true }) }), t)
        return undefined
      }
      case 'answer':
        return writer.append('call.answered', sample.answered(call, kind === 0 ? 'tool-error' : 'ok'), t)
      case 'close':
        return writer.append(
          'hold.closed',
          sample.closed(call, (['approved', 'released', 'refused', 'rejudge'] as const)[kind] ?? 'expired', {
            approval,
          }),
          t,
        )
      case 'cancel':
        return writer.append('call.cancelled', { call, by: 'client', forwarded: kind === 0 }, t)
      case 'end':
        writer.append('session.ended', { reason: 'client closed' }, t)
        return sessions.delete(session)
      case 'open':
        return broker.append('approval.opened', { ...sample.opened(call, writer.session), approval }, t)
      case 'attach':
        return broker.append('approval.attached', { approval, session: writer.session, call }, t)
      case 'decide': {
        const outcome = (['approved', 'refused', 'expired', 'cancelled'] as const)[kind] ?? 'approved'
        return broker.append(
          'approval.decided',
          { ...sample.approval(call, writer.session, outcome), approval, grant: kind === 0 },
          t,
        )
      }
      case 'use':
        return broker.append('grant.used', { approval, session: writer.session, call }, t)
      case 'gone':
        return broker.append('session.gone', { session: writer.session }, t)
      case 'policy': {
        policies += 1
        const text = `version: 1 # ${kind}`
        broker.append('policy.text', { sha256: sha256(text), text }, t)
        const texts = [{ file: 'a.yaml', status: 'ok' as const, sha256: sha256(text) }]
        return broker.append(
          'policy.published',
          { revision: `r${policies}`, files: ['a.yaml'], problems: [], texts },
          t,
        )
      }
      case 'prune':
        return undefined
    }
  }
  return { broker, write, now: () => t }
}

/** What the log says, without what depends on how many rows of a millisecond there ever were, and without what is lost with its text. */
function derived(log: LogFixture) {
  const { calls, sessions, cards, policies } = dump(log.db)
  return { calls: calls.map(({ id: _, ...row }) => row), sessions, cards, policies }
}

it('what remains is what it would be', { timeout: 600_000 }, () => {
  const seed = process.env['COUNTERSIGN_TEST_SEED']
  let compared = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const [pruned, whole] = [createLog(), createLog()]
      const [story, same] = [historian(pruned), historian(whole)]
      const append: SpoolWriter['append'] = (type, data, t) => {
        story.broker.append(type, data, t)
        same.broker.append(type, data, t)
      }
      const retention = retentionOf(pruned, { ...story.broker, append }, { now: startOfTime, settings: {} })
      const take = () => {
        pruned.ingest.ingestAll()
        whole.ingest.ingestAll()
      }
      for (const one of steps) {
        story.write(one)
        same.write(one)
        if (one.what !== 'prune') continue
        take()
        retention.now = story.now()
        retention.settings = { days: one.kind / 4 }
        retention.step()
        take()
        expect(check(pruned).problems).toEqual([])
      }
      take()
      expect(check(pruned).problems).toEqual([])
      expect(check(pruned).head).toBe(check(whole).head)
      expect(retention.alerts).toEqual([])

      const asItWouldBe = new Map(derived(whole).calls.map((row) => [row.call, row]))
      for (const row of derived(pruned).calls) {
        const should = asItWouldBe.get(row.call)
        // One that was over and is told of again begins anew.
        if (should?.first_seq !== row.first_seq) continue
        expect(row).toEqual(should)
        if (check(pruned).checkpoint) compared += 1
      }

      const before = derived(pruned)
      pruned.db.transaction(() => rebuildRows(pruned.db))()
      expect(derived(pruned)).toEqual(before)
      expect(check(pruned).problems).toEqual([])
    }),
    {
      numRuns: process.env['COUNTERSIGN_TEST_LONG'] ? 300 : 25,
      endOnFailure: true,
      ...(seed && { seed: Number(seed) }),
    },
  )
  expect(compared).toBeGreaterThan(100)
})
