// What the broker and the reader's thread say to each other. Both are built from the same sources, so nothing is parsed.
import type { VerifyReport } from './verify-report.ts'

/** `workerData`: what the thread is for. */
export type ReaderTask =
  | { task: 'read'; database: string }
  | {
      task: 'verify'
      database: string
      spoolFolder?: string
      /** The install's public key (PEM), if there is one. */
      publicKey?: string
      /** The program of a thread that helps. */
      helperFile?: string
    }

export type ReaderQuestion =
  | {
      kind: 'ask'
      id: number
      /** A `ReaderMethod`, or `figures`. */
      method: string
      params: unknown
      /** What stands in the log in the place of words of the filter that are secrets. */
      marks: readonly (readonly [word: string, mark: string])[]
    }
  /** Rows of these calls are new or changed; of all, where none are named. */
  | { kind: 'changed'; calls: readonly string[] | undefined }
  | { kind: 'stop' }

export type ReaderAnswer =
  | { kind: 'ready' }
  | { kind: 'value'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: ReaderError }

/** `isRange`: a RangeError, which is the asker's mistake. */
export type ReaderError = { message: string; stack: string | undefined; isRange: boolean }

export type VerifyMessage =
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'done'; report: VerifyReport }
  | { kind: 'failed'; message: string }
