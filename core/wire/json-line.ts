// Strict reading of one JSON-RPC line from a client: one parse, one value, nothing two parsers could read differently.
// RFC 8259 for the grammar, RFC 7493 (I-JSON) for what is refused on top of it, RFC 8785 for the canonical form.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import { maxJsonDepth } from './limits.ts'

/** What a strict parse found beside the value. */
export type StrictJson = {
  value: JsonValue
  /** The first thing two parsers could read differently (duplicate key, number that loses digits, …), if any. */
  ambiguity?: string
  /** Text of the numbers that lost digits, by JSON path (`$.id`); an id is passed on as written. */
  inexact: ReadonlyMap<string, string>
  /** Every value given to a key that some parser may take for `method`, at the top or in a member of a batch. */
  methods: readonly string[]
}

export class MalformedJson extends Error {
  /** 0-based offset, in UTF-16 code units, of what was not expected. */
  readonly offset: number
  constructor(problem: string, offset: number) {
    super(`${problem} at character ${offset + 1}`)
    this.name = 'MalformedJson'
    this.offset = offset
  }
}

/** Deeper than this nothing is read at all; from `maxJsonDepth` on it is read, so that its id can be answered. */
const maxReadDepth = 8 * maxJsonDepth

/**
 * Parses JSON text and reports what a lenient parser would let through silently.
 * @throws MalformedJson if the text is not one JSON value, or nests far deeper than `maxJsonDepth`.
 */
export function parseStrict(text: string): StrictJson {
  const reader = new Reader(text)
  const value = reader.document()
  return {
    value,
    ...(reader.ambiguity === undefined ? {} : { ambiguity: reader.ambiguity }),
    inexact: reader.inexact,
    methods: reader.methods,
  }
}

/**
 * True where `JSON.parse` alone is already strict: the text is byte for byte what `JSON.stringify` makes of the value,
 * so it has no duplicate key, no number that loses digits, no escape that hides a character. Much faster than
 * `parseStrict`, and what every SDK writes; a property test holds the two to the same verdict.
 */
export function parseFast(text: string): { value: JsonValue } | undefined {
  if (text.includes('__proto__') || text.includes('"constructor"') || text.includes('\\ud')) return undefined
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
    if (JSON.stringify(value) !== text) return undefined
  } catch {
    return undefined // malformed, or too deep to serialise: the strict parser says which
  }
  return isDeeperThan(value, maxJsonDepth) ? undefined : { value }
}

/** The key as parsers see it that match without regard to case; some fold `ſ` to `s` and the Kelvin sign to `k` as well. */
export function foldKey(key: string): string {
  return key.toUpperCase().toLowerCase()
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    if (isDeeperThan(member, levels - 1)) return true
  }
  return false
}

