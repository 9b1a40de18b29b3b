// Opens the log for commands that ask what the explorer asks: the same engine, without a thread.
import type { CallFilter } from '../../core/audit/call-filter.ts'
import { type Engine, openEngine } from '../audit/reader-engine.ts'
import { existingMarks } from '../marks.ts'
import { layoutHere } from '../paths.ts'
import { openForReading } from './audit-database.ts'
import type { CommandContext } from './command.ts'

export type OpenedLog = { db: ReturnType<typeof openForReading>; engine: Engine; layout: ReturnType<typeof layoutHere> }

/** Throws a PlainError where there is none. Closed when `work` is over. */
export async function withLog<R>(
  { now }: Pick<CommandContext, 'now'>,
  work: (log: OpenedLog) => R | Promise<R>,
): Promise<R> {
  const layout = layoutHere()
  const db = openForReading(layout)
  try {
    // A secret is looked for by the mark that stands for it.
    const marks = existingMarks(layout)?.mark
    return await work({ db, engine: openEngine(db, { now, ...(marks && { marks }) }), layout })
  } finally {
    db.close()
  }
}

const page = 1_000

/** The calls that the filter selects, newest first, in pages, as they are when the first page is read. */
export function* selectedCalls(engine: Engine, filter: CallFilter, most = Number.POSITIVE_INFINITY) {
  let asOf: string | undefined
  for (let offset = 0; offset < most; ) {
    const limit = Math.min(page, most - offset)
    const found = engine.request('activity.search', { filter, offset, limit, ...(asOf === undefined ? {} : { asOf }) })
    asOf = found.asOf
    yield found
    offset += found.calls.length
    if (found.calls.length < limit) return
  }
}
