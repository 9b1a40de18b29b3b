// What approvals leave behind: when it ends, what it lets through, who can take it back, and that it is on record.
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import type { CallFacts } from '../../broker/approval-card.ts'
import type { ArgumentScopes } from '../../core/schema/grant.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { createTestGrants, type FactsChanges, factsOf, type GrantLifetime, given } from './grants-fixture.ts'

afterEach(() => {
  vi.useRealTimers()
})

const minute = 60_000
const hour = 60 * minute
/** The grants of these tests are made at this time of day, in UTC. */
const madeAt = 1_800_000_000_000
const midnight = Math.ceil(madeAt / (24 * hour)) * 24 * hour

describe('ends, to the millisecond', () => {
  const ends: [lifetime: GrantLifetime, ms: number][] = [
    ['hour', hour],
    ['day', midnight - madeAt],
  ]
  test.each(ends)('%s', (lifetime, ms) => {
    const grants = createTestGrants()
    grants.anywhere(lifetime)
    expect(grants.list()[0]?.expiresAt).toBe(madeAt + ms)
    grants.pass(ms - 1)
    expect(grants.use(factsOf({ path: 'b' }), 's1.2')).toBeDefined()
    grants.pass(1)
    expect(grants.use(factsOf({ path: 'b' }), 's1.3')).toBeUndefined()
    expect(grants.list()).toEqual([])
    expect(grants.ofType('grant.expired')).toEqual([
      { approval: 'approval-1', grant: expect.any(String), why: 'expired' },
    ])
  })

  it('session: after an hour without use, and after eight hours however much it is used', () => {
    const grants = createTestGrants()
    grants.anywhere('session')
    for (let used = 1; used <= 8; used += 1) {
      grants.pass(hour - 1)
      expect(grants.covers(factsOf()), `use ${used}`).toBe(true)
      grants.use(factsOf(), `s1.${used}`)
    }
    grants.pass(7)
    expect(grants.covers(factsOf())).toBe(true)
    grants.pass(1)
    expect(grants.covers(factsOf())).toBe(false)
    grants.anywhere('session')
    grants.pass(hour - 1)
    expect(grants.covers(factsOf())).toBe(true)
    grants.pass(1)
    expect(grants.covers(factsOf())).toBe(false)
  })

  it('a single use: ten minutes', () => {
    const grants = createTestGrants()
    grants.once(factsOf(), given)
    grants.pass(10 * minute - 1)
    expect(grants.list()).toHaveLength(1)
    grants.pass(1)
    expect(grants.use(factsOf(), 's1.2')).toBeUndefined()
    expect(grants.ofType('grant.expired')).toEqual([{ approval: 'approval-1', why: 'expired' }])
  })

  it.each(['once', 'hour', 'session'] as const)(
    '%s is over when the machine slept meanwhile, or its clock was put back',
    (kind) => {
      for (const sleeps of [true, false]) {
        const grants = createTestGrants()
        if (kind === 'once') grants.once(factsOf(), given)
        else grants.anywhere(kind)
        if (sleeps) grants.clock.now += hour
        else {
          grants.clock.now -= 24 * hour
          grants.clock.monotonic += hour
        }
        expect(grants.use(factsOf(), 's1.2')).toBeUndefined()
      }
    },
  )

  it('tells the windows when one is over, though nobody asks', () => {
    vi.useFakeTimers()
    const grants = createTestGrants({ now: () => Date.now(), monotonic: () => performance.now() })
    grants.anywhere('hour')
    grants.once(factsOf(), given)
    vi.advanceTimersByTime(10 * minute)
    expect(grants.told.last.map(({ kind }) => kind)).toEqual(['remembered'])
    vi.advanceTimersByTime(50 * minute)
    expect(grants.told.last).toEqual([])
    expect(grants.ofType('grant.expired')).toHaveLength(2)
  })
})

