// What limits count: in a real database on a clock that the test turns, then over real sockets, with several sessions at
// once and a broker that is killed.
import { spawn } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from '../../broker/approval-card.ts'
import { openAuditDatabase } from '../../broker/audit/database.ts'
import { createKeptText } from '../../broker/kept-text.ts'
import { createLimits, type LimitAsk } from '../../broker/limits.ts'
import { ownMarks } from '../../broker/marks.ts'
import { layoutHere } from '../../broker/paths.ts'
import type { LimitGroup } from '../../core/schema/policy-words.ts'
import { answerMessage } from '../../core/wire/broker-contract.ts'
import { createHome, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { sessionOf } from './approvals-fixture.ts'
import { openPeer, type Peer, peerOf } from './socket-fixture.ts'

type Claim = LimitAsk['claims'][number]

const start = 1_800_000_000_000
const second = 1_000
const day = 86_400_000

const claimOf = (changes: Partial<Claim> = {}): Claim => ({
  rule: { file: 'a.yaml', id: 'few' },
  max: 1,
  perMs: second,
  amount: 1,
  by: [],
  ...changes,
})

/** Limits in a database of their own. Every call is another one unless it is named. */
function createCounter() {
  const folder = fs.mkdtempSync(join(tmpdir(), 'countersign-limits-'))
  const clock = { now: start }
  let db = openAuditDatabase(join(folder, 'audit.db'))
  const kept = createKeptText(ownMarks())
  let limits = createLimits({ db, now: () => clock.now, kept })
  onTestFinished(() => {
    db.close()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  let calls = 0
  type Of = { call?: string; tool?: string; session?: Session }
  return {
    clock,
    use: (claims: Claim | Claim[], { call, tool = 'transfer', session = sessionOf() }: Of = {}) => {
      calls += 1
      return limits.reserve(session, { call: call ?? `s1.${calls}`, tool, claims: [claims].flat() })
    },
    giveBack: (session: string, call: string) => limits.giveBack(session, call),
    rows: () => db.prepare<[], number>('SELECT count(*) FROM limit_use').pluck().get() ?? 0,
    reopen: () => {
      db.close()
      db = openAuditDatabase(join(folder, 'audit.db'))
      limits = createLimits({ db, now: () => clock.now, kept })
    },
  }
}

const reserved = { outcome: 'reserved' }
const exhausted = (used: number, freeAt?: number) => ({
  outcome: 'exhausted',
  exhausted: [{ rule: claimOf().rule, used, ...(freeAt === undefined ? {} : { freeAt }) }],
})

describe('a rolling window', () => {
  it('frees each use when it is as old as the window is long, and not a moment earlier', () => {
    const counter = createCounter()
    const claim = claimOf({ max: 2 })
    const at = (ms: number) => {
      counter.clock.now = start + ms
      return counter.use(claim)
    }
    expect(at(0)).toEqual(reserved)
    expect(at(400)).toEqual(reserved)
    expect(at(400)).toEqual(exhausted(2, start + 1_000))
    expect(at(999)).toEqual(exhausted(2, start + 1_000))
    expect(at(1_000)).toEqual(reserved)
    expect(at(1_399)).toEqual(exhausted(2, start + 1_400))
    expect(at(1_400)).toEqual(reserved)
  })

  it.each([
    [200, 1_000, 'the first use makes room for it'],
    [300, 1_000, 'the first use makes just enough room'],
    [301, 1_100, 'the first two have to leave'],
    [500, 1_200, 'all of them have to leave'],
    [501, undefined, 'it is more than the limit'],
  ])('an amount of %d fits after %s ms: %s', (amount, ms, _) => {
    const counter = createCounter()
    const sum = (one: number) => counter.use(claimOf({ max: 500, amount: one }))
    for (const one of [300, 150, 50]) {
      expect(sum(one)).toEqual(reserved)
      counter.clock.now += 100
    }
    expect(sum(amount)).toEqual(exhausted(500, ms === undefined ? undefined : start + ms))
    if (ms === undefined) return
    counter.clock.now = start + ms - 1
    expect(sum(amount)).toMatchObject({ outcome: 'exhausted' })
    counter.clock.now = start + ms
    expect(sum(amount)).toEqual(reserved)
  })

  it('a clock set back frees nothing', () => {
    const counter = createCounter()
    expect(counter.use(claimOf())).toEqual(reserved)
    counter.clock.now = start - 10 * day
    expect(counter.use(claimOf())).toEqual(exhausted(1, start + second))
    counter.clock.now = start + second
    expect(counter.use(claimOf())).toEqual(reserved)
  })

  it('takes the length that is asked about now, also over uses counted for a shorter one', () => {
    const counter = createCounter()
    expect(counter.use(claimOf())).toEqual(reserved)
    counter.clock.now += second
    expect(counter.use(claimOf({ perMs: day }))).toEqual(exhausted(1, start + day))
    expect(counter.use(claimOf())).toEqual(reserved)
  })
})

describe('amounts', () => {
  it.each([
    ['0.1 ten times, of 1', 1, 0.1, 10],
    ['0.1 five thousand times, of 500', 500, 0.1, 5_000],
    ['19.99 a hundred times, of 1999', 1_999, 19.99, 100],
    ['1/3 three times, of 1', 1, 1 / 3, 3],
    ['one by one, of 1000', 1_000, 1, 1_000],
  ])('%s: all of it can be used, and no more', (_, max, amount, times) => {
    const counter = createCounter()
    for (let n = 0; n < times; n += 1) {
      expect([n, counter.use(claimOf({ max, amount, perMs: day }))]).toEqual([n, reserved])
    }
    expect(counter.use(claimOf({ max, amount, perMs: day }))).toMatchObject({ outcome: 'exhausted' })
    expect(counter.use(claimOf({ max, amount: max * 1e-9, perMs: day }))).toMatchObject({ outcome: 'exhausted' })
    expect(counter.use(claimOf({ max, amount: 0, perMs: day }))).toEqual(reserved)
  })

  it.each([
    ['nothing is allowed', { max: 0 }, exhausted(0)],
    ['a little too much', { max: 500, amount: 500.000_001 }, exhausted(0)],
    ['more than anybody has', { max: 500, amount: Number.MAX_VALUE }, exhausted(0)],
    ['nothing of nothing', { max: 0, amount: 0 }, reserved],
    ['all there is', { max: Number.MAX_VALUE, amount: Number.MAX_VALUE }, reserved],
  ])('%s', (_, changes, answer) => {
    expect(createCounter().use(claimOf(changes))).toEqual(answer)
  })

  it('that add up to more than a number can be leave no room for more', () => {
    const counter = createCounter()
    const most = claimOf({ max: Number.MAX_VALUE, amount: Number.MAX_VALUE })
    expect(counter.use(most)).toEqual(reserved)
    expect(counter.use(most)).toEqual(exhausted(Number.MAX_VALUE, start + second))
    expect(counter.use(claimOf({ max: 1 }))).toEqual(exhausted(Number.MAX_VALUE, start + second))
  })

  it('a window without an end is never free again', () => {
    const counter = createCounter()
    const forEver = claimOf({ perMs: Number.MAX_SAFE_INTEGER })
    expect(counter.use(forEver)).toEqual(reserved)
    expect(counter.use(forEver)).toEqual(exhausted(1))
  })
})

describe('several limits of one call', () => {
  const other = { file: 'b.yaml', id: 'few' }

  it('are counted all or none, and all that are exhausted are named', () => {
    const counter = createCounter()
    const both = [claimOf({ max: 2 }), claimOf({ rule: other })]
    expect(counter.use(both)).toEqual(reserved)
    const answer = { outcome: 'exhausted', exhausted: [{ rule: other, used: 1, freeAt: start + second }] }
    expect(counter.use(both)).toEqual(answer)
    // The first of the two was not counted by the call that the second one stopped.
    expect(counter.use(claimOf({ max: 2 }))).toEqual(reserved)
    expect(counter.use(both)).toMatchObject({
      exhausted: [
        { rule: both[0]?.rule, used: 2 },
        { rule: other, used: 1 },
      ],
    })
  })

  it.each([
    ['another rule of the file', { file: 'a.yaml', id: 'many' }],
    ['the rule of that name in another file', other],
    ['a rule nobody ever heard of', { file: '', id: '\u0000' }],
  ])('have a count each: %s', (_, rule) => {
    const counter = createCounter()
    expect(counter.use(claimOf())).toEqual(reserved)
    expect(counter.use(claimOf({ rule }))).toEqual(reserved)
    expect(counter.use(claimOf())).toEqual(exhausted(1, start + second))
  })

  it('a hundred are counted; one that is named twice counts nothing', () => {
    const counter = createCounter()
    const many = Array.from({ length: 100 }, (_, n) => claimOf({ rule: { file: 'a.yaml', id: `${n}` } }))
    expect(counter.use(many)).toEqual(reserved)
    expect(counter.rows()).toBe(100)
    expect(() => counter.use([claimOf({ max: 5 }), claimOf({ max: 5 })])).toThrow('named twice')
    expect(counter.rows()).toBe(100)
  })
})

describe('split by', () => {
  const others: Record<LimitGroup, { tool?: string; session?: Session }> = {
    client: { session: sessionOf({ client: 'claude' }) },
    server: { session: sessionOf({ server: 'bank' }) },
    session: { session: sessionOf({ session: 's2' }) },
    tool: { tool: 'refund' },
  }
  const groups = Object.keys(others) as LimitGroup[]

  it.each(groups)('%s: another one has a count of its own, and nothing else splits it', (group) => {
    const counter = createCounter()
    const claim = claimOf({ by: [group] })
    expect(counter.use(claim)).toEqual(reserved)
    for (const one of groups) {
      expect([one, counter.use(claim, others[one]).outcome]).toEqual([one, one === group ? 'reserved' : 'exhausted'])
    }
    expect(counter.use(claim, others[group])).toEqual(exhausted(1, start + second))
  })

  it('nothing: all share it', () => {
    const counter = createCounter()
    expect(counter.use(claimOf())).toEqual(reserved)
    for (const one of groups) expect(counter.use(claimOf(), others[one])).toEqual(exhausted(1, start + second))
  })

  it('two: each pair has its own', () => {
    const counter = createCounter()
    const claim = claimOf({ by: ['client', 'tool'] })
    for (const one of [{}, others.client, others.tool, { ...others.client, ...others.tool }]) {
      expect(counter.use(claim, one)).toEqual(reserved)
      expect(counter.use(claim, one)).toEqual(exhausted(1, start + second))
    }
    expect(counter.use(claim, others.server)).toEqual(exhausted(1, start + second))
  })

  it('names of any length and kind', () => {
    const counter = createCounter()
    const claim = claimOf({ by: ['tool'] })
    const names = [
      '',
      'a',
      'A',
      'a\u0000',
      '%',
      'é',
      'e\u0301',
      `${'x'.repeat(1_000_000)}1`,
      `${'x'.repeat(1_000_000)}2`,
    ]
    for (const tool of names) expect(counter.use(claim, { tool })).toEqual(reserved)
    for (const tool of names) expect(counter.use(claim, { tool })).toEqual(exhausted(1, start + second))
  })

  it('differently after an edit: what was used stays used', () => {
    const counter = createCounter()
    expect(counter.use(claimOf({ max: 2, by: ['client'] }))).toEqual(reserved)
    expect(counter.use(claimOf({ max: 2 }), others.client)).toEqual(reserved)
    expect(counter.use(claimOf({ max: 2 }))).toEqual(exhausted(2, start + second))
    expect(counter.use(claimOf({ by: ['client'] }))).toEqual(exhausted(1, start + second))
  })
})

describe('one call', () => {
  it('asked for again is counted once', () => {
    const counter = createCounter()
    const claims = [claimOf({ max: 2 })]
    for (let n = 0; n < 3; n += 1) expect(counter.use(claims, { call: 's1.1' })).toEqual(reserved)
    expect(counter.rows()).toBe(1)
  })

  it.each([
    ['another amount', [claimOf({ max: 9, amount: 2 })], {}],
    ['another limit', [claimOf({ max: 8 })], {}],
    ['one limit more', [claimOf({ max: 9 }), claimOf({ rule: { file: 'a.yaml', id: 'more' } })], {}],
    ['another tool', [claimOf({ max: 9 })], { tool: 'refund' }],
  ])('is not counted anew for %s', (_, claims, changes) => {
    const counter = createCounter()
    expect(counter.use(claimOf({ max: 9 }), { call: 's1.1' })).toEqual(reserved)
    expect(() => counter.use(claims, { call: 's1.1', ...changes })).toThrow('counted for other limits')
    expect(counter.rows()).toBe(1)
  })

  it('that was exhausted may ask again, for other limits too', () => {
    const counter = createCounter()
    expect(counter.use(claimOf({ max: 0 }), { call: 's1.1' })).toEqual(exhausted(0))
    expect(counter.use(claimOf({ max: 1 }), { call: 's1.1' })).toEqual(reserved)
  })

  it('gives back what it used, all of it, and only once', () => {
    const counter = createCounter()
    const both = [claimOf({ max: 2 }), claimOf({ max: 2, rule: { file: 'b.yaml', id: 'few' } })]
    expect(counter.use(both, { call: 's1.1' })).toEqual(reserved)
    expect(counter.use(both, { call: 's1.2' })).toEqual(reserved)
    for (let n = 0; n < 3; n += 1) counter.giveBack('s1', 's1.1')
    expect(counter.rows()).toBe(2)
    expect(counter.use(both, { call: 's1.3' })).toEqual(reserved)
    expect(counter.use(both, { call: 's1.4' })).toMatchObject({ outcome: 'exhausted' })
  })

  it('gives nothing back for another session, or another call', () => {
    const counter = createCounter()
    expect(counter.use(claimOf(), { call: 's1.1' })).toEqual(reserved)
    counter.giveBack('s2', 's1.1')
    counter.giveBack('s1', 's1.10')
    counter.giveBack('s1', 's1.%')
    expect(counter.rows()).toBe(1)
  })
})

describe('the database', () => {
  it('keeps the count when it is closed and opened', () => {
    const counter = createCounter()
    expect(counter.use(claimOf())).toEqual(reserved)
    counter.reopen()
    expect(counter.use(claimOf())).toEqual(exhausted(1, start + second))
  })

  it('loses what no window reaches any more, and keeps what the longest one seen does', () => {
    const counter = createCounter()
    expect(counter.use(claimOf())).toEqual(reserved)
    counter.clock.now += 31 * day
    expect(counter.use(claimOf())).toEqual(reserved)
    counter.clock.now += 2 * day
    expect(counter.use(claimOf())).toEqual(reserved)
    expect(counter.rows()).toBe(3)
    counter.clock.now += 2 * day
    expect(counter.use(claimOf({ rule: { file: 'a.yaml', id: 'year' }, perMs: 365 * day }))).toEqual(reserved)
    expect(counter.rows()).toBe(3)
    counter.clock.now += 300 * day
    expect(counter.use(claimOf())).toEqual(reserved)
    counter.clock.now += day
    expect(counter.use(claimOf())).toEqual(reserved)
    expect(counter.rows()).toBe(5)
  })

  it('loses nothing to a clock that is ahead for a moment', () => {
    const counter = createCounter()
    expect(counter.use(claimOf({ perMs: day }))).toEqual(reserved)
    counter.clock.now = start + 1_000 * day
    counter.reopen()
    expect(counter.use(claimOf({ rule: { file: 'a.yaml', id: 'other' }, perMs: day }))).toEqual(reserved)
    counter.clock.now = start
    expect(counter.use(claimOf({ perMs: day }))).toEqual(exhausted(1, start + day))
  })
})

describe('over the socket', () => {
  let home: TestHome
  let broker: TestBroker | undefined
  const peers: Peer[] = []

  beforeEach(() => {
    home = createHome({ 'a.yaml': 'version: 1\ndefault: allow\n' })
  })
  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.end()
    await broker?.stop()
    broker = undefined
    home.remove()
  })

  const connect = async (session: string, changes?: object) => {
    const peer = await openPeer(home.home, session, changes)
    peers.push(peer)
    return peer
  }
  const hour = claimOf({ perMs: 3_600_000 })
  const reserve = (peer: Peer, call: string, claims: unknown = [hour], tool = 'transfer') =>
    peer.ask('limit.reserve', { call, tool, claims }) as Promise<{ outcome: string; signature?: string }>

  it('of sessions that race for the last units each gets its own or none, and the signature names what was counted', async () => {
    broker = await startTestBroker(home.home)
    const claims = [{ ...hour, max: 7 }]
    const sessions = await Promise.all(Array.from({ length: 6 }, (_, n) => connect(`race-${n}`)))
    const asked = sessions.flatMap((peer, n) =>
      [1, 2, 3, 4].map((call) => ({
        peer,
        call: `race-${n}.${call}`,
        answer: reserve(peer, `race-${n}.${call}`, claims),
      })),
    )
    const key = createPublicKey(fs.readFileSync(layoutHere(home.home).publicKey, 'utf8'))
    let got = 0
    for (const { peer, call, answer } of asked) {
      const { outcome, signature = '' } = await answer
      if (outcome !== 'reserved') continue
      got += 1
      const honest = {
        nonce: peer.nonce,
        session: peer.introduction(),
        asked: { call, tool: 'transfer', claims },
        outcome,
      }
      const says = (change: Partial<typeof honest>) =>
        verify(null, Buffer.from(answerMessage({ ...honest, ...change })), key, Buffer.from(signature, 'base64'))
      expect(says({})).toBe(true)
      expect(says({ nonce: `${peer.nonce}x` })).toBe(false)
      expect(says({ session: { ...peer.introduction(), client: 'another' } })).toBe(false)
      expect(says({ asked: { ...honest.asked, tool: 'another' } })).toBe(false)
      expect(says({ asked: { ...honest.asked, call: `${call}0` } })).toBe(false)
    }
    expect(got).toBe(7)
  })

  it('a proxy is counted as what it introduced itself as, on every connection', async () => {
    broker = await startTestBroker(home.home)
    const claims = [{ ...hour, by: ['client'] }]
    expect(await reserve(await connect('one', { client: 'cursor' }), 'one.1', claims)).toMatchObject(reserved)
    expect(await reserve(await connect('two', { client: 'cursor' }), 'two.1', claims)).toMatchObject({
      outcome: 'exhausted',
    })
    expect(await reserve(await connect('three', { client: 'claude' }), 'three.1', claims)).toMatchObject(reserved)
  })

  it('nobody counts, or gives back, for another session or before there is one', async () => {
    broker = await startTestBroker(home.home)
    const victim = await connect('victim')
    expect(await reserve(victim, 'victim.1')).toMatchObject(reserved)
    const rogue = await connect('rogue')
    await expect(reserve(rogue, 'victim.2')).rejects.toThrow('not of this session')
    await expect(rogue.ask('limit.return', { call: 'victim.1' })).rejects.toThrow('not of this session')
    const stranger = await peerOf(home.home)
    peers.push(stranger)
    await stranger.hello()
    await expect(reserve(stranger, 'victim.3')).rejects.toThrow('open a session first')
    await expect(stranger.ask('limit.return', { call: 'victim.1' })).rejects.toThrow('open a session first')
    expect(await reserve(rogue, 'rogue.1')).toMatchObject({ outcome: 'exhausted', exhausted: [{ used: 1 }] })
    expect(await victim.ask('limit.return', { call: 'victim.1' })).toEqual({})
    expect(await reserve(rogue, 'rogue.1')).toMatchObject(reserved)
  })

  it.each([
    ['no claims', []],
    ['too many claims', Array.from({ length: 101 }, (_, n) => ({ ...hour, rule: { file: 'a', id: `${n}` } }))],
    ['a negative amount', [{ ...hour, amount: -1 }]],
    ['no amount', [{ ...hour, amount: null }]],
    ['an unknown group', [{ ...hour, by: ['person'] }]],
    ['a group in its own words', [{ ...hour, by: [{ client: 'somebody else' }] }]],
    ['a key more', [{ ...hour, used: 0 }]],
  ])('%s ends the connection, and nothing was counted', async (_, claims) => {
    broker = await startTestBroker(home.home)
    const rogue = await connect('rogue')
    await expect(reserve(rogue, 'rogue.1', claims)).rejects.toThrow(/bad parameters for limit.reserve|closed/)
    await rogue.closed
    const honest = await connect('honest')
    expect(await reserve(honest, 'honest.1')).toMatchObject(reserved)
  })

  it('what was reserved is counted by the next broker, though the first was killed the moment it had answered', async () => {
    const script = fileURLToPath(new URL('../fixtures/broker-process.ts', import.meta.url))
    const killed = spawn(process.execPath, [script, home.home], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(killed.stdout, 'data')
    const first = await connect('session')
    expect(await reserve(first, 'session.1')).toMatchObject(reserved)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    await first.closed
    broker = await startTestBroker(home.home)
    const again = await connect('session')
    expect(await reserve(again, 'session.2')).toMatchObject({ outcome: 'exhausted', exhausted: [{ used: 1 }] })
    // The answer may have been lost on the way: the call is still counted once, and its own.
    expect(await reserve(again, 'session.1')).toMatchObject(reserved)
    await again.ask('limit.return', { call: 'session.1' })
    expect(await reserve(again, 'session.2')).toMatchObject(reserved)
  })
})
