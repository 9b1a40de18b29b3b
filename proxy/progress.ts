// Telling a client that gave a progress token that its call still waits, and keeping the upstream's own progress above
// what was told: the values of one token must only ever rise.
import { idKeyOf } from './answers.ts'
import { atEnd, type GovernedCall } from './governed-call.ts'
import { elementsAt, firstSpan, type Member, membersAt, type Span } from './json-spans.ts'
import { type LineEdits, meantText, type Splice } from './line-edits.ts'

export type Progress = {
  /** Begins to tell the client, where it wants to be told; gives what stops it. */
  start(call: GovernedCall): () => void
}

export type ProgressOptions = {
  edits: LineEdits
  /** Writes one line to the client. */
  answer(line: string): void
}

const heartbeatMs = 5_000
/** Progress messages are short; what is longer than this is something else. */
const longestLine = 64 * 1024
const method = 'notifications/progress'

export function createProgress({ edits, answer }: ProgressOptions): Progress {
  /** What was told last, by token. */
  const told = new Map<string, number>()
  let remove: (() => void) | undefined

  const editor = {
    longest: longestLine,
    // With a slash that is escaped it is still the same method.
    concerns: (line: Buffer) => line.includes('/progress'),
    edit: (text: string) => raised(text, told),
  }

  const watch = (call: GovernedCall, key: string) => {
    remove ??= edits.add(editor)
    atEnd(call, () => {
      told.delete(key)
      if (told.size > 0) return
      remove?.()
      remove = undefined
    })
  }

  return {
    start: (call) => {
      const { progressToken } = call.rpc
      if (progressToken === undefined || call.origin !== 'client') return () => undefined
      const key = idKeyOf(progressToken)
      const timer = setInterval(() => {
        const value = (told.get(key) ?? 0) + 1
        if (value === 1) watch(call, key)
        told.set(key, value)
        const params = `"progressToken":${progressToken},"progress":${value},"message":"Waiting for approval in Countersign"`
        answer(`{"jsonrpc":"2.0","method":"${method}","params":{${params}}}`)
      }, heartbeatMs)
      return () => clearInterval(timer)
    },
  }
}

/** The numbers to put in place of `progress` and `total`, wherever the line tells of a token that was told of before. */
function raised(text: string, told: ReadonlyMap<string, number>): Splice[] {
  const start = firstSpan(text)
  const messages = text[start] === '[' ? elementsAt(text, start) : [{ start, end: text.length }]
  return messages.flatMap((message) => {
    const members = membersAt(text, message.start)
    if (!members.some((member) => member.key === 'method' && valueAt(text, member) === method)) return []
    return members.flatMap((member) => (member.key === 'params' ? raisedIn(text, member.value, told) : []))
  })
}

function raisedIn(text: string, params: Span, told: ReadonlyMap<string, number>): Splice[] {
  const members = membersAt(text, params.start)
  const token = members.findLast(({ key }) => key === 'progressToken')
  const by = token && told.get(idKeyOf(JSON.stringify(valueAt(text, token))))
  if (by === undefined) return []
  return members.flatMap(({ key, value }) => {
    if (key !== 'progress' && key !== 'total') return []
    const more = raisedNumber(text.slice(value.start, value.end), by)
    return more === undefined ? [] : [{ ...value, text: more }]
  })
}

/** A plain decimal keeps its digits, however many it has. Nothing for what is no number. */
function raisedNumber(written: string, by: number): string | undefined {
  const [, whole, fraction = ''] = /^(\d+)(\.\d+)?$/.exec(written) ?? []
  if (whole !== undefined) return `${BigInt(whole) + BigInt(by)}${fraction}`
  const value = Number(written)
  return /^-?\d/.test(written) && Number.isFinite(value) ? String(value + by) : undefined
}

function valueAt(text: string, { value }: Member): unknown {
  return JSON.parse(meantText(text.slice(value.start, value.end)))
}
