// What the upstream writes, on its way to the client: chunks as they come, unless lines must be read before the client may
// see any of them. Then each line is kept until it is whole.
import type { JsonValue } from '../core/schema/json.ts'
import { maxClientLineBytes } from '../core/wire/limits.ts'
import { type Answer, createAnswerWatcher } from './answers.ts'
import type { ClientWriter } from './client-writer.ts'
import type { LineEdits } from './line-edits.ts'
import type { TakenLine } from './server-requests.ts'

const LF = 0x0a
/** Copies of passing lines are kept up to this size, to be looked at later. */
const copyLimit = 4 * 1024 * 1024
const headLength = 4 * 1024

export type UpstreamOutput = {
  /** Takes a chunk as it came. A line feed that completes an answer never leaves before the answer is on record. */
  push(chunk: Buffer): void
  /** It may be known by now that an open line need not be read. */
  lookAgain(): void
  /** Nothing more comes. */
  end(): void
}

export type UpstreamOutputOptions = {
  writer: ClientWriter
  edits: LineEdits
  /** Whether lines that begin now must be read before they pass. */
  reading(): boolean
  /** Whether `copied` wants the lines that pass. */
  copying(): boolean
  /** Nothing where the line passes as it is. */
  read(line: Buffer): TakenLine | undefined
  /** Whether a line too long to be read, which begins like this, may pass all the same. */
  harmless(head: string): boolean
  /** One that may not; `answer` where it is one. */
  tooLong(bytes: number, answer: Answer | undefined): void
  copied(line: Buffer): void
  /** A line that was wanted is too long to be kept. */
  uncopied(): void
  /** What came after the last line feed: whether it may pass. */
  torn(rest: Buffer): boolean
  interested(): boolean
  answered(answer: Answer): void
  /** What the server asks of the client in a line that passes. */
  asked(message: JsonValue, bytes: number): void
  flush(): void
}

export function createUpstreamOutput(options: UpstreamOutputOptions): UpstreamOutput {
  const { writer, edits } = options
  let lastAnswer: Answer | undefined
  const watcher = createAnswerWatcher(
    () => kept === 'line' || options.interested(),
    (answer) => {
      lastAnswer = answer
      options.answered(answer)
    },
    (message, size) => {
      if (!taking) options.asked(message, size)
    },
  )
  let inLine = false
  /** `edit`: until it is whole, or longer than any editor wants. */
  let kept: 'nothing' | 'copy' | 'edit' | 'line' = 'nothing'
  let parts: Buffer[] = []
  let bytes = 0
  let out: Buffer[] = []
  /** A line that does not pass as it is, is looked at for answers only. */
  let taking = false

  const emit = () => {
    options.flush()
    const passing = out
    out = []
    for (const line of passing) writer.pass(line, false)
  }

  const copying = () => (options.copying() ? 'copy' : 'nothing')

  const begin = (reading: boolean) => {
    kept = reading ? 'line' : edits.active() ? 'edit' : copying()
    parts = []
    bytes = 0
  }

  const stream = (piece: Buffer, ends: boolean) => {
    if (out.length > 0) emit()
    if (watcher.push(piece)) options.flush()
    writer.pass(piece, !ends)
    if (kept === 'nothing') return
    bytes += piece.length
    if (bytes > copyLimit) parts = []
    else parts.push(piece)
    if (!ends) return
    if (bytes > copyLimit) return options.uncopied()
    const line = Buffer.concat(parts, bytes)
    setImmediate(() => options.copied(line))
  }

  /** A whole line that may go on, edited or not; what it answers is told by what the upstream wrote. */
  const pass = (line: Buffer) => {
    const shown = edits.active() ? edits.edited(line) : line
    watcher.push(line)
    if (shown) out.push(shown)
    else options.flush()
  }

  const collectToEdit = (piece: Buffer, ends: boolean) => {
    bytes += piece.length
    parts.push(piece)
    if (bytes > edits.longest()) return letGo(copying(), ends)
    if (!ends) return
    const line = Buffer.concat(parts, bytes)
    pass(line)
    if (options.copying()) setImmediate(() => options.copied(line))
  }

  /** What was kept of an open line goes on, and so does what comes of it from now on. */
  const letGo = (as: 'copy' | 'nothing', ends: boolean) => {
    const pieces = parts
    parts = []
    bytes = 0
    kept = as
    for (const [index, piece] of pieces.entries()) stream(piece, ends && index === pieces.length - 1)
  }

  const collect = (piece: Buffer, ends: boolean) => {
    bytes += piece.length
    parts.push(piece)
    if (bytes > maxClientLineBytes + 1) return outgrown(ends)
    if (!ends) return
    const line = Buffer.concat(parts, bytes)
    const taken = options.read(line)
    if (!taken) return pass(line)
    emit()
    taken.act()
    taking = true
    if (taken.answers) watcher.push(line)
    taking = false
    options.flush()
  }

  /** What has come of a line so far goes on if nothing in it can matter; otherwise all of it is dropped as it comes. */
  const outgrown = (ends: boolean) => {
    const pieces = parts
    const [first] = pieces
    if (bytes - (pieces.at(-1)?.length ?? 0) <= maxClientLineBytes + 1 && first) {
      if (options.harmless(Buffer.concat(pieces, headLength).toString())) {
        emit()
        return letGo('nothing', ends)
      }
    }
    parts = []
    lastAnswer = undefined
    for (const piece of pieces) watcher.push(piece)
    if (!ends) return
    emit()
    options.tooLong(bytes - 1, lastAnswer)
    options.flush()
  }

  const push = (chunk: Buffer) => {
    const reading = options.reading()
    if (!reading && !options.copying() && !edits.active() && (!inLine || kept === 'nothing')) {
      kept = 'nothing'
      if (watcher.push(chunk)) options.flush()
      inLine = watcher.midLine()
      writer.pass(chunk, inLine)
      return
    }
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(LF, from)
      const to = end === -1 ? chunk.length : end + 1
      if (!inLine) begin(reading)
      inLine = end === -1
      const piece = chunk.subarray(from, to)
      if (kept === 'line') collect(piece, !inLine)
      else if (kept === 'edit') collectToEdit(piece, !inLine)
      else stream(piece, !inLine)
      from = to
    }
    if (out.length > 0) emit()
  }

  return {
    push,
    lookAgain: () => {
      if (!inLine || kept !== 'line' || bytes > maxClientLineBytes + 1 || options.reading()) return
      letGo(copying(), false)
    },
    end: () => {
      if (inLine && kept === 'edit') letGo('nothing', false)
      if (!inLine || kept !== 'line' || parts.length === 0) return
      const rest = Buffer.concat(parts, bytes)
      if (options.torn(rest)) writer.pass(rest, true)
      options.flush()
    },
  }
}
