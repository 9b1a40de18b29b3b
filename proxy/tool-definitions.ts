// What a server said of one of its tools, for the card of a call and for what an approval binds to. Worked out when a call
// is held: lists are long, and most of their tools are never asked about.
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import type { ToolDefinition } from '../core/wire/broker-contract.ts'
import { isObject } from '../core/wire/governed-request.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import { sha256 } from './sha256.ts'

const longestTitle = 1024
const longestDescription = 16 * 1024
const longestAnnotations = 4 * 1024
const longestSchema = 64 * 1024

/** The hash of the whole definition, and of its words those that are no longer than the broker takes. */
export function toolDefinition(tool: JsonObject): ToolDefinition {
  const { title, description, annotations, inputSchema } = tool
  return {
    hash: definitionHash(tool),
    ...(isShort(title, longestTitle) ? { title } : {}),
    ...(isShort(description, longestDescription) ? { description } : {}),
    ...(isSmall(annotations, longestAnnotations) ? { annotations } : {}),
    ...(isSmall(inputSchema, longestSchema) ? { inputSchema } : {}),
  }
}

export function definitionHash(tool: JsonObject): string {
  return sha256(canonicalJson(tool))
}

function isShort(text: JsonValue | undefined, longest: number): text is string {
  return typeof text === 'string' && text.length <= longest
}

function isSmall(value: JsonValue | undefined, longest: number): value is JsonObject {
  if (!isObject(value)) return false
  const text = JSON.stringify(value)
  // Not every reader keeps such a key, and the broker's signature covers what it has read.
  return text.length <= longest && Buffer.byteLength(text) <= longest && !text.includes('"__proto__"')
}
