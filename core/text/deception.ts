// How much in a text hides or passes for something else, within a fixed amount of work: arguments can have 16 MB. Beyond
// that amount only the signs that need no look at their surroundings are found, so that no place is left out.
import { isPlainText, type MarkKind, marksIn } from './visible-text.ts'

export type Deception = {
  readonly kind: Exclude<MarkKind, 'odd'>
  /** UTF-16 offsets, the end exclusive. */
  readonly start: number
  readonly end: number
}

/** How many UTF-16 units may still be looked at closely. Shared by all texts of one card. */
export type LookBudget = { left: number }

/** Takes about 50 ms where letters of other scripts stand everywhere. */
export const closeLook = (): LookBudget => ({ left: 200_000 })

const chunkSize = 16_384

const sure =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufeff\uffa0\ufff9-\ufffb]|\r(?!\n)|\udb40[\udc00-\udc7f](?:\udb40[\udc00-\udc7f])*|[\u2024\u2044\u2215\u2216\u2236\u29f8\ua789\uff0e\uff0f\uff1a\uff21-\uff3a\uff3c\uff41-\uff5a]|[A-Za-z][\u0370-\u058f\u13a0-\u13fd]|[\u0370-\u058f\u13a0-\u13fd][A-Za-z]/g

const looksLikeAnother = /^[\u2024\u2044\u2215\u2216\u2236\u29f8\ua789\uff0e\uff0f\uff1a\uff21-\uff5a]|[A-Za-z]/

/**
 * What deceives in `text`, in order of place within each way of looking.
 * @param multiline Whether line breaks and tabs are part of the layout.
 */
export function* deceptionsIn(text: string, multiline: boolean, budget: LookBudget): Generator<Deception> {
  if (isPlainText(text, multiline)) return
  for (let start = 0; start < text.length; ) {
    const end = chunkEnd(text, start)
    const chunk = text.slice(start, end)
    if (!isPlainText(chunk, multiline)) yield* inChunk(chunk, start, multiline, budget)
    start = end
  }
}

function* inChunk(chunk: string, offset: number, multiline: boolean, budget: LookBudget): Generator<Deception> {
  if (budget.left > 0) {
    budget.left -= chunk.length
    for (const { part, start, end } of marksIn(chunk, multiline)) {
      if (part.mark !== 'odd') yield { kind: part.mark, start: offset + start, end: offset + end }
    }
    return
  }
  for (const { 0: found, index } of chunk.matchAll(sure)) {
    const kind = looksLikeAnother.test(found) ? 'lookalike' : 'invisible'
    yield { kind, start: offset + index, end: offset + index + found.length }
  }
}

/** Between words, so that none is cut: letters of two scripts deceive only side by side. */
function chunkEnd(text: string, start: number): number {
  const most = start + chunkSize
  if (most >= text.length) return text.length
  for (let end = most; end > most - 256; end -= 1) if (/[ \n\t]/.test(text.charAt(end - 1))) return end
  const last = text.charCodeAt(most - 1)
  return last >= 0xd800 && last <= 0xdbff ? most - 1 : most
}
