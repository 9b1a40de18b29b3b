// The text form of a selection of calls: what people type, and what stands in the address and on the command line.
//
//   outcome:refused client:cursor,claude -tool:read_* rule:"files/write" by:desktop from:2h "exact words" -word words
//
// A comma means or, everything else and. Whatever is not understood is named as a problem and left out of the filter.

import { nearest } from '../policy/nearest.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { callOutcomes } from '../wire/log-contract.ts'
import { type CallFilter, type Dimension, type FilterTerm, type FilterWord, noValue } from './call-filter.ts'
import { isBareWord, type QueryToken, type QueryValue, quoted, readTokens, writeValue } from './query-text.ts'
import { readTime, writeTime } from './query-time.ts'

export type QueryProblem = {
  /** Where in the text, in UTF-16 units. */
  readonly at: number
  readonly length: number
  readonly message: string
  /** What could stand there instead. */
  readonly suggestion?: string
}

export type ReadQuery = { readonly filter: CallFilter; readonly problems: readonly QueryProblem[] }

/** How each dimension is written. */
export const dimensionWords: Readonly<Record<Dimension, string>> = {
  outcome: 'outcome',
  client: 'client',
  server: 'server',
  tool: 'tool',
  risk: 'risk',
  rule: 'rule',
  'decided-by': 'by',
  session: 'session',
}

const dimensionOf = new Map<string, Dimension>([
  ...Object.entries(dimensionWords).map(([dimension, word]) => [word, dimension as Dimension] as const),
  ['decided-by', 'decided-by'],
])

/** Everything that may stand before a colon. */
export const queryNames: readonly string[] = [...Object.values(dimensionWords), 'from', 'to', 'text']

/** What other tools call ours. */
const otherNames: Readonly<Record<string, string>> = {
  since: 'from',
  after: 'from',
  until: 'to',
  before: 'to',
  status: 'outcome',
  result: 'outcome',
  decision: 'outcome',
  agent: 'client',
  app: 'client',
  mcp: 'server',
  name: 'tool',
  user: 'by',
  person: 'by',
}

/** The dimensions whose values are a closed list. */
export const knownValues: Readonly<Partial<Record<Dimension, readonly string[]>>> = {
  outcome: callOutcomes,
  risk: riskClasses,
}

/** How a call without a rule, or that nobody was asked about, is written. */
export const noneWord = 'none'
const mayBeNone = (dimension: Dimension): boolean => dimension === 'rule' || dimension === 'decided-by'

const most = { terms: 50, values: 50, words: 20, length: 300 }

type Draft = {
  readonly terms: FilterTerm[]
  readonly words: FilterWord[]
  readonly problems: QueryProblem[]
  from?: number
  to?: number
}

