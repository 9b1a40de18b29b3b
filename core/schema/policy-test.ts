// One entry of a policy file's `tests:` block, after reading. Tests are never published: only the tools look at them.
import type { AccessRequest } from './access-request.ts'
import type { Decision } from './decision.ts'
import type { JsonObject } from './json.ts'

export type PolicyTestCase = {
  /** 1-based line of the entry. */
  line: number
  /** What it shows, in the author's words. */
  name?: string
  action: AccessRequest['action']
  /** The tool; for another action what it names (`Resource`). */
  tool: string
  /** Absent where the file names one server without globs: that one is meant. */
  server?: string
  client?: string
  arguments: JsonObject
  expect: Decision['kind']
  /** A rule that must be among those that decided. */
  rule?: string
  /** Ids of rules of this file whose limits are taken as exhausted. */
  exhausted: string[]
}
