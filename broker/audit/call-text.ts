// The words of a call that can be looked for: its tool, arguments, result and reasons, in the full-text index `call_text`. The
// texts themselves stay in their events; of those that came in an earlier batch they are read again.
import type { Excerpt } from '../../core/schema/audit-event.ts'
import type { CallRow } from './call-row.ts'
import { type Db, prepared } from './driver.ts'
import { readEvent } from './event-log.ts'

/** The texts of a call that events have just told. */
export type CallTexts = { arguments?: Excerpt; reason?: string; edited?: Excerpt; result?: Excerpt }

/** Of one call, in characters. What comes first is what people look for. */
const mostIndexed = 24 * 1024

/** Puts the words of a call into the index. `isNew`: nothing of it can be there yet. Call inside a transaction. */
export function writeCallText(db: Db, row: CallRow, told: CallTexts, isNew: boolean): void {
  const text = indexedText(row, { ...earlierTexts(db, row, told), ...told })
  if (!isNew) prepared<[number]>(db, 'DELETE FROM call_text WHERE rowid = ?').run(row.id)
  if (text === '') return
  prepared<[number, string]>(db, 'INSERT INTO call_text (rowid, text) VALUES (?, ?)').run(row.id, text)
}

/** What of the call's texts earlier batches brought. */
function earlierTexts(db: Db, row: CallRow, told: CallTexts): CallTexts {
  const { decided_seq, answered_seq } = row
  const decided = decided_seq === null || told.arguments ? undefined : readEvent(db, decided_seq, 'call.decided')
  const edited = told.edited ?? editedArguments(db, row)
  const answered = answered_seq === null || told.result ? undefined : readEvent(db, answered_seq, 'call.answered')
  return {
    ...(decided && { arguments: decided.arguments, reason: decided.reason }),
    ...(edited && { edited }),
    ...(answered?.result && { result: answered.result }),
  }
}

/** What a person put in the place of the arguments, if so. */
const editedArguments = (db: Db, { edited_seq }: CallRow): Excerpt | undefined =>
  edited_seq === null ? undefined : readEvent(db, edited_seq, 'call.forwarded')?.edited?.arguments

/** What of the arguments with which the call ran is on record. */
export function ranWith(db: Db, row: CallRow, told: CallTexts): Excerpt | undefined {
  const { decided_seq } = row
  const edited = told.edited ?? editedArguments(db, row)
  if (edited ?? told.arguments) return edited ?? told.arguments
  return decided_seq === null ? undefined : readEvent(db, decided_seq, 'call.decided')?.arguments
}

function indexedText(row: CallRow, { arguments: args, reason, edited, result }: CallTexts): string {
  const parts = [row.tool, reason, row.person_reason, words(args?.text), words(edited?.text), words(result?.text)]
  return parts
    .filter((part) => part)
    .join('\n')
    .slice(0, mostIndexed)
}

/**
 * JSON text without its escapes, which would stick to the words after them. Of a doubled backslash nobody knows whether it
 * stands for one (`C:\\new`) or begins an escape of a JSON text within: both words are kept.
 */
function words(json: string | undefined): string | undefined {
  if (!json?.includes('\\')) return json
  return json
    .slice(0, 2 * mostIndexed)
    .replace(/(\\+)(?:u([0-9a-fA-F]{4})|([nrtbf])(\w*))?/g, (_, slashes: string, code, letter, rest) => {
      if (code) return slashes.length % 2 === 1 ? String.fromCharCode(Number.parseInt(code, 16)) : ` u${code}`
      if (letter === undefined) return ' '
      return slashes.length % 2 === 1 ? ` ${rest}` : ` ${letter}${rest} ${rest}`
    })
}
