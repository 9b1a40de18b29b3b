// Identical calls: side by side they share a card and its one answer; a later one takes the place of those given up.
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Ask, Session } from '../../broker/approval-card.ts'
import { askOf, createQueue, type Queue, released, sessionOf } from './approvals-fixture.ts'

afterEach(() => {
  vi.useRealTimers()
})

const identical = (queue: Queue, call: string, changes: Parameters<typeof askOf>[1] = {}) =>
  queue.request(sessionOf(), askOf({ n: 1 }, { call, ...changes }))

describe('side by side', () => {
  it('two share a card, and one approval runs both', async () => {
    const queue = createQueue()
    const first = identical(queue, 's1.1')
    queue.pass(900)
    const second = identical(queue, 's1.2')
    const card = queue.only()
    expect(card.waiting).toBe(2)
    expect(await queue.clickApprove(card)).toBe('ran')
    expect(await Promise.all([first, second])).toMatchObject([{ outcome: 'approved' }, { outcome: 'approved' }])
    expect(queue.ofType('approval.opened')).toHaveLength(1)
    expect(queue.ofType('approval.attached')).toMatchObject([{ data: { approval: card.id, call: 's1.2' } }])
    expect(queue.ofType('approval.decided')).toMatchObject([{ data: { calls: ['s1.1', 's1.2'], grant: false } }])
  })

  it('one refusal refuses both', async () => {
    const queue = createQueue()
    const both = [identical(queue, 's1.1'), identical(queue, 's1.2')]
    expect(queue.clickRefuse(queue.only(), 'no')).toBe('refused')
    for (const answer of await Promise.all(both)) expect(answer).toMatchObject({ outcome: 'refused', reason: 'no' })
  })

  it('an approval of one is not taken for two', async () => {
    const queue = createQueue()
    void identical(queue, 's1.1')
    const one = queue.only()
    void identical(queue, 's1.2')
    expect(await queue.clickApprove(one)).toBe('changed')
    expect(queue.clickRefuse(one)).toBe('changed')
    expect(queue.ofType('approval.decided')).toEqual([])
    expect(await queue.clickApprove(queue.only())).toBe('ran')
  })

  it('an approval of two is good for the one that is left', async () => {
    const queue = createQueue()
    const first = identical(queue, 's1.1')
    const second = identical(queue, 's1.2')
    const two = queue.only()
    queue.withdraw('s1', 's1.2')
    expect(await queue.clickApprove(two)).toBe('ran')
    expect([await first, await second]).toMatchObject([{ outcome: 'approved' }, { outcome: 'cancelled' }])
    const [decided] = queue.ofType('approval.decided')
    expect(decided?.data).toMatchObject({ call: 's1.1' })
    expect(decided?.data).not.toHaveProperty('calls')
  })

  it('each is released when its own time is over', async () => {
    vi.useFakeTimers()
    const queue = createQueue()
    const short = identical(queue, 's1.1', { budgetMs: 1_000 })
    const long = identical(queue, 's1.2', { budgetMs: 5_000 })
    vi.advanceTimersByTime(1_000)
    expect(await short).toMatchObject({ outcome: 'released' })
    expect(queue.only()).toMatchObject({ waiting: 1, caller: { state: 'waiting' } })
    vi.advanceTimersByTime(4_000)
    expect(await long).toMatchObject({ outcome: 'released' })
    expect(queue.only()).toMatchObject({ waiting: 0, caller: { state: 'released' } })
    queue.stop()
  })

  it('the very same call cannot wait twice', async () => {
    const queue = createQueue()
    const first = identical(queue, 's1.1')
    await expect(identical(queue, 's1.1')).rejects.toThrow('waits already')
    await queue.clickApprove(queue.only())
    expect(await first).toMatchObject({ outcome: 'approved' })
  })

  it('they count among what a server may have waiting', async () => {
    const queue = createQueue()
    for (let n = 0; n < 20; n += 1) void identical(queue, `s1.${n}`)
    expect(queue.only().waiting).toBe(20)
    expect(await identical(queue, 's1.20')).toEqual({ outcome: 'too-many', waiting: 20 })
    expect(await queue.request(sessionOf(), askOf({ n: 2 }, { call: 's1.21' }))).toMatchObject({ outcome: 'too-many' })
    queue.stop()
  })

  it.each([
    ['another session', sessionOf({ session: 's2' }), 's2.1'],
    ['another server', sessionOf({ server: 'files' }), 's1.2'],
  ])('%s never shares', (_, session, call) => {
    const queue = createQueue()
    void identical(queue, 's1.1')
    void queue.request(session, askOf({ n: 1 }, { call }))
    expect(queue.cards().map(({ waiting }) => waiting)).toEqual([1, 1])
    queue.stop()
  })

  it('one that cannot be recorded does not wait, and changes nothing', async () => {
    const queue = createQueue()
    const first = identical(queue, 's1.1')
    queue.disk.full = true
    await expect(identical(queue, 's1.2')).rejects.toThrow(/cannot be written/)
    queue.disk.full = false
    expect(queue.only().waiting).toBe(1)
    await queue.clickApprove(queue.only())
    expect(await first).toMatchObject({ outcome: 'approved' })
  })
})

