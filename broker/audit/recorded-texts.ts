// Whether some characters stand in what is recorded of a call, which the full-text index cannot tell: it knows words only.
import { type Db, prepared } from './driver.ts'
import { parseJson } from './spool-line.ts'

type Stored = Record<'tool' | 'said' | 'decided' | 'edited' | 'answered', string | null>

/** What of an event's data is looked into; anything of it can be missing. */
type Told = {
  reason?: unknown
  arguments?: { text?: unknown }
  edited?: { arguments?: { text?: unknown } }
  result?: { text?: unknown }
}

/** The recorded texts of the call with this id: tool, reasons, arguments, what a person put in their place, result. */
export function textsOf(db: Db, id: number): string[] {
  const row = prepared<[number], Stored>(
    db,
    // Not as a join, which takes SQLite twice as long here.
    `SELECT (SELECT text FROM name WHERE name.id = call.tool) AS tool, person_reason AS said,
       (SELECT data FROM event WHERE seq = call.decided_seq) AS decided,
       (SELECT data FROM event WHERE seq = call.edited_seq) AS edited,
       (SELECT data FROM event WHERE seq = call.answered_seq) AS answered
     FROM call WHERE id = ?`,
  ).get(id)
  if (!row) return []
  const { reason, arguments: args } = toldBy(row.decided)
  const { edited } = toldBy(row.edited)
  const { result } = toldBy(row.answered)
  return [row.tool, row.said, reason, args?.text, edited?.arguments?.text, result?.text].filter(
    (text) => typeof text === 'string',
  )
}

// Parsed here and not by SQLite, which takes three times as long; thousands are looked at for one answer.
const toldBy = (data: string | null): Told => (data === null ? {} : ((parseJson(data) ?? {}) as Told))

/** Whether one of the texts has one of the `needles` (lower case) in it. JSON is looked at as it is written and without its escapes. */
export const hasAny = (texts: readonly string[], needles: readonly string[]): boolean =>
  texts.some((text) => {
    const lower = text.toLowerCase()
    return needles.some((needle) => lower.includes(needle)) || (text.includes('\\') && saysAny(text, needles))
  })

function saysAny(json: string, needles: readonly string[]): boolean {
  const said = json.replace(
    /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g,
    (_, code: string | undefined, sign: string | undefined) => {
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      return sign === undefined ? '' : (escapes[sign] ?? sign)
    },
  )
  const lower = said.toLowerCase()
  return needles.some((needle) => lower.includes(needle))
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
