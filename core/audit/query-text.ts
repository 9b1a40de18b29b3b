// How the text of a query falls into its parts, and how a value is written so that it reads back as itself. What the parts
// mean is in call-query.ts. A quote inside quotes is doubled; `\u{202e}` stands for a character that cannot be seen.

export type QueryValue = {
  readonly text: string
  /** Stood in quotes: taken as it is. */
  readonly quoted: boolean
  readonly at: number
  readonly length: number
}

export type QueryToken = {
  /** Of all of it, the minus included. */
  readonly at: number
  readonly length: number
  readonly exclude: boolean
  /** What stood before the colon, as typed; nothing for a word. */
  readonly name: string | undefined
  /** Empty ones are left out. A word has exactly one, unless nothing follows its minus. */
  readonly values: readonly QueryValue[]
  /** Its last quote has no end. */
  readonly open: boolean
}

const space = /\s/
/** A scheme (`https://`) or a drive (`C:\`) is no name. */
const nameHere = /([A-Za-z][A-Za-z_-]*):(?!\/\/|\\)/y
/** What cannot be seen, or reorders what stands around it. */
const unseen = /[\p{C}\p{Z}]/u

export function readTokens(text: string): QueryToken[] {
  const tokens: QueryToken[] = []
  let at = 0
  while (at < text.length) {
    if (space.test(text.charAt(at))) at += 1
    else {
      const token = readToken(text, at)
      tokens.push(token)
      at += token.length
    }
  }
  return tokens
}

function readToken(text: string, at: number): QueryToken {
  // Two of them begin a flag (`--force`), which is a word.
  const exclude = text[at] === '-' && text[at + 1] !== '-'
  const start = exclude ? at + 1 : at
  nameHere.lastIndex = start
  const name = nameHere.exec(text)?.[1]
  const { values, end, open } = name === undefined ? readWord(text, start) : readList(text, start + name.length + 1)
  return { at, length: end - at, exclude, name, values, open }
}

type Read = { readonly values: QueryValue[]; readonly end: number; readonly open: boolean }

function readWord(text: string, at: number): Read {
  if (text[at] === '"') {
    const { value, end, open } = readQuoted(text, at)
    return { values: [value], end, open }
  }
  const end = endOfBare(text, at, false)
  const value = { text: text.slice(at, end), quoted: false, at, length: end - at }
  return { values: end === at ? [] : [value], end, open: false }
}

function readList(text: string, from: number): Read {
  const values: QueryValue[] = []
  let at = from
  for (;;) {
    if (text[at] === '"') {
      const { value, end, open } = readQuoted(text, at)
      values.push(value)
      at = end
      if (open) return { values, end, open }
    } else {
      const end = endOfBare(text, at, true)
      if (end > at) values.push({ text: text.slice(at, end), quoted: false, at, length: end - at })
      at = end
    }
    if (text[at] !== ',') return { values, end: at, open: false }
    at += 1
  }
}

function endOfBare(text: string, at: number, list: boolean): number {
  let end = at
  while (end < text.length && !space.test(text.charAt(end)) && !(list && text[end] === ',')) end += 1
  return end
}

function readQuoted(text: string, at: number): { value: QueryValue; end: number; open: boolean } {
  let end = at + 1
  let inside = ''
  while (end < text.length) {
    if (text[end] !== '"') inside += text[end]
    else if (text[end + 1] === '"') {
      inside += '"'
      end += 1
    } else return { value: { text: seen(inside), quoted: true, at, length: end + 1 - at }, end: end + 1, open: false }
    end += 1
  }
  return { value: { text: seen(inside), quoted: true, at, length: end - at }, end, open: true }
}

const seen = (text: string): string =>
  text.replace(/\\u\{([0-9a-f]{1,6})\}/gi, (whole, hex: string) => {
    const point = Number.parseInt(hex, 16)
    return point > 0x10ffff ? whole : String.fromCodePoint(point)
  })

/** In quotes, with everything unseen spelt out. */
export function quoted(text: string): string {
  const spelt = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  const plain = text
    .replace(/\\(?=u\{)/gi, spelt)
    .replace(new RegExp(unseen, 'gu'), (character) => (character === ' ' ? ' ' : spelt(character)))
  return `"${plain.replaceAll('"', '""')}"`
}

/** A value of a dimension: bare where that reads back as itself. */
export function writeValue(text: string): string {
  const bare = text !== '' && !/^[/\\]|[\s",]/.test(text) && !unseen.test(text)
  return bare ? text : quoted(text)
}

/** Whether the text, standing alone, is read as this one word. */
export function isBareWord(text: string): boolean {
  const [token, more] = unseen.test(text) || text.includes('"') ? [] : readTokens(text)
  return token !== undefined && more === undefined && token.name === undefined && !token.exclude
}