describe('a later one', () => {
  it('takes the place of a client that gave up without a word, which shows how long that one waits', async () => {
    const queue = createQueue()
    const first = identical(queue, 's1.1')
    const card = queue.only()
    queue.pass(3_000)
    const again = identical(queue, 's1.2')
    expect(await first).toEqual({ outcome: 'superseded', approval: card.id, ticket: card.ticket })
    expect(queue.observed).toEqual([{ client: 'cursor', why: 'superseded', waitedMs: 3_000 }])
    expect(await queue.clickApprove(queue.only())).toBe('ran')
    expect(await again).toMatchObject({ outcome: 'approved', approval: card.id })
    expect(queue.ofType('approval.decided')).toMatchObject([{ data: { call: 's1.2' } }])
  })

  it('never takes the place of another session’s', async () => {
    const queue = createQueue()
    void identical(queue, 's1.1')
    queue.pass(3_000)
    void queue.request(sessionOf({ session: 's2' }), askOf({ n: 1 }, { call: 's2.1' }))
    expect(queue.cards().map(({ waiting }) => waiting)).toEqual([1, 1])
    expect(queue.observed).toEqual([])
    queue.stop()
  })
})

describe('a retry', () => {
  it('is told from one that comes back by itself', async () => {
    const queue = createQueue()
    const card = await released(queue, askOf({ n: 1 }, { budgetMs: 0, asksAgain: true }))
    expect(card.caller).toEqual({ state: 'released', asksAgain: true })
    const again = identical(queue, 's1.2')
    expect(queue.only()).toMatchObject({ id: card.id, caller: { state: 'waiting' } })
    // The person saw a card that allows one call, and one call is what waits now.
    expect(await queue.clickApprove(card)).toBe('ran')
    expect(await again).toMatchObject({ outcome: 'approved' })
    expect(queue.ofType('approval.attached')).toMatchObject([{ data: { call: 's1.2' } }])
  })

  it('changes who waits on a card, and nothing that a person may be reading', async () => {
    const queue = createQueue()
    const card = await released(queue)
    const harmless = { risk: { class: 'read' as const, evidence: [] }, reason: 'harmless', rules: [] }
    void identical(queue, 's1.2', harmless)
    expect(queue.only()).toMatchObject({ id: card.id, risk: card.risk, rule: card.rule, caller: { state: 'waiting' } })
    queue.stop()
  })

  it('whose client left again makes the approval one for the next', async () => {
    const queue = createQueue()
    await released(queue)
    const again = identical(queue, 's1.2')
    const card = queue.only()
    expect(queue.withdraw('s1', 's1.2')).toBe(true)
    expect(queue.withdraw('s1', 's1.2')).toBe(false)
    expect(await again).toMatchObject({ outcome: 'cancelled' })
    expect(queue.only().caller).toEqual({ state: 'gone' })
    expect(await queue.clickApprove(card)).toBe('granted')
    expect(queue.ofType('approval.decided')).toMatchObject([{ data: { grant: true, call: 's1.2' } }])
    expect(await identical(queue, 's1.3')).toMatchObject({ outcome: 'grant', approval: card.id })
  })
})

describe('a refusal that nobody was there to hear', () => {
  const retry = (n = 1) => askOf({ n }, { call: `s1.${n + 1}` })

  it.each([
    ['holds a ticket', {}],
    ['comes back by itself', { asksAgain: true as const }],
  ])('is told to the identical retry of one who %s, once, with its reason', async (_, more) => {
    const queue = createQueue()
    const card = await released(queue, askOf({ n: 1 }, { budgetMs: 0, ...more }))
    expect(queue.clickRefuse(card, 'wrong folder')).toBe('refused')
    const refused = { outcome: 'refused', approval: card.id, by: 'me', reason: 'wrong folder' }
    expect(await queue.request(sessionOf(), retry())).toEqual(refused)
    expect(queue.cards()).toEqual([])
    // Whoever asks once more, asks a person.
    void queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.3' }))
    expect(queue.cards()).toHaveLength(1)
    queue.stop()
  })

  it.each<[string, (queue: Queue) => void, Session, Ask]>([
    ['another session', () => undefined, sessionOf({ session: 's2' }), askOf({ n: 1 }, { call: 's2.1' })],
    ['other arguments', () => undefined, sessionOf(), askOf({ n: 2 }, { call: 's1.2' })],
    ['another policy', () => undefined, sessionOf(), askOf({ n: 1 }, { call: 's1.2', revision: 'r2' })],
    ['one who comes ten minutes later', (queue) => queue.pass(600_000), sessionOf(), askOf({ n: 1 }, { call: 's1.2' })],
    [
      'one after the session was gone',
      (queue) => queue.sessionGone('s1'),
      sessionOf(),
      askOf({ n: 1 }, { call: 's1.2' }),
    ],
  ])('says nothing to %s', async (_, meanwhile, session, ask) => {
    const queue = createQueue()
    queue.clickRefuse(await released(queue))
    meanwhile(queue)
    void queue.request(session, ask)
    expect(queue.cards()).toHaveLength(1)
    queue.stop()
  })

  it('is none where the caller took its call back, or where everything was refused', async () => {
    const queue = createQueue()
    void queue.request(sessionOf(), askOf())
    queue.withdraw('s1', 's1.1')
    expect(queue.clickRefuse(queue.only())).toBe('refused')
    void queue.request(sessionOf(), retry())
    expect(queue.cards()).toHaveLength(1)
    queue.stop()
    const state = { refusing: true }
    const wide = createQueue({ refusing: () => (state.refusing ? { by: 'me', reason: 'all' } : undefined) })
    state.refusing = false
    await released(wide)
    state.refusing = true
    expect(wide.refuseCovered()).toBe(1)
    state.refusing = false
    void wide.request(sessionOf(), retry())
    expect(wide.cards()).toHaveLength(1)
    wide.stop()
  })
})
