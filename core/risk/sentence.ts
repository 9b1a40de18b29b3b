// Says what a call does by the catalogue's template for its tool (core/risk/sentence-template.ts). Our words stay ours: the
// arguments come in as values, which are shown as the hostile text they are.
import type { Sentence } from '../wire/ui-contract.ts'
import { parseTemplate, type TemplatePart, type TemplatePiece } from './sentence-template.ts'
import { counted, joined, listParts } from './sentence-values.ts'

type Arguments = Readonly<Record<string, unknown>>
type Part = Sentence[number]

/** What a piece comes to. `absent`: its argument is not there; `unsayable`: it is of a kind that cannot be said. */
type Said = readonly Part[] | 'absent' | 'unsayable'

const parsed = new Map<string, readonly TemplatePart[] | undefined>()

/**
 * The sentence, or nothing where an argument that it needs is not there, or one is of a kind that cannot be said.
 * @param says A template of the catalogue.
 * @param folder The project folder: paths in it are named from there.
 */
export function sentenceOf(says: string, args: Arguments, folder = ''): Sentence | undefined {
  // Templates are ours, and few.
  if (!parsed.has(says)) parsed.set(says, parseTemplate(says))
  const sentence: Part[] = []
  for (const { optional, pieces } of parsed.get(says) ?? []) {
    const said = sayAll(pieces, args, folder)
    if (said === 'unsayable' || (said === 'absent' && !optional)) return undefined
    if (said !== 'absent') sentence.push(...said)
  }
  return isWhole(sentence) ? joined(sentence) : undefined
}

/** No alternative of the template is missing: then a space of ours would stand at an end, or before another or a comma. */
function isWhole(sentence: readonly Part[]): boolean {
  const text = sentence.map((part) => ('text' in part ? part.text : 'x')).join('')
  return text !== '' && !/^ | $| [ ,]/.test(text)
}

function sayAll(pieces: readonly TemplatePiece[], args: Arguments, folder: string): Said {
  const said: Part[] = []
  let absent = false
  for (const piece of pieces) {
    const one = say(piece, args, folder)
    if (one === 'unsayable') return one
    if (one === 'absent') absent = true
    else said.push(...one)
  }
  return absent ? 'absent' : said
}

function say(piece: TemplatePiece, args: Arguments, folder: string): Said {
  if (piece.kind === 'words') return [{ text: piece.text }]
  const value = Object.hasOwn(args, piece.name) ? args[piece.name] : undefined
  switch (piece.kind) {
    case 'condition': {
      const holds = piece.values ? piece.values.includes(textOf(value) ?? '') : isThere(value) && value !== false
      return holds === piece.holds ? [] : 'absent'
    }
    case 'count':
      if (!isThere(value)) return 'absent'
      return Array.isArray(value) ? [{ text: counted(value.length, piece.one, piece.many) }] : 'unsayable'
    case 'value': {
      if (!isThere(value)) return 'absent'
      const texts = (Array.isArray(value) ? value : [value]).map(textOf)
      return texts.every((text) => text !== undefined) ? listParts(texts, folder) : 'unsayable'
    }
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined

/** Not absent, null or empty. */
function isThere(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false
  return typeof value !== 'object' || (Array.isArray(value) ? value.length : Object.keys(value).length) > 0
}
