// What is being asked: one MCP call, reduced to what policy may look at.
import type { RiskAssessment } from '../risk/classify.ts'
import type { JsonObject } from './json.ts'

export type Subject = {
  /** Name of the client as the configuration assigned it (`--client`), never what the client says of itself. */
  readonly client: string
  readonly session: string
}

export type Resource = { readonly server: string; readonly tool: string }

export type AccessRequest = {
  readonly subject: Subject
  readonly action: 'tools/call'
  readonly resource: Resource
  /** The parsed arguments: the same value is evaluated, hashed, shown and forwarded. */
  readonly arguments: JsonObject
  readonly risk: RiskAssessment
}
