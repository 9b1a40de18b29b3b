// What ends cards without anybody looking at them: everything refused, another policy, a grant; and who is turned away.
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CallFacts } from '../../broker/approval-card.ts'
import type { GrantsPort, GrantUse } from '../../broker/approvals-ports.ts'
import { askOf, createQueue, released, sessionOf } from './approvals-fixture.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('where a person refuses everything', () => {
  function refusing() {
    const refused = new Set<string>()
    const queue = createQueue({
      refusing: ({ session }) => (refused.has(session) ? { by: 'me', reason: 'all of it' } : undefined),
    })
    return { queue, refused }
  }

  it('what waits is refused, with the reason, and no card is opened any more', async () => {
    const { queue, refused } = refusing()
    const waits = queue.request(sessionOf(), askOf())
    const other = queue.request(sessionOf({ session: 's2' }), askOf({ n: 1 }, { call: 's2.1' }))
    refused.add('s1')
    expect(queue.refuseCovered()).toBe(1)
    expect(await waits).toMatchObject({ outcome: 'refused', by: 'me', reason: 'all of it' })
    expect(await queue.request(sessionOf(), askOf({ n: 2 }))).toEqual({
      outcome: 'refused',
      by: 'me',
      reason: 'all of it',
    })
    expect(queue.only().who.session).toBe('s2')
    expect(queue.ofType('approval.decided')).toMatchObject([{ data: { outcome: 'refused', by: 'me', session: 's1' } }])
    expect(await queue.clickApprove(queue.only())).toBe('ran')
    await other
  })

  it('no click approves a card before it is closed', async () => {
    const { queue, refused } = refusing()
    const waits = queue.request(sessionOf(), askOf())
    const card = queue.only()
    refused.add('s1')
    expect(await queue.clickApprove(card)).toBe('closed')
    expect(await waits).toMatchObject({ outcome: 'refused' })
  })

  it('no grant is used', async () => {
    const { queue, refused } = refusing()
    await queue.clickApprove(await released(queue))
    refused.add('s1')
    expect(await queue.request(sessionOf(), askOf())).toMatchObject({ outcome: 'refused' })
    expect(queue.ofType('grant.used')).toEqual([])
    refused.clear()
    expect(await queue.request(sessionOf(), askOf())).toMatchObject({ outcome: 'grant' })
  })

  it('what waits is refused also where that cannot be put on record, and that is said', async () => {
    const { queue, refused } = refusing()
    const waits = queue.request(sessionOf(), askOf())
    queue.disk.full = true
    refused.add('s1')
    expect(queue.refuseCovered()).toBe(1)
    expect(await waits).toMatchObject({ outcome: 'refused' })
    expect(queue.unrecorded).toHaveLength(1)
  })
})

describe('another policy', () => {
  function judged() {
    const held = { calls: new Set<string>(), behind: false }
    const queue = createQueue({
      stillHeld: ({ ask }) => held.calls.has(ask.call),
      behind: () => held.behind,
    })
    return { queue, held }
  }

  it('sends back what it does not hold for the same reason, and leaves the rest', async () => {
    const { queue, held } = judged()
    held.calls.add('s1.2')
    const loose = queue.request(sessionOf(), askOf({ n: 1 }))
    void queue.request(sessionOf(), askOf({ n: 2 }, { call: 's1.2' }))
    const [card] = queue.cards()
    queue.policyChanged()
    expect(await loose).toEqual({ outcome: 'rejudge', approval: card?.id })
    expect(queue.only().arguments).toEqual({ n: 2 })
    expect(queue.ofType('approval.decided')).toMatchObject([{ data: { outcome: 'cancelled', by: 'policy' } }])
    queue.stop()
  })

  it('closes the card of a released caller: its retry is judged anew', async () => {
    const { queue } = judged()
    const card = await released(queue)
    queue.policyChanged()
    expect(queue.closed).toEqual([{ id: card.id, outcome: 'rejudged' }])
    expect(await queue.clickApprove(card)).toBe('closed')
  })

  it('is waited for where the proxy has not read it yet', async () => {
    vi.useFakeTimers()
    const { queue, held } = judged()
    held.behind = true
    const waits = queue.request(sessionOf(), askOf())
    vi.advanceTimersByTime(999)
    expect(queue.cards()).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(await waits).toMatchObject({ outcome: 'rejudge' })
  })
})

