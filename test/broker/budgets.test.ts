// How long clients are kept waiting: what of their behaviour teaches, what a person says, and what the file keeps.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, test } from 'vitest'
import { createBudgets, type Observation } from '../../broker/budgets.ts'
import { defaultHoldBudgetMs } from '../../core/approval/hold-budget.ts'
import { uiRequests } from '../../core/wire/ui-contract.ts'

type Why = Observation['why']

function budgets(content?: string, failing: { record?: boolean } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-budgets-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'budgets.json')
  if (content !== undefined) writeFileSync(file, content)
  const seen: { client: string; clientInfoName?: string }[] = []
  const [recorded, changed, alerts, unrecorded]: [unknown[], string[], string[], string[]] = [[], [], [], []]
  const open = () =>
    createBudgets({
      file,
      record: {
        write: (_type, data) => {
          if (failing.record) throw new Error('disk full')
          recorded.push(data)
        },
      },
      seen: () => seen,
      changed: (client) => changed.push(client),
      unrecorded: (what) => unrecorded.push(what),
      alert: (kind, detail) => alerts.push(`${kind}: ${detail}`),
    })
  const now = open()
  const observe = (why: Why, waitedMs: number, client = 'x') => now.observed({ client, why, waitedMs })
  return { ...{ file, folder, seen, recorded, changed, alerts, unrecorded, open, now, observe } }
}

const unchanged = { ms: defaultHoldBudgetMs, source: 'default' }
const learned = (ms: number) => ({ ms, source: 'learned' })

test.each<[what: string, observations: [Why, number][], budget: object]>(
  [
  ['nothing', [], unchanged],
  ['one time-out', [['timed-out', 30_000]], learned(22_500)],
  ['one repeated call, which may be the model’s own wish', [['superseded', 30_000]], unchanged],
  ['two, which may be chance', [['superseded', 30_000], ['superseded', 30_000]], unchanged],
  ['three calls repeated after nearly the same time', [['superseded', 30_900], ['superseded', 30_000], ['superseded', 30_100]], learned(22_500)],
  ['one cancel, which may be a person’s', [['client', 30_000]], unchanged],
  ['three cancels at nearly the same time', [['client', 30_000], ['client', 31_400], ['client', 30_200]], learned(22_500)],
  ['three cancels within a tenth of a second', [['client', 1_000], ['client', 1_100], ['client', 1_050]], learned(750)],
  ['three cancels further apart', [['client', 1_000], ['client', 1_205], ['client', 1_101]], unchanged],
  ['a person who stops now and then', [['client', 3_000], ['client', 9_000], ['client', 20_000]], unchanged],
  ['a person who stops twenty times', [2.1, 3.4, 6.2, 2.4, 9.9, 4.4, 12.7, 3.1, 7.7, 5.2, 2.8, 17.3, 3.9, 8.6, 2.5, 14.9, 4.9, 6.9, 3.5, 11.1].map((s): [Why, number] => ['client', s * 1000]), unchanged],
  ['a clock between a person’s cancels', [['client', 20_000], ['client', 3_000], ['client', 20_300], ['client', 7_000], ['client', 20_100]], learned(15_000)],
  ['what was alike long ago', [['client', 20_000], ['client', 20_000], ...[3, 5, 8, 12, 30].map((s): [Why, number] => ['client', s * 1000]), ['client', 20_000]], unchanged],
  ['the shortest of several', [['timed-out', 30_000], ['timed-out', 20_000], ['timed-out', 40_000]], learned(15_000)],
  ['a time-out beyond the budget', [['timed-out', 240_000]], unchanged],
  ['a time-out at once', [['timed-out', 0]], learned(500)],
], // biome-ignore format: a table
)('%s', (_what, observations, budget) => {
  const { now, open, observe } = budgets()
  for (const [why, ms] of observations) observe(why, ms)
  expect(now.for('x')).toEqual(budget)
  expect(open().for('x')).toEqual(budget)
  expect(now.for('another')).toEqual(unchanged)
})

it('what changes is on record, and told once', () => {
  const { recorded, changed, observe } = budgets()
  observe('timed-out', 240_000)
  observe('timed-out', 30_000)
  observe('timed-out', 35_000)
  expect(recorded).toEqual([{ client: 'x', observedMs: 30_000, budgetMs: 22_500 }])
  expect(changed).toEqual(['x'])
})

