// Answers the reader's questions one after the other: in its thread, or where none can be had in the broker's own.
import { openDatabase } from './driver.ts'
import type { ReaderMethod, ReaderParams } from './reader-contract.ts'
import { type Engine, openEngine } from './reader-engine.ts'
import type { ReaderAnswer, ReaderError, ReaderQuestion } from './reader-messages.ts'

export type ReaderService = {
  take(question: ReaderQuestion): void
  stop(): void
}

type Ask = Extract<ReaderQuestion, { kind: 'ask' }>

/** Opens the database at `path` for reading. Throws where that fails. What comes of questions goes to `say`. */
export function startReaderService(path: string, say: (answer: ReaderAnswer) => void): ReaderService {
  const db = openDatabase(path, { readonly: true })
  let marks = new Map<string, string>()
  let engine: Engine
  try {
    engine = openEngine(db, { marks: (text) => marks.get(text) })
  } catch (error) {
    db.close()
    throw error
  }
  let waiting: Ask[] = []
  let loading = true
  let stopped = false

  const answer = ({ id, method, params, marks: given }: Ask) => {
    marks = new Map(given)
    try {
      const value =
        method === 'figures'
          ? engine.figures(params as { days: number })
          : engine.request(method as ReaderMethod, params as ReaderParams<ReaderMethod>)
      say({ kind: 'value', id, value })
    } catch (error) {
      say({ kind: 'error', id, error: readerError(error) })
    }
  }
  /** In small steps: what needs no columns is answered in between. */
  const load = () => {
    if (stopped) return
    try {
      if (!engine.load()) return void setImmediate(load)
    } catch {
      // Whoever asks is told, because the engine then tries again.
    }
    loading = false
    const asked = waiting
    waiting = []
    for (const one of asked) answer(one)
  }
  setImmediate(load)
  say({ kind: 'ready' })

  return {
    take(question) {
      if (stopped) return
      if (question.kind === 'stop') return this.stop()
      if (question.kind === 'changed') return engine.changed(question.calls)
      const { method, params } = question
      if (loading && !engine.needsNoLoading(method as ReaderMethod, params)) waiting.push(question)
      else answer(question)
    },
    stop() {
      if (stopped) return
      stopped = true
      db.close()
    },
  }
}

function readerError(error: unknown): ReaderError {
  const { message, stack } = error as Error
  return { message, stack, isRange: error instanceof RangeError }
}