/** RFC 8785 (JCS): keys sorted by UTF-16 code units, no white space, ECMAScript number and string serialisation. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as JsonValue)}`)
  return `{${members.join(',')}}`
}

/** The hash that stands for exactly these arguments: in the spool, on the card, in the binding of an approval. */
export function argumentsHash(args: JsonObject, sha256: (text: string) => string, beside?: JsonObject): string {
  return sha256(canonicalJson(beside === undefined ? args : { arguments: args, beside }))
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Keys and paths come from the sender; what is said about them must not become as long as they are. */
const maxProblem = 200
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const escapes: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class Reader {
  readonly text: string
  readonly inexact = new Map<string, string>()
  readonly methods: string[] = []
  ambiguity: string | undefined
  at = 0

  constructor(text: string) {
    this.text = text
  }

  document(): JsonValue {
    this.space()
    const value = this.value('$', 0)
    this.space()
    if (this.at < this.text.length) throw new MalformedJson('text after the end of the JSON value', this.at)
    return value
  }

  private doubt(what: string): void {
    this.ambiguity ??= what.length > maxProblem ? `${what.slice(0, maxProblem).toWellFormed()}…` : what
  }

  private space(): void {
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at)
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return
    }
  }

  private value(path: string, depth: number, key = ''): JsonValue {
    const c = this.text[this.at]
    if (c === '{') return this.object(path, depth + 1, key)
    if (c === '[') return this.array(path, depth + 1)
    if (c === '"') return this.string()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    return this.number(path)
  }

  private enter(depth: number): void {
    if (depth > maxJsonDepth) this.doubt(`nested deeper than ${maxJsonDepth} levels`)
    if (depth > maxReadDepth) throw new MalformedJson(`nested deeper than ${maxJsonDepth} levels`, this.at)
    this.at++
    this.space()
  }

  private object(path: string, depth: number, parentKey: string): JsonObject {
    this.enter(depth)
    const object: JsonObject = {}
    if (this.take('}')) return object
    for (;;) {
      if (this.text.charCodeAt(this.at) !== QUOTE) throw new MalformedJson('expected a key in quotes', this.at)
      const key = this.string()
      if (Object.hasOwn(object, key)) this.doubt(`the key ${JSON.stringify(key)} stands twice in ${path}`)
      if (key === '__proto__') this.doubt(`the key "__proto__" in ${path}`)
      this.space()
      if (!this.take(':')) throw new MalformedJson('expected ":"', this.at)
      this.space()
      const value = this.value(`${path}.${key}`, depth, key)
      if (key === 'prototype' && parentKey === 'constructor') this.doubt(`the key "prototype" in ${path}`)
      // Some parsers match keys without regard to case; a message that could be a call to one of them is a call to us.
      if (typeof value === 'string' && foldKey(key) === 'method' && /^\$(?:\[\d+\])*$/.test(path)) {
        this.methods.push(value)
      }
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
      this.space()
      if (this.take('}')) return object
      if (!this.take(',')) throw new MalformedJson('expected "," or "}"', this.at)
      this.space()
    }
  }

  private array(path: string, depth: number): JsonValue[] {
    this.enter(depth)
    const array: JsonValue[] = []
    if (this.take(']')) return array
    for (;;) {
      array.push(this.value(`${path}[${array.length}]`, depth))
      this.space()
      if (this.take(']')) return array
      if (!this.take(',')) throw new MalformedJson('expected "," or "]"', this.at)
      this.space()
    }
  }

  private take(c: string): boolean {
    if (this.text[this.at] !== c) return false
    this.at++
    return true
  }

  private string(): string {
    this.at++
    let parts = ''
    let from = this.at
    for (;;) {
      if (this.at >= this.text.length) throw new MalformedJson('a string without an end', this.at)
      const c = this.text.charCodeAt(this.at)
      if (c === QUOTE) break
      if (c < 0x20) throw new MalformedJson('a control character in a string', this.at)
      if (c === BACKSLASH) {
        parts += this.text.slice(from, this.at) + this.escape()
        from = this.at
      } else this.at++
    }
    const string = parts + this.text.slice(from, this.at)
    this.at++
    if (!string.isWellFormed()) this.doubt('a lone surrogate in a string')
    return string
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? ''
    if (letter === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new MalformedJson('expected four hexadecimal digits', this.at)
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const meant = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined
    if (meant === undefined) throw new MalformedJson('an unknown escape', this.at)
    this.at += 2
    return meant
  }

  private number(path: string): number {
    numberPattern.lastIndex = this.at
    const written = numberPattern.exec(this.text)?.[0]
    if (written === undefined) throw new MalformedJson('expected a JSON value', this.at)
    this.at += written.length
    const value = Number(written)
    if (!Number.isFinite(value) || decimal(written) !== decimal(String(value))) {
      this.inexact.set(path, written)
      // Whole ids are compared and passed on as text, so they may have more digits than a number keeps.
      if (path !== '$.id' || !/^-?\d{1,300}$/.test(written)) this.doubt(`the number at ${path} cannot be kept exactly`) // not which: this goes on record as it is
    }
    return value
  }
}

/** A decimal number in one notation (`[-]digits e exponent`, no zeros at either end), so that texts of one value are equal. */
function decimal(written: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const trimmed = digits.replace(/0+$/, '')
  if (trimmed === '') return '0'
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`
}
