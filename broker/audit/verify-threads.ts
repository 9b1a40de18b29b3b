// Has a second thread do part of a check. Everything is claimed through shared memory, so that this thread never has to let
// go: it does its own work, then what is left, and waits only for what the other is in the middle of. A thread that cannot
// start, or dies, costs time and nothing else.
import { Worker } from 'node:worker_threads'
import type { VerifyTask } from './verify-tasks.ts'

/** What a task is: nobody's yet, somebody's, or done, with or without a problem. */
export const taskStates = { free: 0, taken: 1, sound: 2, bad: 3 } as const

export type SharedTasks = {
  /** Takes a task that nobody has. */
  claim(): number | undefined
  settle(index: number, isSound: boolean): void
}

/** What the other thread is given (`workerData`). Its database must begin where ours does. */
export type HelperData = {
  databasePath: string
  begins: number
  spoolFolder: string | undefined
  tasks: readonly VerifyTask[]
  states: SharedArrayBuffer
}

/** `states`: one 32-bit number a task. */
export function sharedTasks(states: Int32Array<SharedArrayBuffer>): SharedTasks {
  let next = 0
  return {
    claim() {
      for (; next < states.length; next += 1) {
        if (Atomics.compareExchange(states, next, taskStates.free, taskStates.taken) === taskStates.free) return next
      }
      return undefined
    },
    settle(index, isSound) {
      Atomics.store(states, index, isSound ? taskStates.sound : taskStates.bad)
      Atomics.notify(states, index)
    },
  }
}

/** Longer than the longest task; then the other thread is taken for dead. */
const patienceMs = 60_000

/** Starts the other thread; the returned function ends it. */
export function startHelper(file: string | URL, data: HelperData): () => void {
  const helper = new Worker(file, { workerData: data, stdout: true, stderr: true })
  helper.unref()
  // It tells of failures by what it leaves undone.
  helper.on('error', () => undefined)
  return () => void helper.terminate()
}

/** Whether each task was sound, once all are done; `run` does those that the other thread leaves. */
export function finishTasks(states: Int32Array<SharedArrayBuffer>, run: (index: number) => boolean): boolean[] {
  const { claim, settle } = sharedTasks(states)
  for (let index = claim(); index !== undefined; index = claim()) settle(index, run(index))
  return Array.from(states, (_, index) => {
    if (Atomics.load(states, index) === taskStates.taken) Atomics.wait(states, index, taskStates.taken, patienceMs)
    const state = Atomics.load(states, index)
    return state === taskStates.taken ? run(index) : state === taskStates.sound
  })
}
