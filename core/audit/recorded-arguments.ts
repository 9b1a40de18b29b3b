// What can still be seen of a past call's arguments: the log keeps them without secrets, and cut where they were long.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import { markPattern } from './marks.ts'

export type RecordedArguments = {
  /** The arguments that are on record whole. */
  readonly seen: JsonObject
  /** Names of those of which something is missing. */
  readonly unseen: ReadonlySet<string>
  /** Whether there can be no others. */
  readonly complete: boolean
}

/** Never throws: of a text that is no JSON object nothing was seen. */
export function recordedArguments(text: string, truncated: boolean): RecordedArguments {
  const members = membersOf(text, truncated)
  const seen: [string, JsonValue][] = []
  const unseen = new Set<string>()
  let complete = members !== undefined && !truncated
  for (const [name, value] of members ?? []) {
    // A secret in a name: whatever it was called is not known.
    if (markPattern.test(name)) complete = false
    else if (value === undefined || markPattern.test(JSON.stringify(value))) unseen.add(name)
    else seen.push([name, value])
  }
  return { seen: Object.fromEntries(seen), unseen, complete }
}

/** The members of an object; a value that the cut went through is undefined. */
function membersOf(text: string, truncated: boolean): [string, JsonValue | undefined][] | undefined {
  if (!truncated) {
    const value = parsed(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined
  }
  const members: [string, JsonValue | undefined][] = []
  if (!text.startsWith('{')) return undefined
  for (let at = 1; at < text.length; ) {
    const key = parsed(stringAt(text, at))
    if (typeof key !== 'string') break
    const start = at + (stringAt(text, at)?.length ?? 0) + 1
    const end = valueEnd(text, start)
    members.push([key, end === undefined ? undefined : parsed(text.slice(start, end))])
    if (end === undefined) break
    at = end + 1
  }
  return members
}

/** As `JSON.stringify` writes it, which is how arguments are recorded. */
const stringPattern = /"(?:[^"\\]|\\.)*"(?=:)/y

function stringAt(text: string, at: number): string | undefined {
  stringPattern.lastIndex = at
  return stringPattern.exec(text)?.[0]
}

/** Where the `,` or `}` after a value stands; nothing where the text ends before. */
function valueEnd(text: string, start: number): number | undefined {
  let depth = 0
  let quoted = false
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{' || char === '[') depth++
    else if (depth === 0 && (char === ',' || char === '}')) return at
    else if (char === '}' || char === ']') depth--
  }
  return undefined
}

function parsed(text: string | undefined): JsonValue | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue)
  } catch {
    return undefined // the record was damaged, or cut within a character
  }
}
