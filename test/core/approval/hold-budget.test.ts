// A client must never give up before its budget ends.
import { expect, it } from 'vitest'
import {
  type BudgetOverrides,
  budgetNote,
  defaultHoldBudgetMs,
  holdBudget,
} from '../../../core/approval/hold-budget.ts'

const unknown = { ms: defaultHoldBudgetMs, source: 'default' }
const table = (ms: number, progressMs?: number) => ({ ms, source: 'table', ...(progressMs ? { progressMs } : {}) })

it.each<[string, string | undefined, object]>([
  ['my-script', undefined, unknown],
  ['claude-code', undefined, table(110_000, 600_000)],
  ['Claude Code', undefined, table(110_000, 600_000)],
  ['claude', undefined, table(45_000)],
  ['work', 'claude-ai', table(45_000)],
  ['cursor', 'codex', table(240_000)],
  ['unknown', 'gemini-cli-mcp-client', table(540_000)],
  ['work', 'Visual Studio Code', table(240_000)],
  ['work', 'GitHub Copilot for JetBrains', table(25_000)],
  ['work', 'copilot-for-eclipse', table(45_000)],
  ['intellij-idea', 'cursor', table(25_000)],
  ['opencode', undefined, table(45_000, 600_000)],
  ['not-cursor', 'somebody', unknown],
])('client %s that calls itself %s is held for %o', (client, self, budget) => {
  expect(holdBudget(client, self)).toEqual(budget)
  expect(budgetNote(client, self) !== undefined).toBe(budget !== unknown)
})

it.each<[string, string, BudgetOverrides, object]>([
  ['what was learned lowers the default', 'x', { learned: 20_000 }, { ms: 20_000, source: 'learned' }],
  ['what was learned never raises it', 'x', { learned: 90_000 }, unknown],
  ['nor the number of the table', 'cursor', { learned: 240_000 }, table(240_000)],
  [
    'one that gives up early is not trusted with progress',
    'opencode',
    { learned: 20_000 },
    { ms: 20_000, source: 'learned' },
  ],
  [
    'one that gives up in spite of progress is told of it for less long',
    'opencode',
    { learned: 300_000 },
    table(45_000, 300_000),
  ],
  ['a person’s number wins over the table', 'cursor', { settings: 900_000 }, { ms: 900_000, source: 'settings' }],
  ['and over what was learned', 'cursor', { settings: 90_000, learned: 9_000 }, { ms: 90_000, source: 'settings' }],
])('%s', (_why, client, over, budget) => {
  expect(holdBudget(client, undefined, over)).toEqual(budget)
})
