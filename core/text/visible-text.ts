// Text from clients, models and servers is hostile: it may hide characters or show them in another order. This turns
// any string into parts in which nothing is invisible. Pure, so that a table of cases can hold it to that.
import { findConfusables } from './confusables.ts'

/** `odd` marks are shown but ordinary in honest text; every other kind counts as deception. */
export type MarkKind = 'control' | 'escape' | 'direction' | 'invisible' | 'tag' | 'broken' | 'lookalike' | 'odd'

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'mark'
      readonly mark: MarkKind
      /** What the chip says, such as `U+202E RLO`. */
      readonly label: string
      /** The character itself where it has a shape of its own (look-alikes). */
      readonly shape?: string
    }

export type VisibleText = {
  readonly parts: readonly TextPart[]
  /** How many marks deceive (all kinds but `odd`). */
  readonly deceptive: number
}

const controlNames =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  )

const names = new Map<number, string>([
  [0x200e, 'LRM'],
  [0x200f, 'RLM'],
  [0x061c, 'ALM'],
  [0x202a, 'LRE'],
  [0x202b, 'RLE'],
  [0x202c, 'PDF'],
  [0x202d, 'LRO'],
  [0x202e, 'RLO'],
  [0x2066, 'LRI'],
  [0x2067, 'RLI'],
  [0x2068, 'FSI'],
  [0x2069, 'PDI'],
  [0x200b, 'zero-width space'],
  [0x200c, 'non-joiner'],
  [0x200d, 'joiner'],
  [0x2060, 'word joiner'],
  [0xfeff, 'BOM'],
  [0x00ad, 'soft hyphen'],
  [0x00a0, 'no-break space'],
  [0x2011, 'no-break hyphen'],
  [0x3000, 'wide space'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
])

const direction = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const invisible =
  /[\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]|\u034f|[\u{1d173}-\u{1d17a}]|\u17b4|\u17b5|[\u180b-\u180d]|\u180f|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/u
const oddSpace = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2011]/u
const broken = /[\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\u{f0000}-\u{10ffff}]|\p{Noncharacter_Code_Point}/u
const pictograph = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u20e3|\ufe0f/u
const joining =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}\p{Script=Syriac}]/u
const mayDeceive = /[^\x20-\x7e\n\t]/
/** More combining marks than any orthography stacks on one letter. */
const maxStackedMarks = 4

function codeLabel(code: number): string {
  const hex = code.toString(16).toUpperCase().padStart(4, '0')
  const name = names.get(code) ?? (code < 0x20 ? controlNames[code] : code === 0x7f ? 'DEL' : undefined)
  return name === undefined ? `U+${hex}` : `U+${hex} ${name}`
}

/** Where a character is ordinary although it has no shape: inside an emoji, or joining letters that need it. */
function ordinaryJoiner(character: string, before: string, after: string): 'silent' | 'odd' | undefined {
  if (character === '\ufe0f' && (/[\p{Emoji}]/u.test(before) || before === '\u20e3')) return 'silent'
  if (character === '\ufe0e' && /[\p{Emoji}]/u.test(before)) return 'odd'
  if (character === '\u200d' && pictograph.test(before) && pictograph.test(after)) return 'silent'
  if ((character === '\u200c' || character === '\u200d') && joining.test(before)) return 'odd'
  return undefined
}

function kindOf(
  character: string,
  code: number,
  before: string,
  after: string,
  multiline: boolean,
): MarkKind | undefined {
  if (code === 0x0a || code === 0x09) return multiline ? undefined : 'control'
  if (code === 0x0d && multiline && after === '\n') return 'odd'
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return 'control'
  if (code < 0x7f) return undefined
  if (code === 0x2028 || code === 0x2029) return 'control'
  if (direction.test(character)) return 'direction'
  if (invisible.test(character)) {
    const ordinary = ordinaryJoiner(character, before, after)
    return ordinary === 'silent' ? undefined : (ordinary ?? 'invisible')
  }
  if (oddSpace.test(character)) return 'odd'
  if (broken.test(character)) return 'broken'
  return undefined
}

