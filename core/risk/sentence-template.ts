// How the sentences of the catalogue (`says:`) are written, read in one place: broker and tests must not differ on what a
// template names. What is said of a call is core/risk/sentence.ts.
//
//   {name}             the argument: a text, number or boolean, or a list of those, joined by ", "
//   {name:count file}  how many a list holds, in our words: "1 file", "3 files"; {name:count entry/entries} where an s
//                      is not enough
//   [ on {branch}]     an optional part: it vanishes where an argument named in it is absent or empty
//   {?force}           says nothing; keeps its part only where the argument is there: not absent, empty or false
//   {!force}           the opposite
//   {?state=closed}    keeps its part only where the argument, as a text, is this one; {?state=closed|merged} one of these
//   {!state=closed}    the opposite, so also where it is absent
//
// Empty are null, "", [] and {}. Conditions stand in optional parts only, which do not nest. An argument outside of them
// must be there. There is no sentence where an argument is of a kind that cannot be said, nor where our spaces show that a
// way to say it is missing: one at an end, or before another or a comma. Other arguments may be present: the card shows
// all of them below.

export type TemplatePiece =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'count'; readonly name: string; readonly one: string; readonly many: string }
  | {
      readonly kind: 'condition'
      readonly name: string
      readonly holds: boolean
      /** One of these, or, without it, anything at all. */
      readonly values?: readonly string[]
    }

export type TemplatePart = { readonly optional: boolean; readonly pieces: readonly TemplatePiece[] }

const splitParts = /\[([^[\]]*)\]|([^[\]]+)|[[\]]/g
const splitPieces = /\{([^{}]*)\}|([^{}]+)|[{}]/g
const counted = /^([^\s=:?!]+):count ([^/]+?)(?:\/(.+))?$/
const condition = /^([?!])([^\s=:?!]+)(?:=(.+))?$/
const named = /^[^\s=:?!]+$/

/** `undefined` where it is not written as described above. */
export function parseTemplate(says: string): readonly TemplatePart[] | undefined {
  const parts: TemplatePart[] = []
  for (const [, inside, outside] of says.matchAll(splitParts)) {
    const pieces = parsePieces(inside ?? outside)
    if (!pieces || pieces.length === 0) return undefined
    const optional = inside !== undefined
    if (optional ? pieces.every(({ kind }) => kind === 'words') : pieces.some(({ kind }) => kind === 'condition')) {
      return undefined
    }
    parts.push({ optional, pieces })
  }
  return parts.length > 0 ? parts : undefined
}

function parsePieces(text: string | undefined): readonly TemplatePiece[] | undefined {
  const pieces: TemplatePiece[] = []
  for (const [, braced, words] of (text ?? '{}').matchAll(splitPieces)) {
    const piece = words === undefined ? parseBraced(braced ?? '') : ({ kind: 'words', text: words } as const)
    if (!piece) return undefined
    pieces.push(piece)
  }
  return pieces
}

function parseBraced(text: string): TemplatePiece | undefined {
  if (named.test(text)) return { kind: 'value', name: text }
  const [, list, one, many] = counted.exec(text) ?? []
  if (list !== undefined && one !== undefined) return { kind: 'count', name: list, one, many: many ?? `${one}s` }
  const [, sign, name, values] = condition.exec(text) ?? []
  if (name === undefined) return undefined
  return {
    kind: 'condition',
    name,
    holds: sign === '?',
    ...(values === undefined ? {} : { values: values.split('|') }),
  }
}
