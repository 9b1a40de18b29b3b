// How values from outside stand in a sentence of ours: never among our words, and shortened only in sight.
import type { Sentence } from '../wire/ui-contract.ts'

type Part = Sentence[number]

/** A longer value is shown by its two ends; the arguments below have all of it. */
const longestValue = 300
const shownBefore = 160
const shownAfter = 80
const mostOfList = 5

const number = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** `1 line`, `3,000 lines`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`

/** A path inside the project is named from there; anything else, or anything with `..`, in full. */
export function shortPath(path: string, folder: string): string {
  const base = folder.replace(/[/\\]+$/, '')
  const inside = base !== '' && (path.startsWith(`${base}/`) || path.startsWith(`${base}\\`))
  if (!inside || /(^|[/\\])\.\.([/\\]|$)/.test(path)) return path
  return `…${path.slice(base.length)}`
}

/** @param folder The project folder: paths in it are named from there. */
export function valueParts(text: string, folder: string): Part[] {
  const value = shortPath(text, folder)
  if (value.length <= longestValue) return [{ value }]
  return [
    { value: value.slice(0, shownBefore).toWellFormed() },
    { text: ' … ' },
    { value: value.slice(-shownAfter).toWellFormed() },
    { text: ` (shortened, ${counted(value.length, 'character')})` },
  ]
}

/** The values of a list, joined by commas; of a long one the first, and how many more. */
export function listParts(texts: readonly string[], folder: string): Part[] {
  const parts = texts
    .slice(0, mostOfList)
    .flatMap((text, index): Part[] => [...(index === 0 ? [] : [{ text: ', ' }]), ...valueParts(text, folder)])
  const more = texts.length - mostOfList
  return more > 0 ? [...parts, { text: ` and ${number(more)} more` }] : parts
}

/** Our words that stand side by side become one. */
export function joined(parts: readonly Part[]): Sentence {
  const sentence: Part[] = []
  for (const part of parts) {
    const before = sentence.at(-1)
    if ('text' in part && before !== undefined && 'text' in before) {
      sentence[sentence.length - 1] = { text: before.text + part.text }
    } else if (!('text' in part) || part.text !== '') sentence.push(part)
  }
  return sentence
}
