// How the CLI writes: aligned, short, coloured only for people, and never letting text from outside command the terminal.
export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export type Terminal = {
  /** A person watches: not a file, not a pipe. */
  readonly interactive: boolean
  /** In columns; `undefined` where nobody watches, and lines may be of any length. */
  readonly width: number | undefined
  write(text: string): void
  /** Writes the text and a line feed. */
  line(text?: string): void
  /** Resolves when what was written has gone on its way: for output that is larger than memory should be. */
  drained(): Promise<void>
  /** Wraps the text in a colour where colours are wanted. */
  paint(colour: Colour, text: string): string
}

const codes: Record<Colour, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

type Stream = {
  isTTY?: boolean
  columns?: number
  writableNeedDrain?: boolean
  write(text: string): unknown
  once?(event: 'drain', listener: () => void): unknown
}

/** Colours need a terminal that has them and no NO_COLOR (no-color.org). */
export function createTerminal(stream: Stream, env: Readonly<Record<string, string | undefined>>): Terminal {
  const interactive = stream.isTTY === true
  const coloured = interactive && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const write = (text: string) => void stream.write(text)
  return {
    interactive,
    width: interactive ? stream.columns : undefined,
    write,
    line: (text = '') => write(`${text}\n`),
    drained: () =>
      new Promise((resolve) => {
        if (stream.writableNeedDrain && stream.once) stream.once('drain', resolve)
        else resolve()
      }),
    paint: (colour, text) => (coloured ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text),
  }
}

const commanding =
  /[\0-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

/** Control, bidirectional and other invisible characters as escapes; a terminal would obey them. Tabs stay. */
export const harmless = (text: string): string =>
  text.replace(commanding, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)

/** The value as one line of JSON, with the same characters as escapes of JSON. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value).replace(commanding, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )

/** The text in lines of at most `width`, broken between words, and within those that are longer than a line. */
export function wrapped(text: string, width: number | undefined): string[] {
  if (width === undefined) return [text]
  const lines: string[] = []
  const longest = Math.max(1, width)
  const pieces = (word: string) => word.match(new RegExp(`.{1,${longest}}`, 'gsu')) ?? [word]
  for (const word of text.split(' ').flatMap(pieces)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

export const shortened = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, Math.max(0, longest - 1))}…` : text

export type Cell = string | { text: string; colour: Colour }

/** Lines of aligned columns, two spaces apart. Cells must be harmless; the last column is not padded. */
export function table(terminal: Terminal, rows: readonly (readonly Cell[])[], least: readonly number[] = []): string[] {
  const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text)
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0)
  const widths = Array.from({ length: columns }, (_, index) =>
    rows.reduce((most, row) => Math.max(most, textOf(row[index] ?? '').length), least[index] ?? 0),
  )
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const padding = index === row.length - 1 ? '' : ' '.repeat((widths[index] ?? 0) - textOf(cell).length)
        return (typeof cell === 'string' ? cell : terminal.paint(cell.colour, cell.text)) + padding
      })
      .join('  ')
      .trimEnd(),
  )
}

/** A moment in local time: the time of day for today, with the date for any other day. */
export function shortTime(at: number, now: number): string {
  const [moment, today] = [new Date(at), new Date(now)]
  if (Number.isNaN(moment.getTime())) return String(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`
  if (moment.toDateString() === today.toDateString()) return clock
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${clock}`
}

export const grouped = (value: number): string => value.toLocaleString('en-US')

/** `1 call`, `2 calls`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${grouped(value)} ${value === 1 ? one : many}`
