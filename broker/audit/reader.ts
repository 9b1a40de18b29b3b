// The broker's end of the reader (reader-contract.ts): starts its thread, hands questions over, and copes with a thread that dies
// or cannot be had.
import { Worker } from 'node:worker_threads'
import type { CallFilter } from '../../core/audit/call-filter.ts'
import type { AuditReader } from './reader-contract.ts'
import type { ReaderAnswer, ReaderError, ReaderQuestion, ReaderTask } from './reader-messages.ts'
import { type ReaderService, startReaderService } from './reader-service.ts'
import { verifyInThread } from './verify-in-thread.ts'

export type ReaderOptions = {
  /** Path of the database, which exists. */
  database: string
  /** The thread's program: reader-worker.ts, or what it was built into. */
  readerFile: string
  /** The program of the thread that helps with checks: verify-worker.ts, or what it was built into. */
  verifyFile?: string
  /** Whose files a check looks at, too. */
  spoolFolder?: string
  /** The install's public key (PEM). */
  publicKey?: string
  /** What stands in the log in the place of a text, where it is a secret. */
  marks?(text: string): string | undefined
  log(line: string): void
}

/** So long after the start the thread begins to read the log, unless it is asked before: starting comes first. */
const warmUpMs = 1_000
/** A thread that dies again within this time is not started once more. */
const restartMs = 60_000
/** Beyond this reading all anew is faster than reading one after the other. */
const mostNamed = 20_000

type Asked = { question: Extract<ReaderQuestion, { kind: 'ask' }>; tries: number } & PromiseWithResolvers<unknown>
type Running = { say(question: ReaderQuestion): void; end(): Promise<void> }

export function createReader(options: ReaderOptions): AuditReader {
  const { database, readerFile, log } = options
  const open = new Map<number, Asked>()
  let last = 0
  let running: Running | undefined
  let diedAt = Number.NEGATIVE_INFINITY
  let stopped = false
  let checking: ReturnType<typeof verifyInThread> | undefined
  const warmUp = setTimeout(() => void started(), warmUpMs)
  warmUp.unref()

  const take = (answer: ReaderAnswer) => {
    if (answer.kind === 'ready') return
    const asked = open.get(answer.id)
    open.delete(answer.id)
    if (answer.kind === 'value') asked?.resolve(answer.value)
    else asked?.reject(errorOf(answer.error))
  }

  /** The same questions in this process: a window that is slow for a moment is better than one that shows nothing. */
  const startHere = (): Running => {
    let service: ReaderService | undefined
    return {
      say(question) {
        setImmediate(() => {
          if (stopped) return
          try {
            service ??= startReaderService(database, take)
            service.take(question)
          } catch (error) {
            if (question.kind === 'ask') take({ kind: 'error', id: question.id, error: plainError(error as Error) })
          }
        })
      },
      async end() {
        service?.stop()
      },
    }
  }

  const startThread = (): Running => {
    const thread = new Worker(readerFile, { workerData: { task: 'read', database } satisfies ReaderTask })
    let ready = false
    let problem = 'it ended'
    const ended = Promise.withResolvers<void>()
    thread.on('message', (answer: ReaderAnswer) => {
      if (answer.kind === 'ready') ready = true
      take(answer)
    })
    thread.on('error', (error: Error) => {
      problem = error.message
    })
    thread.on('exit', () => {
      ended.resolve()
      if (!stopped) died(ready, problem)
    })
    return {
      say: (question) => thread.postMessage(question),
      async end() {
        thread.postMessage({ kind: 'stop' } satisfies ReaderQuestion)
        // What it is in the middle of takes a fraction of a second; nobody waits for the answer.
        const late = setTimeout(() => void thread.terminate(), 500)
        await ended.promise
        clearTimeout(late)
      },
    }
  }

  const died = (wasReady: boolean, problem: string) => {
    running = undefined
    const now = performance.now()
    const again = now - diedAt < restartMs
    diedAt = now
    if (!wasReady) {
      log(`The log's reader cannot have a thread of its own (${problem}); windows may be slower.`)
      running = startHere()
    } else log(`The log's reader ended (${problem})${again ? ' again' : '; it is started again'}.`)
    for (const asked of open.values()) {
      // What was asked twice when it died may be what kills it.
      if (wasReady && (again || asked.tries > 1)) {
        open.delete(asked.question.id)
        asked.reject(new Error(`the log's reader ended: ${problem}`))
      } else hand(asked)
    }
  }

  const started = (): Running => {
    clearTimeout(warmUp)
    if (running) return running
    try {
      running = startThread()
    } catch (error) {
      log(`The log's reader cannot have a thread of its own (${(error as Error).message}); windows may be slower.`)
      running = startHere()
    }
    return running
  }

  const hand = (asked: Asked) => {
    asked.tries += 1
    started().say(asked.question)
  }

  const ask = (method: string, params: unknown): Promise<unknown> => {
    if (stopped) return Promise.reject(new Error('Countersign is stopping'))
    last += 1
    const question = { kind: 'ask' as const, id: last, method, params, marks: marksIn(params, options.marks) }
    const asked = { question, tries: 0, ...Promise.withResolvers<unknown>() }
    open.set(last, asked)
    hand(asked)
    return asked.promise
  }

  return {
    request: (method, params) => ask(method, params) as never,
    figures: (params) => ask('figures', params) as never,
    async verify(progress) {
      if (checking) throw new Error('the log is being checked already')
      checking = verifyInThread(options, progress)
      try {
        return await checking.report
      } finally {
        checking = undefined
      }
    },
    changed(calls) {
      // What was not read yet is read as it is then.
      running?.say({ kind: 'changed', calls: calls.length > mostNamed ? undefined : calls })
    },
    async stop() {
      if (stopped) return
      stopped = true
      clearTimeout(warmUp)
      for (const asked of open.values()) asked.reject(new Error('Countersign is stopping'))
      open.clear()
      await Promise.all([running?.end(), checking?.stop()])
    },
  }
}

function marksIn(params: unknown, marks: ReaderOptions['marks']): [string, string][] {
  const words = (params as { filter?: CallFilter }).filter?.words ?? []
  return words.flatMap(({ text }) => {
    const mark = marks?.(text)
    return mark === undefined ? [] : [[text, mark] satisfies [string, string]]
  })
}

const plainError = ({ message, stack }: Error): ReaderError => ({ message, stack, isRange: false })

function errorOf({ message, stack, isRange }: ReaderError): Error {
  const error = isRange ? new RangeError(message) : new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