const csi = /\u001b\[[0-?]*[ -/]*[@-~]/y
const tagRun = /[\u{e0000}-\u{e007f}]+/uy

/** A run of characters that must become one mark, such as an ANSI colour or text hidden in tag characters. */
function runAt(text: string, offset: number): { length: number; part: PlacedMark['part'] } | undefined {
  csi.lastIndex = offset
  const sequence = csi.exec(text)?.[0]
  if (sequence !== undefined) {
    return { length: sequence.length, part: { kind: 'mark', mark: 'escape', label: `ESC ${sequence.slice(1)}` } }
  }
  tagRun.lastIndex = offset
  const tags = tagRun.exec(text)?.[0]
  if (tags === undefined) return undefined
  const hidden = Array.from(tags, (tag) => {
    const ascii = (tag.codePointAt(0) ?? 0) - 0xe0000
    return ascii >= 0x20 && ascii < 0x7f ? String.fromCharCode(ascii) : ''
  }).join('')
  const label = hidden === '' ? codeLabel(tags.codePointAt(0) ?? 0) : `hidden text “${hidden}”`
  return { length: tags.length, part: { kind: 'mark', mark: 'tag', label } }
}

/** A mark, and where it stands in the text: UTF-16 offsets, the end exclusive. */
export type PlacedMark = {
  readonly part: Extract<TextPart, { kind: 'mark' }>
  readonly start: number
  readonly end: number
}

/** True where nothing in the text can be a mark, told by one look at it. */
export const isPlainText = (text: string, multiline: boolean): boolean =>
  !mayDeceive.test(text) && (multiline || !/[\n\t]/.test(text))

/**
 * The marks of `text`, in order.
 * @param multiline Whether line breaks and tabs are part of the layout; elsewhere they are marks.
 */
export function* marksIn(text: string, multiline = false): Generator<PlacedMark> {
  if (isPlainText(text, multiline)) return
  const confusable = findConfusables(text)
  let before = ''
  let stacked = 0
  let offset = 0
  while (offset < text.length) {
    const code = text.codePointAt(offset) ?? 0
    const run = code === 0x1b || code >= 0xe0000 ? runAt(text, offset) : undefined
    if (run !== undefined) {
      yield { part: run.part, start: offset, end: offset + run.length }
      offset += run.length
      before = ''
      continue
    }
    const character = String.fromCodePoint(code)
    const start = offset
    offset += character.length
    const next = text.codePointAt(offset)
    const after = next === undefined ? '' : String.fromCodePoint(next)
    const twin = confusable.get(start)
    const kind = kindOf(character, code, before, after, multiline)
    stacked = code >= 0x300 && /\p{M}/u.test(character) ? stacked + 1 : 0
    before = character
    const part: PlacedMark['part'] | undefined =
      kind !== undefined
        ? { kind: 'mark', mark: kind, label: codeLabel(code) }
        : twin !== undefined
          ? { kind: 'mark', mark: 'lookalike', label: twin, shape: character }
          : stacked > maxStackedMarks
            ? { kind: 'mark', mark: 'broken', label: codeLabel(code) }
            : undefined
    if (part !== undefined) yield { part, start, end: offset }
  }
}

/**
 * Splits `text` into plain text and marks, so that showing the parts in order shows everything.
 * @param multiline As for `marksIn`.
 */
export function visibleText(text: string, multiline = false): VisibleText {
  const parts: TextPart[] = []
  let deceptive = 0
  let at = 0
  for (const { part, start, end } of marksIn(text, multiline)) {
    if (start > at) parts.push({ kind: 'text', text: text.slice(at, start) })
    parts.push(part)
    if (part.mark !== 'odd') deceptive += 1
    at = end
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) })
  return { parts, deceptive }
}

/** How many deceptive characters a JSON value holds, in keys and in strings at any depth. */
export function countDeceptive(value: unknown): number {
  if (typeof value === 'string') return visibleText(value, true).deceptive
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countDeceptive(item), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((sum, [key, item]) => sum + visibleText(key).deceptive + countDeceptive(item), 0)
}
