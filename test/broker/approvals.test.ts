// The queue of held calls: what an approval covers, how long, how often, and what happens when the record fails.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { askOf, createQueue, released, sessionOf } from './approvals-fixture.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('caps', () => {
  it('holds 20 calls of a server and answers the next at once; another server is not affected', async () => {
    const queue = createQueue()
    for (let n = 0; n < 20; n += 1) void queue.request(sessionOf(), askOf({ n }))
    expect(await queue.request(sessionOf(), askOf({ n: 20 }))).toEqual({ outcome: 'too-many', waiting: 20 })
    void queue.request(sessionOf({ server: 'files' }), askOf({ n: 20 }))
    expect(queue.cards()).toHaveLength(21)
    queue.stop()
  })

  it('opens 30 cards a minute, over all servers, and more when the minute is over', async () => {
    const queue = createQueue()
    for (let n = 0; n < 30; n += 1) void queue.request(sessionOf({ server: `s${n % 10}` }), askOf({ n }))
    expect(await queue.request(sessionOf(), askOf({ n: 30 }))).toEqual({ outcome: 'too-many', waiting: 30 })
    queue.pass(59_999)
    expect(await queue.request(sessionOf(), askOf({ n: 30 }))).toMatchObject({ outcome: 'too-many' })
    queue.pass(1)
    void queue.request(sessionOf(), askOf({ n: 30 }))
    expect(queue.cards()).toHaveLength(31)
    queue.stop()
  })

  it('holds 100 calls in all, however slowly they come', async () => {
    const queue = createQueue()
    for (let n = 0; n < 100; n += 1) {
      queue.pass(2_500)
      void queue.request(sessionOf({ server: `s${n % 10}` }), askOf({ n }, { timeoutMs: 3_600_000 }))
    }
    queue.pass(60_000)
    expect(await queue.request(sessionOf({ server: 'other' }), askOf({ n: 100 }))).toEqual({
      outcome: 'too-many',
      waiting: 100,
    })
    expect(queue.ofType('approval.opened')).toHaveLength(100)
    queue.stop()
  })

  it('holds so many large arguments as memory is for, and more when some of them are answered', async () => {
    const queue = createQueue()
    const large = (n: number) => askOf({ n, text: 'x'.repeat(15 * 1024 * 1024) }, { call: `s1.${n}` })
    for (const n of [1, 2, 3, 4]) void queue.request(sessionOf({ server: `s${n}` }), large(n))
    expect(queue.cards()).toHaveLength(4)
    expect(await queue.request(sessionOf({ server: 's5' }), large(5))).toEqual({ outcome: 'too-many', waiting: 4 })
    void queue.request(sessionOf({ server: 's5' }), askOf({ n: 6 }, { call: 's1.6' }))
    const [first] = queue.cards()
    if (!first) throw new Error('nothing waits')
    queue.clickRefuse(first)
    void queue.request(sessionOf({ server: 's5' }), large(5))
    expect(queue.cards()).toHaveLength(5)
    queue.stop()
  })

  it('lets a retry attach to its open card although there is no room for a new one', async () => {
    const queue = createQueue()
    await released(queue)
    for (let n = 2; n < 21; n += 1) void queue.request(sessionOf(), askOf({ n }))
    const retry = queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.99' }))
    const card = queue.cards()[0]
    if (!card) throw new Error('nothing waits')
    expect(card.arguments).toEqual({ n: 1 })
    expect(await queue.clickApprove(card)).toBe('ran')
    expect(await retry).toMatchObject({ outcome: 'approved', by: 'me' })
    queue.stop()
  })
})

