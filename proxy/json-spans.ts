// Where the parts of a JSON text stand, so that one can be cut out and every other byte stays as it was. Only for texts
// that `JSON.parse` has accepted.

export type Span = { start: number; end: number }
export type Member = Span & { /** As the parser sees it, escapes resolved. */ key: string; value: Span }

/** The members of the object, or the elements of the array, that begins at `start`; spans are without white space around. */
export function membersAt(text: string, start: number): Member[] {
  const members: Member[] = []
  each(text, start, '{', (at) => {
    const keyEnd = endOfValue(text, at)
    const valueStart = space(text, space(text, keyEnd) + 1)
    const end = endOfValue(text, valueStart)
    const key = JSON.parse(text.slice(at, keyEnd)) as string
    members.push({ start: at, end, key, value: { start: valueStart, end } })
    return end
  })
  return members
}

export function elementsAt(text: string, start: number): Span[] {
  const elements: Span[] = []
  each(text, start, '[', (at) => {
    const end = endOfValue(text, at)
    elements.push({ start: at, end })
    return end
  })
  return elements
}

export const firstSpan = (text: string): number => space(text, 0)

/** Calls `part` at the start of every part; it gives the part's end. Does nothing where no such list begins at `start`. */
function each(text: string, start: number, opening: '{' | '[', part: (at: number) => number): void {
  if (text[start] !== opening) return
  const closing = opening === '{' ? '}' : ']'
  let at = space(text, start + 1)
  while (at < text.length && text[at] !== closing) {
    at = space(text, part(at))
    if (text[at] === ',') at = space(text, at + 1)
  }
}

function space(text: string, from: number): number {
  let at = from
  while (at < text.length && /[ \t\r\n]/.test(text.charAt(at))) at += 1
  return at
}

const plain = /[^\s,:{}[\]"]+/y
const structure = /[{}[\]"]/g

function endOfValue(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return endOfString(text, start)
  if (first !== '{' && first !== '[') {
    plain.lastIndex = start
    return plain.test(text) ? plain.lastIndex : text.length
  }
  let depth = 0
  structure.lastIndex = start
  for (let found = structure.exec(text); found; found = structure.exec(text)) {
    if (found[0] === '"') structure.lastIndex = endOfString(text, found.index)
    else depth += found[0] === '{' || found[0] === '[' ? 1 : -1
    if (depth === 0) return structure.lastIndex
  }
  return text.length
}

/** By hand: a pattern that steps through a string of megabytes takes more stack than there is. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote
    while (text[before - 1] === '\\') before -= 1
    if ((quote - before) % 2 === 0) return quote + 1
  }
  return text.length
}
