// A check of the whole log in a thread of its own, so that neither proxies nor windows wait for it.
import { Worker } from 'node:worker_threads'
import type { VerifyProgress } from '../../core/wire/log-contract.ts'
import type { ReaderTask, VerifyMessage } from './reader-messages.ts'
import type { VerifyReport } from './verify-report.ts'

export type VerifyThreadOptions = {
  database: string
  readerFile: string
  verifyFile?: string
  spoolFolder?: string
  publicKey?: string
}

type Done = Extract<VerifyProgress, { state: 'done' }>

/** `report` rejects where the check could not be made, or was stopped. */
export function verifyInThread(
  { database, readerFile, verifyFile, spoolFolder, publicKey }: VerifyThreadOptions,
  progress: (done: number, total: number) => void,
): { report: Promise<Done>; stop(): Promise<void> } {
  const { promise, resolve, reject } = Promise.withResolvers<Done>()
  const task: ReaderTask = {
    ...{ task: 'verify', database },
    ...(spoolFolder !== undefined && { spoolFolder }),
    ...(publicKey !== undefined && { publicKey }),
    ...(verifyFile !== undefined && { helperFile: verifyFile }),
  }
  const thread = new Worker(readerFile, { workerData: task })
  thread.on('message', (message: VerifyMessage) => {
    if (message.kind === 'progress') progress(message.done, message.total)
    else if (message.kind === 'done') resolve(doneNow(message.report))
    else reject(new Error(message.message))
  })
  thread.on('error', reject)
  thread.on('exit', () => reject(new Error('the check was ended before it was done')))
  return {
    report: promise,
    stop: async () => {
      await thread.terminate()
    },
  }
}

const doneNow = ({ ok, events, calls, head, problems }: VerifyReport): Done => ({
  ...{ state: 'done', at: Date.now(), ok, events, calls, head },
  problems: problems.map(({ where, place, problem }) => ({ where, place, problem })),
})