describe('deadlines', () => {
  it('a card expires after ten minutes, or when its rule says', async () => {
    vi.useFakeTimers()
    const queue = createQueue()
    const usual = queue.request(sessionOf(), askOf({ n: 1 }, { budgetMs: 1e9 }))
    const short = queue.request(sessionOf(), askOf({ n: 2 }, { budgetMs: 1e9, timeoutMs: 5_000 }))
    vi.advanceTimersByTime(4_999)
    expect(queue.cards()).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(await short).toMatchObject({ outcome: 'expired' })
    expect(queue.cards()).toHaveLength(1)
    vi.advanceTimersByTime(595_000)
    expect(await usual).toMatchObject({ outcome: 'expired' })
    expect(queue.ofType('approval.decided').map(({ data }) => [data['outcome'], data['by']])).toEqual([
      ['expired', 'clock'],
      ['expired', 'clock'],
    ])
  })

  it('times that no timer can count do not end at once', () => {
    vi.useFakeTimers()
    const queue = createQueue()
    const huge = Number.MAX_SAFE_INTEGER
    void queue.request(sessionOf(), askOf({ n: 1 }, { budgetMs: huge, timeoutMs: huge }))
    vi.advanceTimersByTime(60_000)
    expect(queue.only().caller.state).toBe('waiting')
    queue.stop()
  })

  it.each([
    ['both clocks (its timer is late)', { now: 600_000, monotonic: 600_000 }],
    ['only the wall clock (the machine slept)', { now: 600_000, monotonic: 0 }],
    ['only the monotonic clock (the wall clock was set back)', { now: -3_600_000, monotonic: 600_000 }],
  ])('an overdue card is expired before a click counts: %s', async (_, jump) => {
    const queue = createQueue()
    const waits = queue.request(sessionOf(), askOf())
    const card = queue.only()
    queue.clock.now += jump.now
    queue.clock.monotonic += jump.monotonic
    expect(await queue.clickApprove(card)).toBe('closed')
    expect(await waits).toMatchObject({ outcome: 'expired' })
    expect(queue.ofType('approval.decided')).toMatchObject([{ data: { outcome: 'expired' } }])
  })

  it('an overdue card is not shown, and takes no retry', async () => {
    const queue = createQueue()
    const card = await released(queue)
    queue.clock.now += 600_000
    void queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.2' }))
    expect(queue.closed).toEqual([{ id: card.id, outcome: 'expired' }])
    expect(queue.only().id).not.toBe(card.id)
    queue.stop()
  })
})

describe('a grant', () => {
  it('is used once, also by two identical retries of the same moment', async () => {
    const queue = createQueue()
    const card = await released(queue)
    expect(await queue.clickApprove(card)).toBe('granted')
    const first = queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.2' }))
    const second = queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.3' }))
    expect(await first).toEqual({ outcome: 'grant', approval: card.id, by: 'me' })
    const again = queue.only()
    expect(again.id).not.toBe(card.id)
    queue.clickRefuse(again)
    expect(await second).toMatchObject({ outcome: 'refused' })
    expect(queue.ofType('grant.used')).toEqual([
      { type: 'grant.used', data: { approval: card.id, session: 's1', call: 's1.2' } },
    ])
  })

  it.each([
    ['another session', sessionOf({ session: 's2' }), askOf()],
    ['another client', sessionOf({ client: 'claude' }), askOf()],
    ['another server', sessionOf({ server: 'gitlab' }), askOf()],
    ['another pin', sessionOf({ pin: 'b'.repeat(64) }), askOf()],
    ['another revision', sessionOf(), askOf({ n: 1 }, { revision: 'r2' })],
    ['another definition of the tool', sessionOf(), askOf({ n: 1 }, { definition: { hash: 'e'.repeat(64) } })],
    ['another action', sessionOf(), askOf({ n: 1 }, { action: 'prompts/get' })],
    ['a call that takes more than a click', sessionOf(), askOf({ n: 1 }, { confirm: 'type-name' })],
    ['another tool', sessionOf(), askOf({ n: 1 }, { tool: 'write_notes' })],
    ['one byte more', sessionOf(), askOf({ n: 10 })],
    ['another type', sessionOf(), askOf({ n: '1' })],
    ['one key more', sessionOf(), askOf({ n: 1, m: null })],
  ])('is of no use to %s', async (_, session, ask) => {
    const queue = createQueue()
    const card = await released(queue)
    await queue.clickApprove(card)
    void queue.request(session, ask)
    expect(queue.only().caller.state).toBe('waiting')
    expect(queue.ofType('grant.used')).toEqual([])
    expect(await queue.request(sessionOf(), askOf())).toMatchObject({ outcome: 'grant' })
    queue.stop()
  })

  it.each([
    ['ten minutes', { now: 600_000, monotonic: 600_000 }],
    ['a sleep of ten minutes', { now: 600_000, monotonic: 0 }],
    ['ten minutes with the wall clock set back', { now: -600_000, monotonic: 600_000 }],
  ])('is over after %s, and that is on record', async (_, jump) => {
    const queue = createQueue()
    const card = await released(queue)
    await queue.clickApprove(card)
    queue.clock.now += jump.now
    queue.clock.monotonic += jump.monotonic
    void queue.request(sessionOf(), askOf())
    expect(queue.only().caller.state).toBe('waiting')
    expect(queue.ofType('grant.expired')).toEqual([
      { type: 'grant.expired', data: { approval: card.id, why: 'expired' } },
    ])
    queue.stop()
  })

  it('goes with its session', async () => {
    const queue = createQueue()
    const card = await released(queue)
    await queue.clickApprove(card)
    queue.sessionGone('s1')
    expect(queue.ofType('grant.expired')).toHaveLength(1)
    void queue.request(sessionOf(), askOf())
    expect(queue.only().caller.state).toBe('waiting')
    queue.stop()
  })
})

