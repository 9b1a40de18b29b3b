// A client must never give up before its budget ends.
import { expect, it } from 'vitest'
import { defaultHoldBudgetMs, holdBudgetMs } from '../../../core/approval/hold-budget.ts'

it.each([
  ['my-script', undefined, defaultHoldBudgetMs],
  ['claude-code', undefined, 110_000],
  ['Claude Code', undefined, 110_000],
  ['claude', undefined, 45_000],
  ['cursor', 'codex', 240_000],
  ['unknown', 'gemini-cli-mcp-client', 540_000],
  ['work', 'Visual Studio Code', 240_000],
  ['work', 'GitHub Copilot for JetBrains', 25_000],
  ['intellij-idea', 'cursor', 25_000],
  ['not-cursor', 'somebody', defaultHoldBudgetMs],
])('client %s that calls itself %s is held for %d ms', (client, self, ms) => {
  expect(holdBudgetMs(client, self)).toBe(ms)
})
