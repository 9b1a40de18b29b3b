// The lines by which we speak of a task of ours: it is created, it stands so, it came to this. Shapes of 2025-11-25
// (basic/utilities/tasks) and of the extension since 2026-07-28 (modelcontextprotocol/ext-tasks, specification/2026-07-28).
import type { JsonObject } from '../core/schema/json.ts'
import { rpcCodes } from '../core/wire/governed-request.ts'
import { insertedFirst } from './edited-call.ts'
import { lastMember, relatedTaskKey } from './held-tasks-ids.ts'
import { firstSpan, membersAt } from './json-spans.ts'
import { type Splice, spliced } from './line-edits.ts'

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'

export type TaskFacts = {
  taskId: string
  modern: boolean
  status: TaskStatus
  message?: string | undefined
  /** ISO 8601. */
  createdAt: string
  updatedAt: string
  /** Milliseconds from its creation. */
  ttl: number
}

/** How often a client had better ask, in milliseconds. */
const pollInterval = 1_000

export function taskOf({ taskId, modern, status, message, createdAt, updatedAt, ttl }: TaskFacts): JsonObject {
  return {
    taskId,
    status,
    ...(message === undefined ? {} : { statusMessage: message }),
    createdAt,
    lastUpdatedAt: updatedAt,
    ...(modern ? { ttlMs: ttl, pollIntervalMs: pollInterval } : { ttl, pollInterval }),
  }
}

const resultLine = (idText: string, result: JsonObject): string =>
  `{"jsonrpc":"2.0","id":${idText},"result":${JSON.stringify(result)}}`

/** The answer to the call that becomes this task. */
export function createdLine(idText: string, facts: TaskFacts): string {
  const task = taskOf(facts)
  return resultLine(idText, facts.modern ? { resultType: 'task', ...task } : { task })
}

/** How the task stands; `more` is what else the extension says then. */
export function stateLine(idText: string, facts: TaskFacts, more: JsonObject = {}): string {
  return resultLine(idText, { ...(facts.modern ? { resultType: 'complete' } : {}), ...taskOf(facts), ...more })
}

/** That a request about a task was heard (2026-07-28). */
export const heardLine = (idText: string): string => resultLine(idText, { resultType: 'complete' })

export function taskErrorLine(idText: string, message: string): string {
  const error = { code: rpcCodes.invalidParams, message: `Countersign: ${message}` }
  return `{"jsonrpc":"2.0","id":${idText},"error":${JSON.stringify(error)}}`
}

/**
 * What a call came to, given as the answer to `tasks/result`: every byte of it stays, but for the id, and the name of the
 * task that it is about.
 */
export function outcomeLine(answer: Buffer, idText: string, taskId: string): Buffer {
  const text = answer.toString('latin1')
  const members = membersAt(text, firstSpan(text))
  const id = lastMember(members, 'id')
  const result = lastMember(members, 'result')
  const splices: Splice[] = []
  if (id) splices.push({ ...id, text: idText })
  if (result && text[result.start] === '{') {
    const related = `${JSON.stringify(relatedTaskKey)}:${JSON.stringify({ taskId })}`
    const inner = membersAt(text, result.start)
    const meta = lastMember(inner, '_meta')
    if (!meta) splices.push(insertedFirst(text, result.start, `"_meta":{${related}}`))
    else if (text[meta.start] === '{') {
      const names = membersAt(text, meta.start).map(({ key }) => key)
      if (!names.includes(relatedTaskKey)) splices.push(insertedFirst(text, meta.start, related))
    }
  }
  return spliced(
    answer,
    splices.sort((a, b) => a.start - b.start),
  )
}

/** The part of an answer that says what came of it, as it was written. */
export function payloadOf(answer: Buffer, key: 'result' | 'error'): Buffer | undefined {
  const text = answer.toString('latin1')
  const span = lastMember(membersAt(text, firstSpan(text)), key)
  return span && answer.subarray(span.start, span.end)
}

/** How a task stands that has come to something (2026-07-28), with that in it as it was written. */
export function finishedLine(idText: string, facts: TaskFacts, answer: Buffer): Buffer {
  const key = facts.status === 'failed' ? 'error' : 'result'
  const state = stateLine(idText, facts)
  const payload = payloadOf(answer, key)
  if (!payload) return Buffer.from(state)
  return Buffer.concat([Buffer.from(`${state.slice(0, -2)},"${key}":`), payload, Buffer.from('}}')])
}
