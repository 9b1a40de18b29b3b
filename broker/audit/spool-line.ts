// Decides whether one spool line is what its session's chain says comes next, and takes it apart without re-serialising.
import { isUtf8 } from 'node:buffer'
import { checkLine, type Sha256 } from '../../core/audit/chain.ts'
import { type AuditEventData, type AuditEventType, auditEventData } from '../../core/schema/audit-event.ts'
import { readLines } from './spool-file.ts'

export type LineProblem = 'malformed' | 'hash-mismatch' | 'chain-broken' | 'gap' | 'foreign-session' | 'too-long'

/** Where in its chain a line must stand. */
export type LinePlace = { session: string; n: number; prev: string }

/** `data` is the exact text between `"data":` and `,"prev":`, `value` what it says; `hash` is the line's own. */
export type SpoolEvent = { t: number; type: string; data: string; value: unknown; hash: string }

export type KnownEvent = { [T in AuditEventType]: { type: T; data: AuditEventData<T> } }[AuditEventType]

const head = /^\{"v":1,"session":("(?:[^"\\]|\\.)*"),"n":(\d{1,16}),"t":(\d{1,16}),"type":"([\w.-]{1,100})","data":/
const tailLength = ',"prev":"","hash":""}'.length + 2 * 64

/** Checks a line (without line feed) and returns its event, or the first thing that is wrong with it. */
export function readSpoolLine(
  bytes: Uint8Array,
  place: LinePlace,
  sha256: Sha256,
): { ok: true; event: SpoolEvent } | { ok: false; problem: LineProblem } {
  // Decoding would turn invalid bytes into U+FFFD, and an edit from one to the other would leave the hash as it was.
  if (!isUtf8(bytes)) return { ok: false, problem: 'malformed' }
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const checked = checkLine(line, place.prev, sha256)
  if (!checked.ok) return checked
  // The layout is matched, not only parsed: a duplicate key could make the parsed event differ from the hashed text.
  const match = head.exec(line)
  if (!match) return { ok: false, problem: 'malformed' }
  const [start, sessionText = '', n, t, type = ''] = match
  const data = line.slice(start.length, -tailLength)
  const value = parseJson(data)
  const session = parseJson(sessionText)
  const [number, time] = [Number(n), Number(t)]
  // What `spoolLine` in core/schema/audit-event.ts says: the pattern and the chain have seen to the rest of it.
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject || typeof session !== 'string' || session.length === 0 || session.length > 100) {
    return { ok: false, problem: 'malformed' }
  }
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(time)) return { ok: false, problem: 'malformed' }
  if (session !== place.session) return { ok: false, problem: 'foreign-session' }
  if (number !== place.n) return { ok: false, problem: 'gap' }
  if (isKnownType(type) && !knownEvent(type, value)) return { ok: false, problem: 'malformed' }
  return { ok: true, event: { t: time, type, data, value, hash: checked.hash } }
}

/** `end` is the byte offset after the line. */
export type SpoolRead = { ok: true; event: SpoolEvent; end: number } | { ok: false; problem: LineProblem }

/** Reads on from `offset`, where the line of `place` begins, to the end of the whole lines or the first bad one. */
export function* readSpool(fd: number, place: LinePlace, offset: number, sha256: Sha256): Generator<SpoolRead> {
  let { n, prev } = place
  for (const line of readLines(fd, offset)) {
    if (line.kind === 'too-long') {
      yield { ok: false, problem: 'too-long' }
      return
    }
    const read = readSpoolLine(line.bytes, { session: place.session, n, prev }, sha256)
    yield read.ok ? { ...read, end: line.end } : read
    if (!read.ok) return
    n += 1
    prev = read.event.hash
  }
}

const isKnownType = (type: string): type is AuditEventType => Object.hasOwn(auditEventData, type)

/** Values that were found to be of this type: whoever reads a line checks it, and so does whoever makes rows of it. */
const found = new WeakMap<object, AuditEventType>()

/**
 * The event with its type's fields, or nothing for a type this program does not know or data that is not of its type. `data`
 * must not be changed afterwards. Additional keys are accepted: fields are only ever added, so a newer proxy's event still
 * says what we know of it.
 */
export function knownEvent(type: string, data: unknown): KnownEvent | undefined {
  if (!isKnownType(type) || typeof data !== 'object' || data === null) return undefined
  if (found.get(data) === type) return { type, data } as KnownEvent
  const parsed = auditEventData[type].safeParse(data)
  if (!parsed.success && !parsed.error.issues.every((issue) => issue.code === 'unrecognized_keys')) return undefined
  found.set(data, type)
  return { type, data } as KnownEvent
}

/**
 * The value of a JSON text, or nothing (which no JSON text means) where it is not one. Half a character (`\ud83d` by itself) is
 * read as U+FFFD, as UTF-8 and so SQLite keep it: else two names here could be one in the tables.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(/\\u[dD][89a-fA-F]/.test(text) ? text.replace(escapes, whole) : text)
  } catch {
    return undefined
  }
}

/** Both halves of a character, one by itself, or any other escape: after `\\` there is none. */
const escapes = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|[\s\S])/g

const whole = (sign: string, half: string | undefined): string => (half === undefined ? sign : '\ufffd')
