// Requests that we send in place of a client whose call became a task: under an id of our own, and again where the server
// wants something first (2026-07-28), with what the client gave it.
import * as crypto from 'node:crypto'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, isObject } from '../core/wire/governed-request.ts'
import { lastMember } from './held-tasks-ids.ts'
import { firstSpan, membersAt } from './json-spans.ts'
import { withRoundTrip } from './round-trips.ts'

/** What the server asks for before it goes on, by its names, and what it was answered so far. */
export type Question = { requests: JsonObject; responses: JsonObject; state: JsonValue | undefined }

const callPrefix = 'countersign-call-'
const taskPrefix = 'countersign-task-'
const random = () => crypto.randomBytes(16).toString('hex')

/** An id that nobody can guess, of characters that nobody escapes. */
export const newTaskId = (): string => `${taskPrefix}${random()}`

/** Whether the text may name such a task; whether it may be an answer to such a request. */
export const mayNameTask = (text: string | Buffer): boolean => text.includes(taskPrefix)
export const mayBeOurs = (text: string | Buffer): boolean => text.includes(callPrefix)

/** The same request under an id of ours. */
export function underOurId(rpc: GovernedRequest): GovernedRequest {
  const id = lastMember(membersAt(rpc.text, firstSpan(rpc.text)), 'id')
  const idText = JSON.stringify(`${callPrefix}${random()}`)
  if (!id) return rpc
  return { ...rpc, idText, text: rpc.text.slice(0, id.start) + idText + rpc.text.slice(id.end) }
}

export function questionIn(result: JsonValue | undefined): Question | undefined {
  if (!isObject(result) || result['resultType'] !== 'input_required') return undefined
  const { inputRequests, requestState } = result
  return { requests: isObject(inputRequests) ? inputRequests : {}, responses: {}, state: requestState }
}

/** What is still to be answered. */
export const openRequests = ({ requests, responses }: Question): JsonObject =>
  Object.fromEntries(Object.entries(requests).filter(([name]) => !Object.hasOwn(responses, name)))

/** Takes what answers it; whether nothing is open any more. */
export function answerQuestion(question: Question, responses: JsonValue | undefined): boolean {
  if (isObject(responses)) {
    const open = openRequests(question)
    const given = Object.entries(responses).filter(([name]) => Object.hasOwn(open, name))
    question.responses = Object.fromEntries([...Object.entries(question.responses), ...given])
  }
  return Object.keys(openRequests(question)).length === 0
}

/** The request with which it goes on. */
export function nextRound(rpc: GovernedRequest, { responses, state }: Question): GovernedRequest | undefined {
  const inputResponses = Object.keys(responses).length === 0 ? undefined : responses
  return withRoundTrip(underOurId(rpc), { requestState: state, inputResponses })
}
