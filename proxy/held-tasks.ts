// Held calls whose client can wait for a task: it is told at once that there is one, and the call waits for as long as its
// card is open. Then we make the call under an id of ours and take the answer in the client's place: where that is a task
// of the server, ours is another name of it from then on; where it is anything else, it is what our task came to.
import type { JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, isObject } from '../core/wire/governed-request.ts'
import { maxClientLineBytes } from '../core/wire/limits.ts'
import { type Answer, idKeyOf } from './answers.ts'
import type { Desk } from './call-desk.ts'
import { editNote } from './edited-call.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import { createTaskEditor } from './held-tasks-editor.ts'
import { createFollowedTasks, type FollowedTasks, taskIdIn } from './held-tasks-followed.ts'
import { createdLine, type TaskStatus } from './held-tasks-lines.ts'
import { createTaskRequests, type TaskRequests } from './held-tasks-requests.ts'
import { newTaskId, nextRound, type Question, questionIn, underOurId } from './held-tasks-rounds.ts'
import { createTaskStore, factsOf, type HeldTask, isUnsent } from './held-tasks-store.ts'
import { spliced } from './line-edits.ts'

export type HeldTasks = {
  /** The call is about to be held: its client is given a task instead of an answer, where it can take one. */
  adopt(call: GovernedCall): void
  /** A line of the client's that policy does not concern. What passes of it: nothing where it was answered here. */
  fromClient: TaskRequests['fromClient']
  /** The client gives up on a request that only we know of. */
  gaveUp(idText: string): boolean
  /** A line of ours, or one that was held back, on its way to the client. What goes on: nothing where it answers us. */
  toClient(line: string | Buffer): string | Buffer | undefined
  /** An answer of the server, whatever to: the call that it ends beside the one it answers. */
  heard(answer: Answer): ReturnType<FollowedTasks['heard']>
  /** The call goes on as a task of its server. */
  begins: FollowedTasks['begins']
  sessionOver: FollowedTasks['sessionOver']
  /** Whether answers are to come that have to be read. */
  pending(): boolean
}

export type HeldTasksOptions = {
  desk: Desk
  /** Milliseconds since the epoch. */
  now(): number
  /** Makes a call as a client would. */
  receive(rpc: GovernedRequest, whole: Buffer): void
}

/** How long what a task came to is kept where its client does not say, in milliseconds. */
const keptMs = 60 * 60_000
const longestTimer = 2 ** 31 - 1
/** As the SDK's client does where the server wants nothing but to be asked again. */
const askAgainMs = 250
const mostRounds = 20
const longestMessage = 1_000