describe('why a card is there', () => {
  it.each([
    ['with the words of its rule', { note: 'Writes need a look.' }],
    ['without any, where the rule has none', {}],
  ])('is said %s', (_, words) => {
    const queue = createQueue()
    const rules = [{ id: 'look', file: 'a.yaml', line: 3 }]
    void queue.request(sessionOf(), askOf({}, { source: 'rule', rules, reason: 'Rule look asks', ...words }))
    expect(queue.only().rule).toStrictEqual({
      source: 'rule',
      rules,
      reason: 'Rule look asks',
      revision: 'r1',
      ...words,
    })
    queue.stop()
  })
})

describe('a card that takes more than a click', () => {
  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a part of it', 'write_not'],
    ['more than it', 'write_notes'],
    ['another case', 'Write_note'],
    ['a space before it', ' write_note'],
    ['a line end after it', 'write_note\n'],
    ['a letter that looks the same', 'write_n\u043ete'],
  ])('is not approved by %s, stays as it is, and is approved by the name of its tool', async (_, typed) => {
    const queue = createQueue()
    const waits = queue.request(sessionOf(), askOf({ n: 1 }, { confirm: 'type-name' }))
    const card = queue.only()
    expect(card.confirm).toBe('type-name')
    expect(await queue.clickApprove(card, typed)).toBe('not-confirmed')
    expect(queue.only()).toEqual(card)
    expect(queue.ofType('approval.decided')).toEqual([])
    expect(await queue.clickApprove(card, 'write_note')).toBe('ran')
    expect(await waits).toMatchObject({ outcome: 'approved' })
  })

  it('asks for the ticket where the name cannot be typed as it looks, and then the name is not it', async () => {
    const queue = createQueue()
    void queue.request(sessionOf(), { ...askOf({ n: 1 }, { confirm: 'type-name' }), tool: 'write_n\u043ete' })
    const card = queue.only()
    expect(await queue.clickApprove(card, card.tool)).toBe('not-confirmed')
    expect(await queue.clickApprove(card, card.ticket)).toBe('ran')
  })

  it('makes no grant by a click after its caller was released', async () => {
    const queue = createQueue()
    const ask = askOf({ n: 1 }, { budgetMs: 0, confirm: 'type-name' })
    const card = await released(queue, ask)
    expect(await queue.clickApprove(card)).toBe('not-confirmed')
    expect(await queue.clickApprove(card, card.tool)).toBe('granted')
    expect(await queue.request(sessionOf(), ask)).toMatchObject({ outcome: 'grant' })
  })

  it('is never joined by a call that takes less, nor the other way round', async () => {
    const queue = createQueue()
    await released(queue)
    void queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.2', confirm: 'type-name' }))
    expect(queue.cards().map(({ confirm }) => confirm)).toEqual(['click', 'type-name'])
    queue.stop()
  })

  it('is refused by a click all the same', async () => {
    const queue = createQueue()
    const waits = queue.request(sessionOf(), askOf({ n: 1 }, { confirm: 'type-name' }))
    const card = queue.only()
    expect(queue.clickRefuse(card)).toBe('refused')
    expect(await waits).toMatchObject({ outcome: 'refused' })
  })

  it('asks for the name where the rule wants the system to ask, which no host can', async () => {
    const queue = createQueue()
    void queue.request(sessionOf(), askOf({ n: 1 }, { confirm: 'os-auth' }))
    const card = queue.only()
    expect(card.confirm).toBe('type-name')
    expect(await queue.clickApprove(card)).toBe('not-confirmed')
    expect(await queue.clickApprove(card, card.tool)).toBe('ran')
  })

  it('is not asked for more where a click is enough', async () => {
    const queue = createQueue()
    void queue.request(sessionOf(), askOf({ n: 1 }))
    void queue.request(sessionOf(), askOf({ n: 2 }, { confirm: 'click' }))
    for (const card of queue.cards()) {
      expect(card.confirm).toBe('click')
      expect(await queue.clickApprove(card, 'whatever')).toBe('ran')
    }
  })
})