it('so is that progress helps for less long than the table says', () => {
  const { recorded, changed, now, observe } = budgets()
  observe('timed-out', 300_000, 'opencode')
  expect(now.for('opencode')).toEqual({ ms: 45_000, progressMs: 225_000, source: 'table' })
  expect(recorded).toEqual([{ client: 'opencode', observedMs: 300_000, budgetMs: 225_000 }])
  expect(changed).toEqual(['opencode'])
})

it('a record that fails is told, and the client is spared all the same', () => {
  const { now, unrecorded, observe } = budgets(undefined, { record: true })
  observe('timed-out', 30_000)
  expect(unrecorded).toEqual(['how long x waits'])
  expect(now.for('x')).toEqual(learned(22_500))
})

it('a person’s own number wins, stays, and can be taken away with what was learned or without', () => {
  const { now, open, observe, changed } = budgets()
  observe('timed-out', 30_000)
  now.set('x', 90_000)
  expect(open().for('x')).toEqual({ ms: 90_000, source: 'settings' })
  observe('timed-out', 20_000)
  expect(now.for('x')).toEqual({ ms: 90_000, source: 'settings' })
  now.set('x', null)
  expect(open().for('x')).toEqual(learned(15_000))
  now.set('x', null, true)
  expect(open().for('x')).toEqual(unchanged)
  expect(changed).toEqual(['x', 'x', 'x', 'x'])
})

it('forgetting takes earlier cancels along', () => {
  const { now, observe } = budgets()
  for (const ms of [30_000, 30_000]) observe('client', ms)
  now.set('x', null, true)
  observe('client', 30_000)
  expect(now.for('x')).toEqual(unchanged)
})

it('the list has the clients of the log, those that are connected, and those with a number', () => {
  const { now, seen, observe } = budgets()
  seen.push({ client: 'cursor' }, { client: 'work', clientInfoName: 'codex' }, { client: '' })
  now.for('live', 'opencode')
  now.set('gone', 60_000)
  observe('timed-out', 20_000, 'cursor')
  const clients = now.list()
  expect(uiRequests['budgets.list'].result.parse({ clients })).toEqual({ clients })
  expect(clients).toEqual([
    { client: 'cursor', ms: 15_000, source: 'learned', withoutSettingMs: 15_000, observedMs: 20_000, note: expect.any(String) },
    { client: 'gone', ms: 60_000, source: 'settings', withoutSettingMs: defaultHoldBudgetMs },
    { client: 'live', ms: 45_000, source: 'table', withoutSettingMs: 45_000, note: expect.stringContaining('opencode') },
    { client: 'work', ms: 240_000, source: 'table', withoutSettingMs: 240_000, note: expect.stringContaining('codex') },
  ]) // biome-ignore format: a table
})

test.each<[what: string, content: string, alert: RegExp, kept: string[]]>(
  [
  ['is no JSON', 'x', /is damaged\. What it said is not used/, []],
  ['is of another format', '{"version":2,"clients":{}}', /is damaged/, []],
  ['is damaged in one client', '{"version":1,"clients":{"a":{"settingMs":-1},"b":{"settingMs":60000}}}', /what it says of "a"/, ['b']],
  ['has a key of the future', '{"version":1,"clients":{"a":{"settingMs":60000,"x":1}}}', /what it says of "a"/, []],
], // biome-ignore format: a table
)('a file that %s is reported, and replaced at the next change', (_what, content, alert, kept) => {
  const { now, alerts, file } = budgets(content)
  expect(alerts).toHaveLength(1)
  expect(alerts[0]).toMatch(/^budgets-damaged: /)
  expect(alerts[0]).toMatch(alert)
  expect(now.list().map(({ client }) => client)).toEqual(kept)
  now.set('new', 60_000)
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).clients)).toEqual([...kept, 'new'])
})

it('what cannot be kept is an error for the person, and an alert where nobody asked', () => {
  const { now, file, alerts, observe } = budgets()
  mkdirSync(file)
  expect(() => now.set('x', 60_000)).toThrow()
  expect(now.for('x')).toEqual(unchanged)
  observe('timed-out', 30_000)
  expect(alerts).toEqual([expect.stringMatching(/^budgets-not-kept: How long x waits cannot be kept/)])
  expect(now.for('x')).toEqual(unchanged)
})