export function createHeldTasks({ desk, now, receive }: HeldTasksOptions): HeldTasks {
  const store = createTaskStore()
  const { declared } = desk
  const followed = createFollowedTasks(desk)
  const { tasks, requests } = store
  const stamp = () => new Date(now()).toISOString()

  const finish = (task: HeldTask, status: TaskStatus, message: string, answer?: Buffer) => {
    task.updatedAt = stamp()
    task.state = { is: 'over', status, message, ...(answer === undefined ? {} : { answer }) }
    store.trim(task)
    clients.answerLater(task)
  }

  const cancel = (task: HeldTask) => {
    const { call } = task
    if (call.state === 'holding') desk.holder.withdraw(call, 'other')
    if (advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) {
      desk.spool.add('call.cancelled', { call: call.id, by: 'client', forwarded: false })
      desk.end(call)
    }
    requests.delete(call.key)
    finish(task, 'cancelled', 'Cancelled by the client')
  }

  const goOn = (task: HeldTask) => {
    if (task.state.is !== 'asks') return
    const rpc = nextRound(task.call.rpc, task.state.question)
    task.rounds += 1
    if (!rpc || task.rounds > mostRounds) {
      return finish(task, 'failed', 'Countersign: the server asks for something again and again')
    }
    task.updatedAt = stamp()
    task.state = { is: 'open' }
    const key = idKeyOf(rpc.idText)
    requests.set(key, task)
    receive(rpc, Buffer.from(`${rpc.text}\n`))
    task.call = desk.calls.get(key) ?? task.call
    task.call.task = true
  }

  const asks = (task: HeldTask, question: Question) => {
    task.updatedAt = stamp()
    task.state = { is: 'asks', question }
    clients.answerLater(task)
    if (Object.keys(question.requests).length > 0) return
    setTimeout(() => {
      goOn(task)
      desk.dispatch.flush()
    }, askAgainMs).unref()
  }

  const becomes = (task: HeldTask, serverId: string, result: JsonValue | undefined) => {
    store.name(task, serverId)
    followed.begins(task.call, { idKey: task.call.key, outcome: 'ok', bytes: 0, value: result })
    clients.answerLater(task)
  }

  /** What the client would have been answered, had it waited. */
  const answered = (task: HeldTask, line: Buffer) => {
    requests.delete(task.call.key)
    if (task.state.is !== 'open') return
    const message = JSON.parse(line.toString()) as JsonValue
    if (!isObject(message)) return
    const { result, error } = message
    if (error !== undefined) return finish(task, 'failed', wordsOf(error), line)
    const serverId = taskIdIn(result, task.call.rpc)
    if (serverId !== undefined) return becomes(task, serverId, result)
    const question = task.modern ? questionIn(result) : undefined
    if (question) return asks(task, question)
    const edited = task.call.approved?.edited
    const noted = edited ? spliced(line, editNote(task.call.rpc, edited).edit(line.toString('latin1'))) : line
    const failed = isObject(result) && result['isError'] === true
    // Since 2026-07-28 a call fails by an error of the protocol only.
    finish(task, failed && !task.modern ? 'failed' : 'completed', failed ? wordsOf(result) : 'Answered', noted)
  }

  const editor = createTaskEditor({ store, listed: (idKey) => clients.listed(idKey), answered })
  let stopEditing: (() => void) | undefined

  const expire = (task: HeldTask) => {
    if (isUnsent(task) || task.state.is === 'asks') cancel(task)
    // Another name of a task is kept for as long as there is room: only its server knows how long that lives.
    if (task.state.is === 'over') store.drop(task)
    if (tasks.size === 0 && requests.size === 0) {
      stopEditing?.()
      stopEditing = undefined
    }
    desk.dispatch.flush()
  }

  const clients = createTaskRequests({ desk, store, followed, cancel, goOn })

  return {
    adopt: (call) => {
      if (call.task || call.origin !== 'client') return
      const round = requests.has(call.key)
      const wanted = round ? undefined : declared.wanted(call.rpc)
      if (round) call.task = true
      if (!wanted) return
      call.task = true
      const ttl = desk.holder.budgetMs(call) + (wanted.ttl ?? keptMs)
      const createdAt = stamp()
      const { key: originKey, rpc } = call
      const task: HeldTask = {
        ...{ taskId: newTaskId(), modern: wanted.modern, originKey, createdAt, updatedAt: createdAt, call },
        ttl: Math.min(Math.round(ttl), longestTimer),
        ...{ rounds: 0, state: { is: 'open' }, later: [] },
      }
      if (!store.add(task)) {
        delete call.task
        return
      }
      setTimeout(() => expire(task), task.ttl).unref()
      desk.end(call)
      call.rpc = underOurId(rpc)
      call.key = idKeyOf(call.rpc.idText)
      desk.calls.set(call.key, call)
      requests.set(call.key, task)
      stopEditing ??= desk.edits.add(editor)
      desk.dispatch.push({ type: 'line', line: createdLine(rpc.idText, factsOf(task)) })
    },
    fromClient: clients.fromClient,
    gaveUp: (idText) => {
      const key = idKeyOf(idText)
      if (tasks.size === 0) return false
      if (clients.gaveUp(key)) return true
      if (desk.calls.has(key)) return false
      const task = [...tasks.values()].find(({ originKey, state }) => originKey === key && state.is === 'open')
      if (!task) return false
      // Perhaps it has not read yet that there is a task.
      if (isUnsent(task)) cancel(task)
      return true
    },
    toClient: (line) => {
      if (tasks.size === 0) return line
      const bytes = Buffer.from(line)
      if (!editor.concerns(bytes)) return line
      const splices = editor.edit(bytes.toString('latin1'))
      return splices === 'taken' ? undefined : spliced(bytes, splices)
    },
    heard: (answer) => {
      declared.heard(answer)
      const unread = answer.bytes > maxClientLineBytes ? requests.get(answer.idKey) : undefined
      if (unread) {
        requests.delete(answer.idKey)
        finish(unread, 'failed', `Countersign: the result has ${answer.bytes} bytes, too many to be kept for a task`)
      }
      return followed.heard(answer)
    },
    begins: followed.begins,
    sessionOver: followed.sessionOver,
    pending: () => declared.pending() || followed.pending(),
  }
}

/** What an error, or a result that reports one, says first. */
function wordsOf(what: JsonValue | undefined): string {
  if (!isObject(what)) return 'Failed'
  const { message, content } = what
  const [first] = Array.isArray(content) ? content : []
  const text = isObject(first) ? first['text'] : message
  return typeof text === 'string' && text !== '' ? text.slice(0, longestMessage).toWellFormed() : 'Failed'
}
