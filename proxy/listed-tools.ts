// The tools of one list, as far as they are kept: what the server said of each, or what stands for that.
import type { ToolAnnotations } from '../core/risk/annotations.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { isObject } from '../core/wire/governed-request.ts'
import { sha256 } from './sha256.ts'
import { definitionHash } from './tool-definitions.ts'

const hintNames = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const
const dangers = [
  ['readOnlyHint', false],
  ['destructiveHint', true],
  ['idempotentHint', false],
  ['openWorldHint', true],
] as const

export type Listed = { hints: ToolAnnotations } & ({ tool: JsonObject } | { hash: string })
export type Tools = {
  byName: Map<string, Listed>
  /** Stands for the definitions of all tools that are not kept by their names; nothing where all are. */
  rest?: string
}

export const noTools = (): Tools => ({ byName: new Map() })

/** `long`: there is no room for its words any more. */
export function listedTool(tool: JsonObject, long: boolean): Listed {
  return { hints: hintsOf(tool['annotations']), ...(long ? { hash: definitionHash(tool) } : { tool }) }
}

/**
 * A tool that stands in the list twice: which of the two the client goes by is not known. Where they differ, neither's
 * words are shown, and the more dangerous hints count.
 */
export function both(one: Listed, tool: JsonObject): Listed {
  const [first, second] = ['tool' in one ? definitionHash(one.tool) : one.hash, definitionHash(tool)]
  if (first === second) return one
  const more = hintsOf(tool['annotations'])
  const dangerous = dangers.filter(([name, value]) => one.hints[name] === value || more[name] === value)
  const hints = { ...one.hints, ...more, ...Object.fromEntries(dangerous) }
  return { hints, hash: sha256(`${first}${second}`) }
}

function hintsOf(annotations: JsonValue | undefined): ToolAnnotations {
  const found: { -readonly [K in (typeof hintNames)[number]]?: boolean } = {}
  if (!isObject(annotations)) return found
  for (const hint of hintNames) {
    const value = annotations[hint]
    if (typeof value === 'boolean') found[hint] = value
  }
  return found
}
