// Reading single values of a policy file: each either comes out right or is reported where it stands.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import { type ParsedPath, type PathStep, parsePath } from './argument-path.ts'
import { maxDurationMs, parseDuration } from './duration.ts'
import { globProblem } from './glob.ts'
import { describe, type Located, type LocatedEntry, type Place, quoted, type Reporter } from './located.ts'
import { nearest } from './nearest.ts'

export const code = (word: string) => `\`${word.length > 60 ? `${word.slice(0, 60)}…` : word}\``
export const didYouMean = (word: string, known: readonly string[]): string | undefined => {
  const near = nearest(word, known)
  return near === undefined ? undefined : `Did you mean ${code(near)}?`
}

/** Reports the keys of a map that are not known (an error, never ignored) and returns the entries by key. */
export function knownEntries<K extends string>(
  map: Extract<Located, { kind: 'map' }>,
  what: string,
  known: readonly K[],
  report: Reporter,
): Partial<Record<K, LocatedEntry>> {
  const found: Partial<Record<K, LocatedEntry>> = {}
  for (const entry of map.entries) {
    const key = known.find((one) => one === entry.key)
    if (key !== undefined) found[key] = entry
    else if (report.full) return found
    else report.error(entry.at, `Unknown key ${code(entry.key)} in ${what}`, didYouMean(entry.key, known))
  }
  return found
}

export function wrong(
  value: Located,
  subject: string,
  expected: string,
  report: Reporter,
  suggestion?: string,
): undefined {
  report.error(value, `${subject} must be ${expected}, found ${describe(value)}`, suggestion)
  return undefined
}

/** A text that is not empty, without the spaces around it, up to `longest` characters. */
export function readText(entry: LocatedEntry, longest: number, report: Reporter): string | undefined {
  const { value } = entry
  if (value.kind !== 'text') return wrong(value, code(entry.key), 'a text', report)
  const text = value.value.trim()
  if (text === '') return wrong(value, code(entry.key), 'a text that is not empty', report)
  if (text.length <= longest) return text
  report.error(value, `${code(entry.key)} is longer than ${longest} characters`)
  return undefined
}

/** One text or a list of at least one. `undefined` when any of it was wrong. */
export function readTexts(entry: LocatedEntry, expected: string, report: Reporter): TextAt[] | undefined {
  const { value } = entry
  const items = value.kind === 'list' ? value.items : [value]
  if (items.length === 0) {
    report.error(
      value,
      `${code(entry.key)} is an empty list, which would match nothing; name something or leave the key out`,
    )
    return undefined
  }
  const texts: TextAt[] = []
  for (const item of items) {
    if (item.kind === 'text' && item.value !== '') texts.push({ text: item.value, at: item })
    else wrong(item, code(entry.key), expected, report, item.kind === 'number' ? 'Put it in quotes.' : undefined)
  }
  return texts.length === items.length ? texts : undefined
}
export type TextAt = { text: string; at: Place }

export function readGlobs(entry: LocatedEntry, report: Reporter): string[] | undefined {
  const texts = readTexts(entry, 'a name or glob, or a list of them', report)
  if (!texts) return undefined
  let good = true
  for (const { text, at } of texts) {
    const problem = globProblem(text)
    if (problem === undefined) continue
    good = false
    report.error(at, `The glob ${quoted(text)} ${problem}`)
  }
  return good ? texts.map(({ text }) => text) : undefined
}

/** Longest path of an argument; calls are not nested that deep. */
const maxPath = 1000

export function readPath(text: string, at: Place, report: Reporter): readonly PathStep[] | undefined {
  const path: ParsedPath =
    text.length > maxPath ? { ok: false, problem: `is longer than ${maxPath} characters` } : parsePath(text)
  if (path.ok) return path.steps
  report.error(at, `The argument path ${quoted(text)} ${path.problem}`)
  return undefined
}

/** One of a list of words. */
export function readWord<W extends string>(
  value: Located,
  subject: string,
  words: readonly W[],
  report: Reporter,
): W | undefined {
  const expected = `one of ${words.map(code).join(', ')}`
  if (value.kind !== 'text') return wrong(value, subject, expected, report)
  const word = words.find((one) => one === value.value)
  return word ?? wrong(value, subject, expected, report, didYouMean(value.value, words))
}

/** `true` or `false`; the words of YAML 1.1 are told what became of them. */
export function readBoolean(value: Located, subject: string, report: Reporter): boolean | undefined {
  if (value.kind === 'boolean') return value.value
  return wrong(value, subject, '`true` or `false`', report, booleanHint(value))
}

export function booleanHint(value: Located): string | undefined {
  if (value.kind !== 'text') return undefined
  const word = value.value.toLowerCase()
  if (word === 'true' || word === 'false') return `Write ${code(word)} without quotes and capitals.`
  const meant = /^(?:y|yes|on)$/.test(word) ? 'true' : /^(?:n|no|off)$/.test(word) ? 'false' : undefined
  return meant && `To YAML 1.2 ${code(value.value)} is a text; write ${code(meant)}.`
}

/** A number that the file says exactly. */
export function readNumber(value: Located, subject: string, report: Reporter): number | undefined {
  if (value.kind !== 'number') return wrong(value, subject, 'a number', report)
  const number = readJson(value, report)
  return typeof number === 'number' ? number : undefined
}

export function readDuration(value: Located, subject: string, report: Reporter): number | undefined {
  const milliseconds = value.kind === 'text' ? parseDuration(value.value) : undefined
  if (milliseconds !== undefined) return milliseconds
  const days = maxDurationMs / 86_400_000
  const seconds = value.kind === 'number' && Number.isInteger(value.value) && value.value > 0
  const suggestion = seconds ? `Write the unit too: ${code(`${value.value}s`)} for seconds.` : undefined
  return wrong(
    value,
    subject,
    `a duration such as \`30s\`, \`5m\`, \`1h\` or \`1d\`, up to ${days} days`,
    report,
    suggestion,
  )
}

/** Any JSON value. Refuses what JSON cannot carry exactly or a call could never contain. */
export function readJson(value: Located, report: Reporter): JsonValue | undefined {
  switch (value.kind) {
    case 'nothing':
      return null
    case 'text':
    case 'boolean':
      return value.value
    case 'number':
      if (value.exact) return value.value
      report.error(value, 'This number cannot be kept exactly', 'If the argument is a text, put it in quotes.')
      return undefined
    case 'list': {
      const items = value.items.map((item) => readJson(item, report))
      return items.every((item) => item !== undefined) ? items : undefined
    }
    case 'map': {
      const object: JsonObject = {}
      for (const { key, at, value: inner } of value.entries) {
        const read = readJson(inner, report)
        if (key === '__proto__')
          report.error(at, 'A call with a `__proto__` key is always refused; no rule can match one')
        if (read === undefined || key === '__proto__') return undefined
        object[key] = read
      }
      return object
    }
  }
}
