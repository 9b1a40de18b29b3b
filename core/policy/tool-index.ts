// Which of thousands of tool names and globs fit a name, without trying them one by one: each glob is filed under a
// literal piece that a fitting name must have at its start, at its end, or anywhere.
import { compileGlob, isLiteral, type TextMatcher } from './glob.ts'

/** `matches` is left out where having the piece is all there is to it. */
type Filed = { readonly matches: TextMatcher | undefined; readonly positions: number[] }
/** By length of the piece, then by the piece. */
type Pieces = Map<number, Map<string, Filed[]>>

/** Finds the items one of whose globs fits the name, in the order given, each once. */
export function toolIndex<T>(
  items: readonly T[],
  globsOf: (item: T) => readonly string[],
): (name: string) => readonly T[] {
  const byGlob = new Map<string, number[]>()
  items.forEach((item, position) => {
    for (const glob of globsOf(item)) {
      const positions = byGlob.get(glob)
      if (!positions) byGlob.set(glob, [position])
      else if (positions.at(-1) !== position) positions.push(position)
    }
  })
  const literals = new Map<string, number[]>()
  const starts: Pieces = new Map()
  const ends: Pieces = new Map()
  const middles: Pieces = new Map()
  const rest: Filed[] = []
  for (const [glob, positions] of byGlob) {
    if (isLiteral(glob)) {
      literals.set(glob, positions)
      continue
    }
    const pieces = glob.split(/[*?]+/)
    const [start = ''] = pieces
    const end = pieces.at(-1) ?? ''
    const middle = pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
    const file = (into: Pieces, piece: string, whole: string) =>
      fileUnder(into, piece, { matches: glob === whole ? undefined : compileGlob(glob), positions })
    if (start !== '' && start.length >= end.length) file(starts, start, `${start}*`)
    else if (end !== '') file(ends, end, `*${end}`)
    else if (middle !== '') file(middles, middle, `*${middle}*`)
    else rest.push({ matches: compileGlob(glob), positions })
  }

  return (name) => {
    const lists: number[][] = []
    const take = (filed: readonly Filed[] | undefined) => {
      for (const { matches, positions } of filed ?? []) {
        if (matches === undefined || matches(name)) lists.push(positions)
      }
    }
    const exact = literals.get(name)
    if (exact) lists.push(exact)
    for (const [length, pieces] of starts) {
      if (length <= name.length) take(pieces.get(name.slice(0, length)))
    }
    for (const [length, pieces] of ends) {
      if (length <= name.length) take(pieces.get(name.slice(-length)))
    }
    for (const [length, pieces] of middles) {
      for (const piece of within(name, length, pieces)) take(pieces.get(piece))
    }
    take(rest)
    const found: T[] = []
    for (const position of inOrder(lists)) {
      const item = items[position]
      if (item !== undefined) found.push(item)
    }
    return found
  }
}

function fileUnder(into: Pieces, piece: string, filed: Filed): void {
  const ofLength = into.get(piece.length) ?? new Map<string, Filed[]>()
  into.set(piece.length, ofLength)
  const list = ofLength.get(piece)
  if (list) list.push(filed)
  else ofLength.set(piece, [filed])
}

/** The pieces that occur in the name: by trying its parts, or the pieces where those are fewer (a name can be made long). */
function within(name: string, length: number, pieces: ReadonlyMap<string, unknown>): Iterable<string> {
  const found = new Set<string>()
  if (pieces.size < name.length) {
    for (const piece of pieces.keys()) if (name.includes(piece)) found.add(piece)
    return found
  }
  for (let at = 0; at + length <= name.length; at++) {
    const part = name.slice(at, at + length)
    if (pieces.has(part)) found.add(part)
  }
  return found
}

function inOrder(lists: readonly number[][]): readonly number[] {
  const [only = []] = lists
  if (lists.length <= 1) return only
  return [...new Set(lists.flat())].sort((a, b) => a - b)
}
