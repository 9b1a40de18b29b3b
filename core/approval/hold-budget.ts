// How long a proxy may hold a call before the client gives up on it. Measured and documented limits of clients, less a
// margin: answering with a ticket is normal, being timed out is not. What is known of a client is data, with its source.
import type { HoldBudget } from '../wire/broker-contract.ts'

/** Milliseconds to hold for a client nothing is known about: most SDK clients give up after 60 s. */
export const defaultHoldBudgetMs = 45_000

/** A card stays open for 10 minutes unless its rule says otherwise; there is nothing to wait for after that. */
const asLongAsACardMs = 600_000

type KnownClient = {
  pattern: RegExp
  /** Milliseconds of silence that it surely bears. */
  ms: number
  /** Milliseconds where it is told of progress, for one that begins to count anew then. */
  progressMs?: number
  /** Where the numbers come from. */
  note: string
}

const clients: readonly KnownClient[] = [
  {
    pattern: /^claude[-_ ]?code/,
    ms: 110_000,
    progressMs: asLongAsACardMs,
    note:
      'Claude Code waits half an hour since the last sign of progress, but moves a call to the background after 120 s, ' +
      'where the agent may overlook its result (anthropics/claude-code#78566, #93143; laurigates/claude-plugins#2059)',
  },
  {
    pattern: /^claude/,
    ms: 45_000,
    note:
      'Claude Desktop gives up after 240 s in chat and after about 60 s in its Code tab, under the same name; progress ' +
      'does not help (anthropics/claude-code#44032, #63379, #58687)',
  },
  {
    pattern: /^codex/,
    ms: 240_000,
    note: '300 s unless tool_timeout_sec says otherwise; 60 s up to version 0.92 (openai/codex, rmcp_client.rs)',
  },
  { pattern: /^gemini/, ms: 540_000, note: '600 s unless `timeout` says otherwise (google-gemini/gemini-cli)' },
  { pattern: /^goose/, ms: 240_000, note: 'usually 300 s (the documentation of Goose)' },
  {
    pattern: /^cursor/,
    ms: 240_000,
    note: 'not documented; cancels were seen after about 5 minutes (cursor/cursor#3510)',
  },
  {
    pattern: /^(vscode|vs-code|visual studio code)/,
    ms: 240_000,
    note: 'documented as no limit; cuts after about 5 minutes are reported (microsoft/vscode#261734, #274094)',
  },
  { pattern: /^antigravity/, ms: 150_000, note: 'about 180 s, fixed (antigravity-cli#780)' },
  {
    pattern: /jetbrains|intellij/,
    ms: 25_000,
    note: 'Copilot for JetBrains gives up after about 30 s, fixed (copilot-intellij-feedback#1935)',
  },
  { pattern: /eclipse/, ms: 45_000, note: 'Copilot for Eclipse gives up after 60 s, fixed (copilot-for-eclipse#322)' },
  {
    pattern: /^opencode/,
    ms: 45_000,
    progressMs: asLongAsACardMs,
    note: '60 s unless `timeout` says otherwise; counts from the last progress since June 2026 (anomalyco/opencode)',
  },
  { pattern: /^(cline|kilo|roo)/, ms: 45_000, note: '60 s unless `timeout` says otherwise (cline, shared/mcp.ts)' },
  { pattern: /^zed/, ms: 45_000, note: '60 s unless context_server_timeout says otherwise (settings of Zed)' },
]

/** What is known beyond the table, in milliseconds. */
export type BudgetOverrides = {
  /** A person's own number: wins over everything. */
  settings?: number | undefined
  /** What the client showed: only ever lowers what the table says. */
  learned?: number | undefined
}

/** The hold budget for a client, by its configured name or the name it gives itself. */
export function holdBudget(client: string, clientInfoName?: string, over: BudgetOverrides = {}): HoldBudget {
  if (over.settings !== undefined) return { ms: over.settings, source: 'settings' }
  const known = knownClient(client, clientInfoName)
  const ms = known?.ms ?? defaultHoldBudgetMs
  // A client that gave up earlier than the table says is not the one the table means, in its progress neither.
  if (over.learned !== undefined && over.learned < ms) return { ms: over.learned, source: 'learned' }
  if (!known) return { ms, source: 'default' }
  if (known.progressMs === undefined) return { ms, source: 'table' }
  return { ms, progressMs: Math.min(known.progressMs, over.learned ?? known.progressMs), source: 'table' }
}

/** Where the number of the table comes from; nothing for a client that is not in it. */
export function budgetNote(client: string, clientInfoName?: string): string | undefined {
  return knownClient(client, clientInfoName)?.note
}

function knownClient(client: string, clientInfoName: string | undefined): KnownClient | undefined {
  for (const name of [client, clientInfoName]) {
    const known = name === undefined ? undefined : clients.find(({ pattern }) => pattern.test(name.toLowerCase()))
    if (known) return known
  }
  return undefined
}
