// The arguments of a call as a form: which field each one gets by the server's schema and its own value, and what a
// person's text in it means. What is not touched stays exactly as the client sent it.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'

type Arguments = ApprovalCard['arguments']
export type FieldKind = 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'json' | 'too-long'

export type Field = {
  readonly name: string
  readonly kind: FieldKind
  /** For `choice`. */
  readonly choices: readonly unknown[]
  readonly required: boolean
  /** Among the arguments as the client sent them. */
  readonly sent: boolean
}

/** What the person made of one argument. */
export type Touched = { readonly kind: 'left-out' } | { readonly kind: 'text'; readonly text: string }
export type Touches = ReadonlyMap<string, Touched>

export type Edited =
  | { readonly ok: true; readonly edited: Arguments }
  | { readonly ok: false; readonly problems: ReadonlyMap<string, string> }

/** A longer value cannot be edited in a text field without making the window slow, in UTF-16 units. */
const longestEditable = 300_000

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (object: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

function kindByType(type: unknown, value: unknown, sent: boolean): FieldKind {
  // A text field would turn a lone carriage return into a line feed.
  if (type === 'string' && (!sent || (typeof value === 'string' && !value.includes('\r')))) return 'text'
  if (type === 'integer' && (!sent || Number.isInteger(value))) return 'integer'
  if (type === 'number' && (!sent || typeof value === 'number')) return 'number'
  if (type === 'boolean' && (!sent || typeof value === 'boolean')) return 'boolean'
  return 'json'
}

function typeOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? typeof value : 'other'
}

const isLong = (value: unknown): boolean => (JSON.stringify(value) ?? '').length > longestEditable

/** Those sent, in their order, then those the schema knows beside. */
export function fieldsOf(args: Arguments, schema: Record<string, unknown> | undefined): Field[] {
  const properties = schema === undefined ? undefined : own(schema, 'properties')
  const known = isObject(properties) ? properties : {}
  const required = schema === undefined ? undefined : own(schema, 'required')
  const field = (name: string, sent: boolean): Field => {
    const value = own(args, name)
    const property = own(known, name)
    const choices = isObject(property) ? own(property, 'enum') : undefined
    const base = { name, sent, choices: [], required: Array.isArray(required) && required.includes(name) }
    if (sent && isLong(value)) return { ...base, kind: 'too-long' }
    if (Array.isArray(choices) && choices.length > 0 && (!sent || choices.includes(value)))
      return { ...base, kind: 'choice', choices }
    const type = isObject(property) && typeof own(property, 'type') === 'string' ? own(property, 'type') : typeOf(value)
    return { ...base, kind: kindByType(type, value, sent) }
  }
  return [
    ...Object.keys(args).map((name) => field(name, true)),
    ...Object.keys(known)
      .filter((name) => !Object.hasOwn(args, name))
      .map((name) => field(name, false)),
  ]
}

/** The text that a field of `kind` shows for `value`. */
export function textOf({ kind, choices }: Field, value: unknown): string {
  if (kind === 'choice') return String(choices.indexOf(value))
  if (kind === 'text') return typeof value === 'string' ? value : ''
  return value === undefined ? '' : JSON.stringify(value, undefined, kind === 'json' ? 2 : 0)
}

/** The first text of an argument that was not sent. */
export function firstText({ kind }: Field): string {
  return kind === 'boolean' ? 'false' : kind === 'choice' ? '0' : ''
}

type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string }

/** What `text` in a field of `kind` means. */
export function readField({ kind, choices }: Field, text: string): Read {
  switch (kind) {
    case 'text':
      return { ok: true, value: text }
    case 'choice':
      return { ok: true, value: choices[Number(text)] }
    case 'boolean':
      return { ok: true, value: text === 'true' }
    case 'number':
    case 'integer': {
      const number = /^\s*-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN
      if (!Number.isFinite(number)) return { ok: false, problem: 'Not a number.' }
      return kind === 'integer' && !Number.isSafeInteger(number)
        ? { ok: false, problem: 'Not a whole number.' }
        : { ok: true, value: number }
    }
    case 'json':
      return readJson(text)
    case 'too-long':
      return { ok: false, problem: 'Too long to edit here.' }
  }
}

export function readJson(text: string): Read {
  if (text.trim() === '') return { ok: false, problem: 'Empty: write a JSON value, or leave the argument out.' }
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    return { ok: false, problem: `Not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The arguments as they would be sent. Built from entries: a key such as `__proto__` is an argument like any other. */
export function applyTouches(args: Arguments, fields: readonly Field[], touches: Touches): Edited {
  const problems = new Map<string, string>()
  const entries: [string, unknown][] = []
  for (const field of fields) {
    const touched = touches.get(field.name)
    if (touched === undefined) {
      if (field.sent) entries.push([field.name, own(args, field.name)])
    } else if (touched.kind === 'text') {
      const read = readField(field, touched.text)
      if (read.ok) entries.push([field.name, read.value])
      else problems.set(field.name, read.problem)
    }
  }
  return problems.size > 0 ? { ok: false, problems } : { ok: true, edited: Object.fromEntries(entries) }
}

/** All arguments as one JSON text. */
export function readAll(text: string): Edited {
  const read = readJson(text)
  if (read.ok && isObject(read.value)) return { ok: true, edited: read.value }
  const problem = read.ok ? 'The arguments have to be a JSON object: { … }.' : read.problem
  return { ok: false, problems: new Map([['', problem]]) }
}
