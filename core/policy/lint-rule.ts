// What a check of single rules is given, and what it finds.
import type { TextEngines } from './engines.ts'
import type { PlacedRule } from './lint-cover.ts'
import type { KnownServers } from './lint-known.ts'
import type { PlacePath } from './lint-places.ts'

export type LintedRule = PlacedRule & {
  /** Nothing where the rule's servers are not all known. */
  known: KnownServers | undefined
  engines: TextEngines
}

/**
 * `at`: below the rule, `['tools', 1]`. `suggestion`: what to write instead. `unquoted`: to be said only if what stands
 * there is no text in quotes.
 */
export type Finding = { at: PlacePath; message: string; suggestion: string; unquoted?: true }