describe('a single use', () => {
  it('is taken by one of many that come at once', () => {
    const grants = createTestGrants()
    grants.once(factsOf(), given)
    const uses = Array.from({ length: 50 }, (_, n) => grants.use(factsOf(), `s1.${n}`))
    expect(uses.filter((use) => use !== undefined)).toEqual([{ approval: 'approval-1', by: 'desktop' }])
    expect(grants.ofType('grant.used')).toEqual([{ approval: 'approval-1', session: 's1', call: 's1.0' }])
    expect(grants.told.last).toEqual([])
  })

  it('is gone although its use cannot be recorded', () => {
    const grants = createTestGrants()
    grants.once(factsOf(), given)
    grants.disk.full = true
    expect(() => grants.use(factsOf(), 's1.2')).toThrow('cannot be written')
    grants.disk.full = false
    expect(grants.use(factsOf(), 's1.3')).toBeUndefined()
  })

  it('brings along what the arguments were edited to', () => {
    const grants = createTestGrants()
    grants.once(factsOf(), { ...given, edited: { path: 'safe.txt' } })
    expect(grants.use(factsOf(), 's1.2')).toEqual({
      approval: 'approval-1',
      by: 'desktop',
      edited: { path: 'safe.txt' },
    })
  })

  it('is of the session that asked', () => {
    const grants = createTestGrants()
    grants.once(factsOf(), given)
    expect(grants.use(factsOf(undefined, { session: { session: 's2' } }), 's2.1')).toBeUndefined()
    expect(grants.covers(factsOf())).toBe(false)
  })

  it('goes before a remembered one, which is then not used up by it', () => {
    const grants = createTestGrants()
    grants.anywhere()
    grants.once(factsOf(), { ...given, approval: 'approval-2' })
    expect(grants.use(factsOf(), 's1.2')).toEqual({ approval: 'approval-2', by: 'desktop' })
    expect(grants.use(factsOf(), 's1.3')).toMatchObject({ approval: 'approval-1', grant: expect.any(String) })
  })

  it('is shown with its arguments; long ones by their ticket', () => {
    const grants = createTestGrants()
    grants.once(factsOf({ path: 'a', n: 1 }), given)
    grants.once(factsOf({ text: 'x'.repeat(20_000) }), given)
    const [short, long] = grants.list()
    expect(short).toMatchObject({ kind: 'once', lifetime: 'once', scopes: { path: { kind: 'fixed', value: 'a' }, n: { kind: 'fixed', value: 1 } } }) // biome-ignore format: one line
    expect(JSON.stringify(long)).toContain('7F3A')
    expect(JSON.stringify(long).length).toBeLessThan(1000)
  })
})

