// Long text is shown in chunks, so that a megabyte in an argument neither freezes the window nor gets cut: every chunk
// but the first waits behind a button that says how much is left.

export type TextLine = {
  /** 1-based number, or nothing where the line continues from the row above. */
  readonly number: number | undefined
  readonly text: string
}

/** A row longer than this is continued on the next one, in UTF-16 units. */
const maxRow = 2000

/** Cuts `line` into rows that fit, never between the halves of a surrogate pair; one empty row for an empty line. */
export function rowsOf(line: string): string[] {
  const rows: string[] = []
  let start = 0
  do {
    let end = Math.min(start + maxRow, line.length)
    const last = line.charCodeAt(end - 1)
    if (end < line.length && last >= 0xd800 && last <= 0xdbff) end -= 1
    rows.push(line.slice(start, end))
    start = end
  } while (start < line.length)
  return rows
}

/** Splits at `\n`, keeping a `\r` before it visible to the caller, and continues overlong lines on numberless rows. */
export function textLines(text: string): TextLine[] {
  const rows: TextLine[] = []
  const lines = text.split('\n')
  // A final line break ends the last line; it does not start another.
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  const breaks = text.split('\n').length - 1
  lines.forEach((line, index) => {
    // The line end stays with its line, so that a CR before it is judged as part of a line end.
    const whole = index < breaks && line.endsWith('\r') ? `${line}\n` : line
    rowsOf(whole).forEach((row, part) => {
      rows.push({ number: part === 0 ? index + 1 : undefined, text: row })
    })
  })
  return rows
}

/** How many lines a person would count: a final line break does not start another line. */
export function countLines(text: string): number {
  if (text === '') return 0
  const breaks = text.split('\n').length
  return text.endsWith('\n') ? breaks - 1 : breaks
}

/** End of the chunk that starts at row `start`: at most `maxRows` rows and about `maxUnits` UTF-16 units. */
export function chunkEnd(rows: readonly TextLine[], start: number, maxRows = 400, maxUnits = 60_000): number {
  let units = 0
  let end = start
  while (end < rows.length && end - start < maxRows && (units < maxUnits || end === start)) {
    units += rows[end]?.text.length ?? 0
    end += 1
  }
  return end
}

/** End of what is shown after one more request for it: each shows as much again, so that few lead to the end. */
export function nextChunkEnd(rows: readonly TextLine[], shown: number): number {
  return chunkEnd(rows, shown, Math.max(400, shown), 400_000)
}