describe('a remembered approval', () => {
  /** Covers these values of `n`, once a card is remembered; each use is on record, or cannot be. */
  function remembering(covered: number[]) {
    const state = { on: false, uses: [] as string[], full: false }
    const covers = ({ ask }: CallFacts) => state.on && covered.includes(Number(ask.arguments['n']))
    const grants: GrantsPort = {
      once: () => undefined,
      covers,
      use: (facts, call): GrantUse | undefined => {
        if (!covers(facts)) return undefined
        if (state.full) throw new Error('no room')
        state.uses.push(call)
        return { approval: 'earlier', by: 'me', grant: 'g1' }
      },
      sessionGone: () => undefined,
      stop: () => undefined,
    }
    const queue = createQueue({
      grants,
      remember: {
        check: () => ({
          ok: true,
          make: () => {
            state.on = true
            return { undo: 'u', remembered: { grant: 'g1' } }
          },
        }),
        undo: () => 'too-late',
      },
    })
    const ask = (n: number, call: string) => queue.request(sessionOf(), askOf({ n }, { call }))
    const approveFirst = () => {
      const [{ id, binding, waiting } = { id: '', binding: '', waiting: 0 }] = queue.cards()
      return queue.approve({ id, binding, waiting, remember: { lifetime: 'hour', scopes: {}, preview: 'p' } }, 'me')
    }
    return { queue, state, ask, approveFirst }
  }

  it('settles the other cards it covers, each use on record, and no other', async () => {
    const { queue, state, ask, approveFirst } = remembering([1, 2])
    const first = ask(1, 's1.1')
    const two = [ask(2, 's1.2'), ask(2, 's1.3')]
    void ask(3, 's1.4')
    await approveFirst()
    expect(await first).toMatchObject({ outcome: 'approved' })
    for (const answer of await Promise.all(two))
      expect(answer).toEqual({ outcome: 'grant', approval: 'earlier', by: 'me' })
    expect(state.uses).toEqual(['s1.2', 's1.3'])
    expect(queue.only().arguments).toEqual({ n: 3 })
    expect(queue.ofType('approval.decided').map(({ data }) => [data['outcome'], data['by'], data['grant']])).toEqual([
      ['approved', 'me', false],
      ['approved', 'grant', false],
    ])
    queue.stop()
  })

  it('takes the card of a released caller away: its retry needs none', async () => {
    const { queue, state, ask, approveFirst } = remembering([1, 2])
    void ask(1, 's1.1')
    const other = queue.request(sessionOf(), askOf({ n: 2 }, { call: 's1.2', budgetMs: 0 }))
    expect(await other).toMatchObject({ outcome: 'released' })
    await approveFirst()
    expect(queue.cards()).toEqual([])
    expect(state.uses).toEqual([])
    expect(await ask(2, 's1.3')).toMatchObject({ outcome: 'grant' })
  })

  it('lets nothing run whose use cannot be put on record: that card stays', async () => {
    const { queue, state, ask, approveFirst } = remembering([1, 2])
    void ask(1, 's1.1')
    void ask(2, 's1.2')
    state.full = true
    await approveFirst()
    expect(queue.only()).toMatchObject({ arguments: { n: 2 }, waiting: 1 })
    expect(queue.unrecorded).toEqual(['the use of a grant'])
    queue.stop()
  })
})

describe('a flood', () => {
  it('is counted for a minute, with the last that was turned away, and told when it begins and ends', async () => {
    vi.useFakeTimers()
    const told: number[] = []
    const queue = createQueue({ floodChanged: () => void told.push(1) })
    for (let n = 0; n < 20; n += 1) void queue.request(sessionOf(), askOf({ n }))
    expect(queue.flood()).toBeUndefined()
    for (let n = 20; n < 23; n += 1) await queue.request(sessionOf(), askOf({ n }))
    queue.pass(30_000)
    await queue.request(sessionOf({ client: 'claude' }), askOf({ n: 99 }))
    expect(queue.flood()).toEqual({ turnedAway: 4, client: 'claude', server: 'github' })
    queue.pass(30_000)
    expect(queue.flood()).toEqual({ turnedAway: 1, client: 'claude', server: 'github' })
    told.length = 0
    queue.pass(31_000)
    vi.advanceTimersByTime(60_000)
    expect(queue.flood()).toBeUndefined()
    expect(told.length).toBeGreaterThan(0)
    queue.stop()
  })
})