describe('a remembered one', () => {
  const scopes: ArgumentScopes = {
    path: { kind: 'inside', folder: '/home/dev/project/src' },
    content: { kind: 'anything' },
  }
  const made = (args: JsonObject = { path: 'src/a', content: 'x' }, changes: FactsChanges = {}) =>
    factsOf(args, changes)

  test.each<[why: string, facts: CallFacts, covered: boolean]>([
    ['a call that its scopes allow', made({ path: 'src/b/c', content: 5 }), true],
    ['another session of the client', made(undefined, { session: { session: 's2' } }), true],
    ['a path from another folder, as that session means it', made({ path: 'src/b' }, { session: { cwd: '/home/dev' } }), false],
    ['the same path, as it means it', made({ path: 'project/src/b' }, { session: { cwd: '/home/dev' } }), true],
    ['an argument more', made({ path: 'src/b', mode: 1 }), false],
    ['a path elsewhere', made({ path: 'src/../b' }), false],
    ['another client', made(undefined, { session: { client: 'zed' } }), false],
    ['another server', made(undefined, { session: { server: 'other' } }), false],
    ['another launch of it', made(undefined, { session: { pin: 'b'.repeat(64) } }), false],
    ['another tool', made(undefined, { ask: { tool: 'edit_file' } }), false],
    ['another action', made(undefined, { ask: { action: 'prompts/get' } }), false],
    ['another definition', made(undefined, { ask: { definition: { hash: 'e'.repeat(64) } } }), false],
    ['a tool that has none any more', made(undefined, { ask: { definition: undefined } }), false],
    ['another basis', made(undefined, { basis: 'c'.repeat(64) }), false],
    ['a stricter confirmation', made(undefined, { ask: { confirm: 'type-name' } }), false],
    ['a milder risk', made(undefined, { ask: { risk: { class: 'read', evidence: [] } } }), false],
    ['a higher risk', made(undefined, { ask: { risk: { class: 'destructive', evidence: [] } } }), false],
    ['something beside the arguments', made(undefined, { ask: { beside: { task: {} } } }), false],
    ['characters that hide, in what it does not look at', made({ path: 'src/b', content: 'a\u202eb' }), false],
  ])('%s', (_why, facts, covered) => {
    const grants = createTestGrants()
    grants.remember(made(), { lifetime: 'hour', scopes }, given)
    expect(grants.covers(facts)).toBe(covered)
    expect(grants.use(facts, 's1.2') !== undefined).toBe(covered)
    expect(grants.list()[0]?.uses).toBe(covered ? 1 : 0)
  }) // biome-ignore format: a table

  it('of a call that carried something beside its arguments takes the same again', () => {
    const grants = createTestGrants()
    const beside = (ttl: number) => factsOf(undefined, { ask: { beside: { task: { ttl } } } })
    grants.anywhere('hour', beside(5))
    expect(grants.covers(beside(5))).toBe(true)
    expect(grants.covers(beside(6))).toBe(false)
    expect(grants.covers(factsOf())).toBe(false)
  })

  it('of a session is for that session, and ends with it', () => {
    const grants = createTestGrants()
    grants.anywhere('session')
    grants.anywhere('hour')
    grants.once(factsOf(), given)
    expect(grants.use(factsOf({ path: 'x' }, { session: { session: 's2' } }), 's2.1')).toMatchObject({ grant: grants.list()[1]?.id }) // biome-ignore format: one line
    grants.sessionGone('s1')
    expect(grants.list().map(({ lifetime }) => lifetime)).toEqual(['hour'])
    expect(grants.ofType('grant.expired').map(({ why }) => why)).toEqual(['session', 'session'])
  })

  it('keeps count of its uses and the last twenty calls', () => {
    const grants = createTestGrants()
    grants.anywhere()
    for (let n = 1; n <= 25; n += 1) {
      grants.pass(1)
      grants.use(factsOf({ path: `${n}` }), `s1.${n}`)
    }
    const [grant] = grants.list()
    expect(grant).toMatchObject({ uses: 25, lastUsedAt: madeAt + 25 })
    expect(grant?.calls).toHaveLength(20)
    expect(grant?.calls[0]).toEqual({ call: 's1.25', at: madeAt + 25 })
    expect(grants.told.last).toEqual(grants.list())
  })

  it('does nothing and counts nothing where its use cannot be recorded', () => {
    const grants = createTestGrants()
    grants.anywhere()
    grants.disk.full = true
    expect(() => grants.use(factsOf(), 's1.2')).toThrow('cannot be written')
    expect(grants.list()[0]).toMatchObject({ uses: 0, calls: [] })
  })

  it('is not made where that cannot be recorded', () => {
    const grants = createTestGrants()
    grants.disk.full = true
    expect(() => grants.anywhere()).toThrow('cannot be written')
    expect(grants.list()).toEqual([])
  })

  it('is on record with its scopes, without secrets', () => {
    const grants = createTestGrants()
    const args = { path: 'a', password: 'hunter2hunter2' }
    const fixed: ArgumentScopes = {
      path: { kind: 'fixed', value: 'a' },
      password: { kind: 'prefix', prefix: 'hunter2' },
    }
    const id = grants.remember(factsOf(args), { lifetime: 'session', scopes: fixed }, given)
    const [event] = grants.ofType('grant.made')
    expect(event).toMatchObject({ grant: id, approval: 'approval-1', client: 'cursor', server: 'files', tool: 'write_file', session: 's1', lifetime: 'session', expiresAt: madeAt + 8 * hour, by: 'desktop' }) // biome-ignore format: one line
    expect(JSON.stringify(event)).toContain('{\\"kind\\":\\"fixed\\",\\"value\\":\\"a\\"}')
    expect(JSON.stringify(event)).not.toContain('hunter2')
  })

  it('keeps nothing of its scopes on record where a rule hides arguments', () => {
    const grants = createTestGrants({ hides: () => true })
    grants.remember(
      factsOf({ path: 'geheim' }),
      { lifetime: 'hour', scopes: { path: { kind: 'fixed', value: 'geheim' } } },
      given,
    )
    expect(JSON.stringify(grants.recorded)).not.toContain('geheim')
  })

  it('ends when the policy says something else of such calls', () => {
    const grants = createTestGrants()
    grants.anywhere()
    grants.policyChanged()
    expect(grants.list()).toHaveLength(1)
    grants.policy.basis = 'c'.repeat(64)
    grants.policyChanged()
    expect(grants.list()).toEqual([])
    expect(grants.ofType('grant.expired')).toEqual([
      { approval: 'approval-1', grant: expect.any(String), why: 'changed' },
    ])
  })

  it('says what it matches', () => {
    const grants = createTestGrants()
    grants.remember(made(), { lifetime: 'session', scopes }, given)
    const lines = grants
      .list()[0]
      ?.words.map((line) => line.map((part) => ('text' in part ? part.text : `[${part.value}]`)).join(''))
    expect(lines).toEqual([
      '[path] inside [/home/dev/project/src]',
      '[content]: anything',
      'no other arguments',
      'only calls whose risk is write',
      'nothing in it that hides or passes for something else',
      'only in this session',
    ])
  })
})

