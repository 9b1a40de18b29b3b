// What is being asked: one MCP call, reduced to what policy may look at.
import type { RiskAssessment } from '../risk/classify.ts'
import type { JsonObject } from './json.ts'
import type { Action } from './policy-words.ts'

export type Subject = {
  /** Name of the client as the configuration assigned it (`--client`), never what the client says of itself. */
  readonly client: string
  readonly session: string
}

/**
 * `tool`: the tool's name; for the other actions what the request names: the URI of a resource, the name of a prompt, or
 * the method where it names nothing (sampling, elicitation).
 */
export type Resource = { readonly server: string; readonly tool: string }

export type AccessRequest = {
  readonly subject: Subject
  readonly action: Action
  readonly resource: Resource
  /**
   * The parsed arguments (for other actions than `tools/call`: the request's `params` without `_meta`): the same value is
   * evaluated, hashed, shown and forwarded.
   */
  readonly arguments: JsonObject
  /** Of a tool call; the other actions have the class `unknown`, which nothing looks at. */
  readonly risk: RiskAssessment
}
