// Parts of a policy as an author would write them, for suggestions that can be pasted.
import type { JsonValue } from '../schema/json.ts'

const plain = /^[A-Za-z_~./][\w~./@-]*$/
const otherwise = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i

/** YAML on one line: `{ to: { in: [savings] } }`. */
export function flowText(value: JsonValue): string {
  if (typeof value === 'string') return plain.test(value) && !otherwise.test(value) ? value : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`
  const entries = Object.entries(value).map(([key, inner]) => entryText(key, inner))
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** One condition, to be put under `when:` or between its braces: `to: { in: [savings] }`. */
export const entryText = (key: string, value: JsonValue): string => `${flowText(key)}: ${flowText(value)}`

/** `a`, `b` and `c`; of many the first few. */
export function nameList(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``)
  const more = names.length - shown.length
  const parts = more > 0 ? [...shown, `${more} more`] : shown
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}
