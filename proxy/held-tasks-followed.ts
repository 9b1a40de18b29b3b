// Calls that their server answered by a task: they are over when the task is. Its client asks for that, and what it is told
// goes on record as the answer of the call; a task that nobody asks about any more has an unknown outcome.
import type { JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, isObject } from '../core/wire/governed-request.ts'
import { type Answer, idKeyOf } from './answers.ts'
import type { Desk } from './call-desk.ts'
import { advance, type GovernedCall } from './governed-call.ts'

export type FollowedTasks = {
  /** The server answered the call by a task: then the call goes on, and this is true. */
  begins(call: GovernedCall, answer: Answer): boolean
  /** The client asks about a task of its server; `ended` once that was answered, or is not looked for any more. */
  asked(method: string, taskId: string, idText: string, ended?: () => void): void
  /** Whether answers to that are still to come. */
  pending(): boolean
  /** An answer of the server, whatever to: the call that it ends, and how. */
  heard(answer: Answer): { call: GovernedCall; answer: Answer } | undefined
  /** The session is over. What a client was told of the end of its task still counts. */
  sessionOver(call: GovernedCall): Answer | undefined
}

const maxFollowed = 200
const maxAsked = 200

type Asked = { method: string; taskId: string; ended: (() => void) | undefined }

export function createFollowedTasks(desk: Desk): FollowedTasks {
  const followed = new Map<string, GovernedCall>()
  const asked = new Map<string, Asked>()
  /** Told as finished, its result not yet fetched. */
  const finished = new WeakMap<GovernedCall, Answer>()

  const letGo = (taskId: string, call: GovernedCall) => {
    followed.delete(taskId)
    if (advance(call, 'running', 'ended')) desk.end(call)
  }

  return {
    begins: (call, { value }) => {
      const taskId = call.origin === 'client' ? taskIdIn(value, call.rpc) : undefined
      if (taskId === undefined) return false
      const [oldest] = followed.size >= maxFollowed ? followed : []
      if (oldest) letGo(...oldest)
      const before = followed.get(taskId)
      if (before) letGo(taskId, before)
      followed.set(taskId, call)
      // Its request is answered: the id of it may come again.
      desk.end(call)
      call.key = `task ${JSON.stringify(taskId)}`
      call.followed = true
      desk.calls.set(call.key, call)
      return true
    },
    asked: (method, taskId, idText, ended) => {
      if (!followed.has(taskId) && !ended) return
      const [oldest] = asked.size >= maxAsked ? asked : []
      if (oldest) {
        asked.delete(oldest[0])
        oldest[1].ended?.()
      }
      asked.set(idKeyOf(idText), { method, taskId, ended })
    },
    pending: () => asked.size > 0,
    heard: (answer) => {
      const about = asked.get(answer.idKey)
      if (!about) return undefined
      asked.delete(answer.idKey)
      about.ended?.()
      const call = followed.get(about.taskId)
      if (!call) return undefined
      const end = endOf(about.method, answer, call.rpc.modern)
      if (end === undefined) return undefined
      if (end === 'finished') {
        finished.set(call, answer)
        return undefined
      }
      followed.delete(about.taskId)
      return { call, answer: end }
    },
    sessionOver: (call) => finished.get(call),
  }
}

/** The task that such a result of the call is; nothing for any other result. */
export function taskIdIn(result: unknown, { modern, beside }: GovernedRequest): string | undefined {
  const value = result as JsonValue | undefined // it came as JSON
  if (!isObject(value)) return undefined
  const task = modern ? value : value['task']
  const is = modern ? value['resultType'] === 'task' : beside?.['task'] !== undefined
  const taskId = is && isObject(task) ? task['taskId'] : undefined
  return typeof taskId === 'string' ? taskId : undefined
}

/** How a call ended that was answered like this. `finished`: it did, and the result is still to be fetched. */
function endOf(method: string, answer: Answer, modern: boolean): Answer | 'finished' | undefined {
  if (method === 'tasks/result') return answer
  if (answer.outcome === 'protocol-error') return undefined
  const status = statusOf(answer)
  if (status === 'cancelled') return { ...answer, outcome: 'tool-error' }
  if (status === 'failed') return { ...answer, outcome: modern ? 'protocol-error' : 'tool-error' }
  if (status !== 'completed') return undefined
  if (!modern) return 'finished'
  const value = answer.value as JsonValue | undefined // it came as JSON
  const result = isObject(value) ? value['result'] : undefined
  if (result === undefined) return answer
  return { ...answer, value: result, outcome: isObject(result) && result['isError'] === true ? 'tool-error' : 'ok' }
}

/** Of a long answer only the start is known; what it is about stands before what it came to. */
function statusOf({ value, head }: Answer): string | undefined {
  if (head !== undefined) return /"status"\s*:\s*"(\w+)"/.exec(head)?.[1]
  const { status } = (value ?? {}) as { status?: unknown }
  return typeof status === 'string' ? status : undefined
}