it('a card says what it is about, where it is no tool', async () => {
  const queue = createQueue()
  void queue.request(sessionOf(), askOf({ uri: 'file:///a' }, { action: 'resources/read', tool: 'file:///a' }))
  expect(queue.only()).toMatchObject({ action: 'resources/read', tool: 'file:///a' })
  queue.stop()
})

describe('when the record cannot be written', () => {
  it('nothing is approved or refused, and the card stays', async () => {
    const queue = createQueue()
    const waits = queue.request(sessionOf(), askOf())
    const card = queue.only()
    queue.disk.full = true
    await expect(queue.clickApprove(card)).rejects.toThrow(/cannot be written/)
    expect(() => queue.clickRefuse(card)).toThrow(/cannot be written/)
    expect(queue.only().caller.state).toBe('waiting')
    queue.disk.full = false
    expect(await queue.clickApprove(card)).toBe('ran')
    expect(await waits).toMatchObject({ outcome: 'approved' })
    expect(queue.ofType('approval.decided')).toHaveLength(1)
  })

  it('no grant is made, and none is used', async () => {
    const queue = createQueue()
    const card = await released(queue)
    queue.disk.full = true
    await expect(queue.clickApprove(card)).rejects.toThrow(/cannot be written/)
    queue.disk.full = false
    expect(await queue.clickApprove(card)).toBe('granted')
    queue.disk.full = true
    await expect(queue.request(sessionOf(), askOf())).rejects.toThrow(/cannot be written/)
    queue.disk.full = false
    void queue.request(sessionOf(), askOf())
    expect(queue.only().caller.state).toBe('waiting')
    queue.stop()
  })

  it('no card is opened', async () => {
    const queue = createQueue()
    queue.disk.full = true
    await expect(queue.request(sessionOf(), askOf())).rejects.toThrow(/cannot be written/)
    expect(queue.cards()).toEqual([])
  })

  it('what clock, client and stop end is over all the same, and said', async () => {
    const queue = createQueue()
    const overdue = queue.request(sessionOf(), askOf({ n: 1 }, { timeoutMs: 1_000 }))
    const gone = queue.request(sessionOf({ session: 's2' }), askOf({ n: 2 }))
    const stopped = queue.request(sessionOf(), askOf({ n: 3 }))
    queue.disk.full = true
    queue.pass(1_000)
    expect(queue.cards()).toHaveLength(2)
    queue.sessionGone('s2')
    queue.stop()
    const ends = await Promise.all([overdue, gone, stopped])
    expect(ends.map(({ outcome }) => outcome)).toEqual(['expired', 'cancelled', 'cancelled'])
    expect(queue.unrecorded).toHaveLength(3)
  })
})

it('refuses a hash that is not that of the arguments', async () => {
  const queue = createQueue()
  const ask = { ...askOf({ path: '/tmp/harmless' }), arguments: { path: '/etc/passwd' } }
  await expect(queue.request(sessionOf(), ask)).rejects.toThrow('the argument hash does not match the arguments')
  expect(queue.cards()).toEqual([])
})

it('takes nothing more once it is stopped', async () => {
  const queue = createQueue()
  const waits = queue.request(sessionOf(), askOf())
  const card = queue.only()
  queue.stop()
  expect(await waits).toMatchObject({ outcome: 'cancelled' })
  expect(await queue.clickApprove(card)).toBe('closed')
  await expect(queue.request(sessionOf(), askOf())).rejects.toThrow(/stopping/)
  expect(queue.cards()).toEqual([])
})