/** @param now milliseconds since the epoch, for `from:2h` and the like. Never throws. */
export function parseQuery(text: string, now: number): ReadQuery {
  const draft: Draft = { terms: [], words: [], problems: [] }
  for (const token of readTokens(text)) readPart(text, token, now, draft)
  const { terms, words, problems, from, to } = draft
  const filter = { terms, words, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  if (from !== undefined && to !== undefined && from >= to)
    problems.push({ at: 0, length: text.length, message: 'It ends before it begins: no call can be in it.' })
  return { filter, problems }
}

function readPart(text: string, token: QueryToken, now: number, draft: Draft): void {
  const problem = (message: string, suggestion?: string, at: Pick<QueryValue, 'at' | 'length'> = token): void => {
    draft.problems.push({ at: at.at, length: at.length, message, ...(suggestion === undefined ? {} : { suggestion }) })
  }
  const raw = text.slice(token.at, token.at + token.length)
  if (token.open) problem('This quote has no end.', `${raw}"`)
  const name = token.name?.toLowerCase()
  const [first] = token.values
  if (name === undefined || name === 'text') {
    if (first === undefined) problem(name === undefined ? 'Nothing follows the minus.' : 'Nothing follows “text:”.')
    else if (token.values.length > 1) problem('“text:” takes one value. Put one with commas in quotes.')
    else if (first.text === '') problem('There is nothing in these quotes to look for.')
    else if (first.text.length > most.length) problem(`This is longer than ${most.length} characters.`)
    else if (draft.words.length >= most.words) problem(`Words beyond the first ${most.words} are left out.`)
    else
      draft.words.push({
        text: first.text,
        ...(first.quoted && name === undefined ? { exact: true as const } : {}),
        ...(token.exclude ? { exclude: true as const } : {}),
      })
    return
  }
  const dimension = dimensionOf.get(name)
  if (name === 'from' || name === 'to') {
    const at = first === undefined || token.values.length > 1 ? undefined : readTime(first.text, name, now)
    if (token.exclude) problem(`“${name}:” cannot be left out with a minus.`, raw.slice(1))
    else if (at === undefined) problem(`“${name}:” takes a moment: 2026-11-20, 2026-11-20T14:30, 14:30, today, 2h, 7d.`)
    else if (draft[name] === undefined) draft[name] = at
    else problem(`“${name}:” is given twice; the first counts.`)
  } else if (dimension === undefined) {
    const meant = otherNames[name] ?? nearest(name, queryNames)
    const rest = raw.slice((token.exclude ? 1 : 0) + name.length)
    problem(
      `Calls cannot be told apart by “${token.name}”. To look for the words, put them in quotes.`,
      meant === undefined
        ? `${token.exclude ? '-' : ''}${quoted(raw.slice(token.exclude ? 1 : 0))}`
        : `${token.exclude ? '-' : ''}${meant}${rest}`,
    )
  } else if (draft.terms.length >= most.terms) problem(`Terms beyond the first ${most.terms} are left out.`)
  else readTerm(token, dimension, draft, problem)
}

function readTerm(
  token: QueryToken,
  dimension: Dimension,
  draft: Draft,
  problem: (message: string, suggestion?: string, at?: QueryValue) => void,
): void {
  const word = dimensionWords[dimension]
  if (token.values.length === 0) {
    problem(`Nothing follows “${word}:”.`)
    return
  }
  const values = token.values.flatMap((value): readonly string[] => {
    const meant = meantBy(dimension, value)
    const known = knownValues[dimension] ?? []
    const near = nearest(value.text, known)
    if (value.text.length > most.length) problem(`This is longer than ${most.length} characters.`, undefined, value)
    else if (meant.length > 0) return meant
    else if (near !== undefined) problem(`There is no ${word} “${value.text}”.`, near, value)
    else problem(`There is no ${word} “${value.text}”. There are: ${known.join(', ')}.`, undefined, value)
    return []
  })
  if (values.length > most.values) problem(`Values beyond the first ${most.values} are left out.`)
  if (values.length > 0)
    draft.terms.push({
      dimension,
      values: values.slice(0, most.values),
      ...(token.exclude ? { exclude: true as const } : {}),
    })
}

/** The values that are meant, if any: of a closed list also all that begin with a word (`outcome:denied`). */
export function meantBy(dimension: Dimension, { text, quoted: exactly }: QueryValue): readonly string[] {
  if (!exactly && mayBeNone(dimension) && text.toLowerCase() === noneWord) return [noValue]
  const known = knownValues[dimension]
  if (known === undefined) return [text]
  const plain = text.toLowerCase().replace(/[\s_]+/g, '-')
  return known.includes(plain) ? [plain] : known.filter((value) => value.startsWith(`${plain}-`))
}

/** How a value is written after the name of its dimension. */
export function writeTermValue(dimension: Dimension, value: string): string {
  if (mayBeNone(dimension) && value === noValue) return noneWord
  return mayBeNone(dimension) && value.toLowerCase() === noneWord ? quoted(value) : writeValue(value)
}

function writeWord({ text, exact, exclude }: FilterWord): string {
  const minus = exclude ? '-' : ''
  if (exact) return `${minus}${quoted(text)}`
  const bare = isBareWord(text) && !(exclude && text.startsWith('-'))
  return bare ? `${minus}${text}` : `${minus}text:${quoted(text)}`
}

/** The one text of a filter: `parseQuery` of it gives the filter again. */
export function formatQuery({ terms, words, from, to }: CallFilter): string {
  return [
    ...terms.map(({ dimension, values, exclude }) => {
      const list = values.map((value) => writeTermValue(dimension, value)).join(',')
      return `${exclude ? '-' : ''}${dimensionWords[dimension]}:${list}`
    }),
    ...words.map(writeWord),
    ...(from === undefined ? [] : [`from:${writeTime(from, 'from')}`]),
    ...(to === undefined ? [] : [`to:${writeTime(to, 'to')}`]),
  ].join(' ')
}
