// The tasks of ours: which there are, what each stands for now, and how many are kept.
import type { GovernedCall } from './governed-call.ts'
import type { TaskFacts, TaskStatus } from './held-tasks-lines.ts'
import type { Question } from './held-tasks-rounds.ts'

/** A request of the client's that can only be answered later. */
export type AskedLater = { method: 'tasks/result' | 'tasks/cancel'; idText: string; line: Buffer }

export type TaskState =
  /** A person is asked, or the server is and has not answered yet. */
  | { is: 'open' }
  /** The server wants something first. */
  | { is: 'asks'; question: Question }
  /** Another name of this task of the server's. */
  | { is: 'server'; taskId: string }
  /** `answer`: what the client would have got in place of the task, without its line feed. */
  | { is: 'over'; status: TaskStatus; message: string; answer?: Buffer }

export type HeldTask = {
  readonly taskId: string
  readonly modern: boolean
  /** Key of the id of the request that it answered. */
  readonly originKey: string
  readonly createdAt: string
  /** Milliseconds. */
  readonly ttl: number
  updatedAt: string
  call: GovernedCall
  rounds: number
  state: TaskState
  later: AskedLater[]
}

export type TaskStore = {
  /** By our id of it. */
  tasks: ReadonlyMap<string, HeldTask>
  /** The task of a request of ours that its server has not answered, by the key of its id. */
  requests: Map<string, HeldTask>
  /** Our ids by those of the server. */
  names: ReadonlyMap<string, string>
  /** False where as many are open as may be. */
  add(task: HeldTask): boolean
  name(task: HeldTask, serverId: string): void
  drop(task: HeldTask): void
  /** Results are kept up to a size: the oldest go. */
  trim(newest: HeldTask): void
}

const maxTasks = 100
const maxKeptBytes = 32 * 1024 * 1024

export function createTaskStore(): TaskStore {
  const tasks = new Map<string, HeldTask>()
  const names = new Map<string, string>()
  const requests = new Map<string, HeldTask>()

  const drop = (task: HeldTask) => {
    tasks.delete(task.taskId)
    if (task.state.is === 'server' && names.get(task.state.taskId) === task.taskId) names.delete(task.state.taskId)
  }
  const isClosed = ({ state, call }: HeldTask) =>
    state.is === 'over' || (state.is === 'server' && call.state === 'ended')

  return {
    tasks,
    requests,
    names,
    add: (task) => {
      const closed = tasks.size >= maxTasks ? [...tasks.values()].find(isClosed) : undefined
      if (closed) drop(closed)
      if (tasks.size >= maxTasks) return false
      tasks.set(task.taskId, task)
      return true
    },
    name: (task, serverId) => {
      task.state = { is: 'server', taskId: serverId }
      names.set(serverId, task.taskId)
    },
    drop,
    trim: (newest) => {
      const withAnswers = [...tasks.values()].filter((task) => answerBytes(task) > 0)
      let bytes = withAnswers.reduce((sum, task) => sum + answerBytes(task), 0)
      for (const task of withAnswers) {
        if (bytes <= maxKeptBytes || task === newest) continue
        bytes -= answerBytes(task)
        drop(task)
      }
    },
  }
}

const answerBytes = ({ state }: HeldTask): number => (state.is === 'over' ? (state.answer?.length ?? 0) : 0)

const unsent = ['deciding', 'holding', 'forwarding']
/** Whether nothing of it has gone to the server yet. */
export const isUnsent = ({ call, state }: HeldTask): boolean => state.is === 'open' && unsent.includes(call.state)

/** How it stands, for a client that asks us. */
export function factsOf(task: HeldTask): TaskFacts {
  const { taskId, modern, createdAt, updatedAt, ttl, state } = task
  const common = { taskId, modern, createdAt, updatedAt, ttl }
  if (state.is === 'over') return { ...common, status: state.status, message: state.message }
  if (state.is === 'asks') return { ...common, status: 'input_required', message: 'The server wants something first' }
  const message = isUnsent(task)
    ? 'Waiting for approval in Countersign'
    : 'The server has the call and has not answered yet'
  return { ...common, status: 'working', message }
}