describe('taking back', () => {
  it('revokes one, and all', () => {
    const grants = createTestGrants()
    const [first] = [grants.anywhere(), grants.anywhere('session'), grants.once(factsOf(), given)]
    expect(grants.revoke(first, 'desktop')).toBe(true)
    expect(grants.revoke(first, 'desktop')).toBe(false)
    expect(grants.told.last).toHaveLength(2)
    expect(grants.revokeAll('desktop')).toBe(2)
    expect(grants.revokeAll('desktop')).toBe(0)
    expect(grants.use(factsOf(), 's1.2')).toBeUndefined()
    expect(grants.ofType('grant.revoked')).toHaveLength(3)
    expect(grants.ofType('grant.revoked')[0]).toEqual({ approval: 'approval-1', grant: first, by: 'desktop' })
  })

  it('counts although it cannot be recorded', () => {
    const grants = createTestGrants()
    const id = grants.anywhere()
    grants.disk.full = true
    expect(grants.revoke(id, 'desktop')).toBe(true)
    expect(grants.list()).toEqual([])
    expect(grants.unrecorded).toEqual(['the end of a grant'])
  })

  it('undoes, once', () => {
    const grants = createTestGrants()
    const id = grants.anywhere()
    expect(grants.undo(id)).toBe(true)
    expect(grants.undo(id)).toBe(false)
    expect(grants.ofType('grant.expired')).toEqual([{ approval: 'approval-1', grant: id, why: 'undone' }])
  })

  it('stops without a word: what lives in memory is gone', () => {
    const grants = createTestGrants()
    grants.anywhere()
    const { times } = grants.told
    grants.stop()
    expect(grants.use(factsOf(), 's1.2')).toBeUndefined()
    expect(grants.told.times).toBe(times)
  })
})

describe('at most 500', () => {
  it('makes no remembered one without room, and has room for single uses all the same', () => {
    const grants = createTestGrants()
    while (grants.hasRoom()) grants.anywhere()
    expect(() => grants.anywhere()).toThrow('already. Revoke some')
    for (let n = 0; n < 500; n += 1) grants.once(factsOf({ n }), { ...given, approval: `once-${n}` })
    expect(grants.list()).toHaveLength(500)
    expect(grants.use(factsOf({ n: 499 }), 's1.2')).toMatchObject({ approval: 'once-499' })
    expect(grants.use(factsOf({ n: 0 }), 's1.2')).toBeUndefined()
    expect(grants.list().filter(({ kind }) => kind === 'remembered').length).toBeGreaterThanOrEqual(100)
  })

  it('has room again when one is over', () => {
    const grants = createTestGrants()
    while (grants.hasRoom()) grants.anywhere()
    grants.pass(hour)
    expect(grants.hasRoom()).toBe(true)
    expect(grants.list()).toEqual([])
  })
})

test('a grant of a call without arguments covers no call with some', () => {
  const grants = createTestGrants()
  grants.remember(factsOf({}), { lifetime: 'hour', scopes: {} }, given)
  expect(grants.covers(factsOf({}))).toBe(true)
  expect(grants.covers(factsOf({ x: null }))).toBe(false)
})
