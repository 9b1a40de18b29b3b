// What the log's reader does: every read that may be slow, away from the thread that answers proxies and draws windows.
// The reader itself is a worker thread with a connection of its own (reader-worker.ts); the command line calls the same
// functions without a thread.
import type { LogMethod, LogParams, LogResult, VerifyProgress } from '../../core/wire/log-contract.ts'
import type { UiParams, UiResult } from '../../core/wire/ui-contract.ts'

/** What only the reader answers; the rest of the log's methods needs parts of the broker. */
export type ReaderMethod =
  | Extract<LogMethod, 'activity.search' | 'activity.summary' | 'activity.overview' | 'activity.get'>
  | 'statistics.get'

export type ReaderParams<M extends ReaderMethod> = M extends LogMethod ? LogParams<M> : UiParams<'statistics.get'>
export type ReaderResult<M extends ReaderMethod> = M extends LogMethod ? LogResult<M> : UiResult<'statistics.get'>

/** Sums over the log for `log.metrics`; what the broker itself knows is added there. */
export type LogFigures = Pick<
  LogResult<'log.metrics'>,
  'since' | 'calls' | 'held' | 'answered' | 'database' | 'head' | 'anchored' | 'checkpoint'
>

export type AuditReader = {
  request<M extends ReaderMethod>(method: M, params: ReaderParams<M>): Promise<ReaderResult<M>>
  figures(params: LogParams<'log.metrics'>): Promise<LogFigures>
  /** Walks the whole log. One at a time; `progress` is called about ten times a second. */
  verify(progress: (done: number, total: number) => void): Promise<Extract<VerifyProgress, { state: 'done' }>>
  /** Says that rows of these calls are new or changed; the next request sees them. */
  changed(calls: readonly string[]): void
  stop(): Promise<void>
}
