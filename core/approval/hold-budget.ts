// How long a proxy may hold a call before the client gives up on it. Measured and documented limits of clients, less a
// margin: answering with a ticket is normal, being timed out is not. Sources: MCP clients' documentation and issues.

/** Milliseconds to hold for a client nothing is known about: most SDK clients give up after 60 s. */
export const defaultHoldBudgetMs = 45_000

const budgets: readonly (readonly [pattern: RegExp, ms: number])[] = [
  // 28 h hard limit, but a call moves to the background after 120 s, where the agent may overlook its result.
  [/^claude[-_ ]?code/, 110_000],
  // 240 s in chat, about 60 s in its code tab; the same client name, so the shorter one.
  [/^claude/, 45_000],
  [/^codex/, 240_000],
  [/^gemini/, 540_000],
  [/^goose/, 240_000],
  [/^cursor/, 240_000],
  [/^(vscode|vs-code|visual studio code)/, 240_000],
  [/^antigravity/, 150_000],
  // About 30 s, hard-coded.
  [/jetbrains|intellij/, 25_000],
]

/** The hold budget for a client, in milliseconds, by its configured name or the name it gives itself. */
export function holdBudgetMs(client: string, clientInfoName?: string): number {
  for (const name of [client, clientInfoName]) {
    const known = name === undefined ? undefined : budgets.find(([pattern]) => pattern.test(name.toLowerCase()))
    if (known) return known[1]
  }
  return defaultHoldBudgetMs
}
