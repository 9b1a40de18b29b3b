// Values that a rule keeps out of the record (`redact:`): out of the arguments by their path, and out of everything else
// that is kept of the call wherever they turn up, because servers like to repeat what they were given.
import { type PathStep, parsePath } from '../core/policy/argument-path.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { foldKey } from '../core/wire/json-line.ts'

export type HiddenValues = {
  readonly paths: readonly string[]
  readonly arguments: JsonObject
  /** The same text without the values. */
  text(text: string): string
  value(value: JsonValue): JsonValue
  /** For a text that was cut at its end: what may be the start of a value goes too. */
  cutText(text: string): string
}

/** Shorter ones stand in every text: a text that has one is not kept at all. */
const shortestReplaced = 4
/** Texts in texts (JSON in a string of a JSON line) are looked through this deep. */
const nesting = 2
/** More parts than these take longer to look for than a call may take: then no text at all is kept. */
const mostParts = 200

/** Nothing where the paths lead to nothing. `mark` says what stands in place of a value. */
export function hideValues(
  paths: readonly string[],
  args: JsonObject,
  mark: (secret: string) => string,
): HiddenValues | undefined {
  const found: JsonValue[] = []
  const take = (value: JsonValue): JsonValue => {
    found.push(value)
    return mark(typeof value === 'string' ? value : JSON.stringify(value))
  }
  let rest: JsonValue = args
  for (const path of paths) {
    const parsed = parsePath(path)
    if (parsed.ok) rest = without(rest, parsed.steps, take)
  }
  if (found.length === 0) return undefined

  const leaves = new Set(found.flatMap(leavesOf))
  const all = leaves.size > mostParts
  const spelt = (all ? [] : [...leaves]).flatMap((leaf) => spellings(leaf).map((spelling) => ({ spelling, leaf })))
  spelt.sort((a, b) => b.spelling.length - a.spelling.length)
  const short = spelt.filter(({ spelling }) => spelling.length < shortestReplaced)
  const long = spelt.filter(({ spelling }) => spelling.length >= shortestReplaced)

  const replaced = (given: string): string => {
    let kept = given
    for (const { spelling, leaf } of long) {
      if (kept.includes(spelling)) kept = kept.replaceAll(spelling, () => mark(leaf))
    }
    return kept
  }
  const withoutLong = (given: string): string => {
    const kept = replaced(given)
    // Where another form of it still has one in it, that form is kept.
    const [, ...forms] = plainer(kept)
    const telling = forms.find((form) => long.some(({ leaf }) => form.includes(leaf)))
    return telling === undefined ? kept : replaced(telling)
  }
  const text = (given: string): string => {
    if (all || (short.length > 0 && hasShort(given))) return mark(given)
    return withoutLong(given)
  }
  const hasShort = (given: string) =>
    plainer(given).some((form) => short.some(({ spelling }) => form.includes(spelling)))
  const walk = (given: JsonValue, shown: (text: string) => string, every: boolean): JsonValue => {
    if (typeof given === 'string') return shown(given)
    if (typeof given === 'number') return every || leaves.has(String(given)) ? mark(String(given)) : given
    if (typeof given !== 'object' || given === null) return given
    if (Array.isArray(given)) return given.map((inner) => walk(inner, shown, every))
    return Object.fromEntries(Object.entries(given).map(([key, inner]) => [shown(key), walk(inner, shown, every)]))
  }
  return {
    paths,
    // What stands beside a value is still shown where the value is short: else a caller could choose one that hides all.
    arguments: (all ? rest : walk(rest, withoutLong, false)) as JsonObject,
    text,
    value: (given) => walk(given, text, all),
    cutText: (given) => {
      const cut = plainer(given).find((form) => withoutStart(form, long) !== form)
      return text(cut === undefined ? given : withoutStart(cut, long))
    },
  }
}

/** Hides what either hides. */
export function bothHidden(one: HiddenValues | undefined, other: HiddenValues | undefined): HiddenValues | undefined {
  if (!one || !other) return one ?? other
  return {
    paths: [...new Set([...one.paths, ...other.paths])],
    arguments: one.arguments,
    text: (text) => other.text(one.text(text)),
    value: (value) => other.value(one.value(value)),
    cutText: (text) => other.cutText(one.cutText(text)),
  }
}

function withoutStart(text: string, values: readonly { spelling: string }[]): string {
  let end = text.length
  for (const { spelling } of values) {
    if (!spelling.includes(text.slice(-shortestReplaced))) continue
    for (let length = Math.min(spelling.length - 1, text.length); length >= shortestReplaced; length--) {
      if (!text.endsWith(spelling.slice(0, length))) continue
      end = Math.min(end, text.length - length)
      break
    }
  }
  return text.slice(0, end)
}

/** The value with whatever the steps lead to replaced. What leads through a value of another shape goes as a whole. */
function without(value: JsonValue, steps: readonly PathStep[], take: (value: JsonValue) => JsonValue): JsonValue {
  const [step, ...rest] = steps
  if (step === undefined) return take(value)
  if (value === null) return value
  if (step.kind === 'some-string') return take(value)
  if (step.kind === 'key') {
    if (typeof value !== 'object' || Array.isArray(value)) return take(value)
    // Some servers match keys without regard to case: a second spelling is no way around.
    const wanted = foldKey(step.key)
    const entries = Object.entries(value).map(([key, inner]) => {
      return [key, key === step.key || foldKey(key) === wanted ? without(inner, rest, take) : inner] as const
    })
    return Object.fromEntries(entries)
  }
  if (!Array.isArray(value)) return take(value)
  return value.map((inner, index) =>
    step.kind === 'some-element' || step.index === index ? without(inner, rest, take) : inner,
  )
}

function leavesOf(value: JsonValue): string[] {
  if (typeof value === 'string') return [...new Set([value, value.trim()])].filter((text) => text !== '')
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(leavesOf)
}

/** As it is, as it stands in JSON (with or without escapes of what is not ASCII), in JSON in JSON, and in a URL. */
function spellings(leaf: string): string[] {
  const all = new Set([leaf])
  let level = [leaf]
  for (let depth = 0; depth < nesting; depth++) {
    level = level.flatMap((text) => [inJson(text), ascii(inJson(text))])
    for (const text of level) all.add(text)
  }
  if (leaf.isWellFormed()) all.add(encodeURIComponent(leaf))
  return [...all]
}

/** The text, and what is left of it when escapes of JSON and of URLs that nobody needs (`\\/`, `%2f`) are undone. */
function plainer(text: string): string[] {
  const forms = [text]
  let form = text
  for (let depth = 0; depth <= nesting && form.includes('\\'); depth++) {
    form = form.replace(/\\(?:u([\da-f]{4})|(.))/gis, (_, code: string | undefined, letter: string) => {
      return code === undefined ? (controls[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16))
    })
    forms.push(form)
  }
  if (/[%+]/.test(form)) forms.push(form.replaceAll('+', ' ').replace(/(?:%[\da-f]{2})+/gi, fromUrl))
  return forms
}

const controls: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function fromUrl(bytes: string): string {
  return Buffer.from(bytes.replaceAll('%', ''), 'hex').toString()
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
