// What a client asks about tasks: answered here for those of ours, passed on with the server's name of it once it has one,
// and left as it is, byte for byte, for all others.
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { isObject } from '../core/wire/governed-request.ts'
import { idKeyOf } from './answers.ts'
import type { Desk } from './call-desk.ts'
import { editNote } from './edited-call.ts'
import type { FollowedTasks } from './held-tasks-followed.ts'
import { lastMember, type Rename, renamedIds } from './held-tasks-ids.ts'
import { finishedLine, heardLine, outcomeLine, stateLine, taskErrorLine } from './held-tasks-lines.ts'
import { answerQuestion, mayNameTask, openRequests } from './held-tasks-rounds.ts'
import { type AskedLater, factsOf, type HeldTask, isUnsent, type TaskStore } from './held-tasks-store.ts'
import { firstSpan, membersAt } from './json-spans.ts'
import { meantText, spliced } from './line-edits.ts'

export type TaskRequests = {
  /** A line of the client's, line feed included. What passes of it: nothing where it was answered here. */
  fromClient(text: string, whole: Buffer): Buffer | undefined
  /** Answers what could not be answered before. */
  answerLater(task: HeldTask): void
  /** The client gave up waiting for such an answer. */
  gaveUp(idKey: string): boolean
  /** Whether this is a request for the list of tasks, to which ours belong. */
  listed(idKey: string): boolean
}

export type TaskRequestsOptions = {
  desk: Desk
  store: TaskStore
  followed: FollowedTasks
  /** The client takes back what has not gone to the server yet. */
  cancel(task: HeldTask): void
  /** The server was given what it wanted. */
  goOn(task: HeldTask): void
}

const concerned = /task|"initialize"|server\\?\/discover/
const maxListed = 50
/** Requests about one task that wait. */
const maxLater = 50

export function createTaskRequests(options: TaskRequestsOptions): TaskRequests {
  const { desk, store, followed } = options
  const lists = new Set<string>()

  const answer = (line: string | Buffer) => desk.dispatch.push({ type: 'line', line })

  const toServer: Rename = (id) => {
    const task = store.tasks.get(id)
    if (!task) return undefined
    return task.state.is === 'server' ? { to: task.state.taskId } : 'drop'
  }
  const renamed = (whole: Buffer) => spliced(whole, renamedIds(whole.toString('latin1'), toServer))

  /** Also adds what the person changed to the answer, where that is the result. */
  const follow = (method: string, serverId: string, idText: string, task?: HeldTask) => {
    const edited = task?.call.approved?.edited
    const tells = edited !== undefined && method === (task?.modern ? 'tasks/get' : 'tasks/result')
    const ended = tells ? desk.edits.add(editNote({ idText }, edited, task?.modern)) : undefined
    followed.asked(method, serverId, idText, ended)
  }

  const wait = (task: HeldTask, later: AskedLater) => {
    if (task.later.length < maxLater) task.later.push(later)
    else answer(taskErrorLine(later.idText, `${maxLater} requests about the task ${task.taskId} wait already`))
  }

  const result = (task: HeldTask, idText: string) => {
    const { state, taskId } = task
    if (state.is !== 'over') return
    if (state.answer) answer(outcomeLine(state.answer, idText, taskId))
    else answer(taskErrorLine(idText, `the task ${taskId} was cancelled and has no result`))
  }

  const cancel = (task: HeldTask, later: AskedLater) => {
    const { modern, state, taskId } = task
    if (state.is === 'over') {
      const problem = `the task ${taskId} cannot be cancelled: it is ${state.status} already`
      return answer(modern ? heardLine(later.idText) : taskErrorLine(later.idText, problem))
    }
    // Only the server can stop it now, and it has not said yet by what name.
    if (state.is === 'open' && !isUnsent(task)) return wait(task, later)
    options.cancel(task)
    answer(modern ? heardLine(later.idText) : stateLine(later.idText, factsOf(task)))
  }

  const get = (task: HeldTask, idText: string) => {
    const { state, modern } = task
    if (modern && state.is === 'over' && state.answer) return answer(finishedLine(idText, factsOf(task), state.answer))
    const asks = state.is === 'asks' ? { inputRequests: openRequests(state.question) } : {}
    answer(stateLine(idText, factsOf(task), asks))
  }

  const update = (task: HeldTask, idText: string, params: JsonObject) => {
    answer(heardLine(idText))
    if (task.state.is !== 'asks') return
    if (answerQuestion(task.state.question, params['inputResponses'])) options.goOn(task)
  }

  /** True where it was answered, or will be. */
  const about = (task: HeldTask, method: string, idText: string, params: JsonObject, line: Buffer): boolean => {
    switch (method) {
      case 'tasks/get':
        get(task, idText)
        return true
      case 'tasks/result':
        if (task.modern) return false
        if (task.state.is === 'over') result(task, idText)
        else wait(task, { method, idText, line })
        return true
      case 'tasks/cancel':
        cancel(task, { method, idText, line })
        return true
      case 'tasks/update':
        if (!task.modern) return false
        update(task, idText, params)
        return true
      default:
        return false
    }
  }

  const read = (message: JsonObject, whole: Buffer): boolean => {
    const { method, params } = message
    const idText = idTextIn(whole)
    if (typeof method !== 'string' || idText === undefined) return false
    if (method === 'initialize' || method === 'server/discover') desk.declared.asked(method, idText)
    if (method === 'tasks/list' && store.tasks.size > 0 && !(isObject(params) && params['cursor'] !== undefined)) {
      const [oldest] = lists.size >= maxListed ? lists : []
      if (oldest !== undefined) lists.delete(oldest)
      lists.add(idKeyOf(idText))
    }
    const taskId = isObject(params) && method.startsWith('tasks/') ? params['taskId'] : undefined
    if (typeof taskId !== 'string' || !isObject(params)) return false
    const task = store.tasks.get(taskId)
    if (task && task.state.is !== 'server') return about(task, method, idText, params, whole)
    follow(method, task?.state.is === 'server' ? task.state.taskId : taskId, idText, task)
    return false
  }

  return {
    fromClient: (text, whole) => {
      if (!concerned.test(text)) return whole
      const message = parsed(text)
      if (isObject(message) && read(message, whole)) return undefined
      return mayNameTask(text) && message !== undefined ? renamed(whole) : whole
    },
    answerLater: (task) => {
      const { later } = task
      task.later = []
      for (const asked of later) {
        const { method, idText, line } = asked
        if (task.state.is === 'server') {
          follow(method, task.state.taskId, idText, task)
          desk.dispatch.push({ type: 'pass', bytes: renamed(line) })
        } else if (method === 'tasks/result') result(task, idText)
        else cancel(task, asked)
      }
    },
    gaveUp: (idKey) => {
      for (const task of store.tasks.values()) {
        const left = task.later.filter(({ method, idText }) => method !== 'tasks/result' || idKeyOf(idText) !== idKey)
        if (left.length === task.later.length) continue
        task.later = left
        return true
      }
      return false
    },
    listed: (idKey) => lists.delete(idKey),
  }
}

/** The id as it was written; only of a request. */
function idTextIn(whole: Buffer): string | undefined {
  const text = whole.toString('latin1')
  const id = lastMember(membersAt(text, firstSpan(text)), 'id')
  const idText = id && meantText(text.slice(id.start, id.end))
  return idText !== undefined && /^["\d-]/.test(idText) ? idText : undefined
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined // passed on as it is: what to make of it is the server's to say
  }
}
