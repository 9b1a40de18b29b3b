// `countersign audit export`: the log, or some calls of it, as a file for other programs and other people.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import { csvColumns, csvRow, eventsOf, everyEvent, exportEnd, exportHeading, exportLine } from '../audit/export.ts'
import { callId } from '../audit/query.ts'
import { type OpenedLog, selectedCalls, withLog } from './audit-log.ts'
import { type QueryWords, queryUsage, readQueryArguments } from './audit-query.ts'
import { type Command, PlainError, UsageError } from './command.ts'
import { readFingerprint } from './home-status.ts'
import { type Progress, showProgress } from './progress.ts'
import { count, harmless, shortTime, type Terminal } from './terminal.ts'
import { version } from './version.ts'

const usage = `Usage: countersign audit export [QUERY…] [--format jsonl|csv] [--output FILE]

Writes the log to the standard output, or to FILE.

  --format jsonl   one recorded event a line, each with the hash of the one before it and its
                   own (the default). "countersign audit verify --export FILE" checks such a
                   file on any machine, without this log.
  --format csv     one call a row. Cells that a spreadsheet would take for formulas begin with
                   an apostrophe.
  -o, --output FILE   only its owner can read it; a file that is there is not written over
  --force             but this time it is

${queryUsage}
Without QUERY everything is exported. Secrets are not in the log, so they are in no export.
`

const chunkCharacters = 256 * 1024

type Sink = { write(text: string): Promise<void>; done(): void; failed(): void }

/** Written beside its name first: half an export must not look like one. */
function fileSink(file: string, force: boolean): Sink {
  const partial = `${file}.partial`
  let fd: number
  try {
    if (!force) closeSync(openSync(file, 'wx', 0o600))
    fd = openSync(partial, 'w', 0o600)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new PlainError(`${file} is there already. Use another name, or --force.`)
    throw new PlainError(`${file} cannot be written: ${message}`, 1, { cause: error })
  }
  return {
    write: async (text) => {
      const bytes = Buffer.from(text)
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
    },
    done: () => {
      closeSync(fd)
      renameSync(partial, file)
    },
    failed: () => {
      closeSync(fd)
      rmSync(partial, { force: true })
      if (!force) rmSync(file, { force: true })
    },
  }
}

const terminalSink = (out: Terminal): Sink => ({
  write: (text) => {
    out.write(text)
    return out.drained()
  },
  done: () => undefined,
  failed: () => undefined,
})

type Writing = { log: OpenedLog; query: QueryWords; sink: Sink; progress: Progress; now: number }
type Written = { what: string; searchedTo?: number }

async function writeEvents({ log, query, sink, progress, now }: Writing): Promise<Written> {
  const { db, engine, layout } = log
  const selected = query.text === '' ? undefined : query.text
  // Tells whose log it is; an installation without a readable key has none to tell.
  const fingerprint = readFingerprint(layout.publicKey)
  const heading = exportHeading(db, {
    ...{ version, now },
    ...('value' in fingerprint ? { key: fingerprint.value } : {}),
    ...(selected === undefined ? {} : { query: selected }),
  })
  const lines = gathered(sink)
  await lines.add(JSON.stringify(heading))
  let events = 0
  let searchedTo: number | undefined
  const total = heading.head.seq - heading.after.seq
  if (selected === undefined) {
    for (const event of everyEvent(db)) {
      await lines.add(exportLine(event))
      events += 1
      progress.at(events, total)
    }
  } else {
    let calls = 0
    for (const page of selectedCalls(engine, query.filter)) {
      searchedTo = page.searchedTo
      const ids = page.calls.map(({ call }) => callId(db, call)).filter((id) => id !== undefined)
      for (const event of eventsOf(db, ids)) {
        await lines.add(exportLine(event))
        events += 1
      }
      calls += page.calls.length
      progress.at(calls, page.total)
    }
  }
  await lines.add(exportEnd(events))
  await lines.end()
  return { what: count(events, 'event'), ...(searchedTo === undefined ? {} : { searchedTo }) }
}

async function writeRows({ log, query, sink, progress }: Writing): Promise<Written> {
  const { engine } = log
  const csv = (rows: unknown[][]) => stringify(rows, { escape_formulas: true, record_delimiter: 'windows' })
  await sink.write(csv([[...csvColumns]]))
  let calls = 0
  let searchedTo: number | undefined
  for (const page of selectedCalls(engine, query.filter)) {
    searchedTo = page.searchedTo
    const rows = page.calls.flatMap(({ call }) => {
      const { detail } = engine.request('activity.get', { call })
      return detail ? [csvRow(detail)] : []
    })
    if (rows.length > 0) await sink.write(csv(rows))
    calls += rows.length
    progress.at(calls, page.total)
  }
  return { what: count(calls, 'call'), ...(searchedTo === undefined ? {} : { searchedTo }) }
}

function gathered(sink: Sink): { add(line: string): Promise<void>; end(): Promise<void> } {
  let waiting = ''
  const flush = async () => {
    const text = waiting
    waiting = ''
    await sink.write(text)
  }
  return {
    add: async (line) => {
      waiting += `${line}\n`
      if (waiting.length >= chunkCharacters) await flush()
    },
    end: flush,
  }
}

export const auditExport: Command = {
  usage,
  run: async (context) => {
    const { out, err, now } = context
    const { values, query } = readQueryArguments(context, {
      format: { type: 'string' },
      output: { type: 'string', short: 'o' },
      force: { type: 'boolean' },
    })
    const format = values.format ?? 'jsonl'
    if (format !== 'jsonl' && format !== 'csv')
      throw new UsageError(`--format is jsonl or csv; "${format}" is neither.`)
    return withLog(context, async (log) => {
      const { output } = values
      const sink = output === undefined ? terminalSink(out) : fileSink(output, values.force === true)
      const progress = showProgress(err, 'Exporting', now)
      let written: Written
      // One state of the log from beginning to end, whatever comes in meanwhile.
      log.db.exec('BEGIN')
      try {
        const writing = { log, query, sink, progress, now: now() }
        written = await (format === 'csv' ? writeRows(writing) : writeEvents(writing))
        sink.done()
      } catch (error) {
        sink.failed()
        throw error
      } finally {
        progress.end()
      }
      if (written.searchedTo !== undefined) {
        err.line(
          `Not looked through: calls before ${shortTime(written.searchedTo, now())}. Add from: and to: to look there.`,
        )
      }
      if (output !== undefined) err.line(`${written.what} written to ${harmless(output)}.`)
      return 0
    })
  },
}
