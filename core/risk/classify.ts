// The risk class of a call, with what speaks for it. Offline: from the catalogue or else the tool's name, raised by the
// call's arguments and by what the server says of its tool.
import type { JsonObject } from '../schema/json.ts'
import { type RiskClass, riskClasses } from '../schema/risk-class.ts'
import { foldKey } from '../wire/json-line.ts'
import { annotationSigns, type ToolAnnotations } from './annotations.ts'
import { type ArgumentSign, argumentSigns } from './argument-signs.ts'
import type { CataloguedTool } from './catalogue.ts'
import { knownNames, type NameSign, nameSigns } from './name-signs.ts'

/** `evidence`: short sentences for people, none of them with text from the server or the caller. */
export type RiskAssessment = { class: RiskClass; evidence: string[] }

/** More names than servers have tools; bounded because callers make names up. */
const maxRemembered = 1000
const maxRememberedName = 256
const remembered = new Map<string, RiskAssessment>()

/** What is known of a tool besides its name. */
export type ToolFacts = {
  readonly catalogued?: CataloguedTool | undefined
  readonly annotations?: ToolAnnotations | undefined
}

/**
 * The class of a tool, or of one call if given its arguments. The catalogue speaks before the name; arguments and what the
 * server says of its tool may only raise. Reads nothing but what it is given.
 */
export function classifyTool(tool: string, args?: JsonObject, facts: ToolFacts = {}): RiskAssessment {
  const { catalogued, annotations } = facts
  const base = catalogued ? listed(catalogued) : classifyName(tool)
  const signs = args ? [...listedSigns(catalogued, args), ...argumentSigns(args)] : []
  const otherwise = riskiest([base.class, ...signs.map((sign) => sign.class)])
  const said = annotations && !catalogued?.ignoreAnnotations ? annotationSigns(annotations, otherwise) : []
  const found = riskiest([otherwise, ...said.flatMap((sign) => sign.class ?? [])])
  // What speaks for a milder class is no reason for this one.
  const counts = ({ class: spoken = found }: { class?: RiskClass }) => spoken === found
  return {
    class: found,
    evidence: [
      ...(counts(base) ? base.evidence : []),
      ...signs.map((sign) => sign.evidence),
      ...said.filter(counts).map((sign) => sign.evidence),
    ],
  }
}

function listed(catalogued: CataloguedTool): RiskAssessment {
  const { class: riskClass, why = classWords[riskClass] } = catalogued
  return { class: riskClass, evidence: [`${listing(catalogued)}: ${why}`] }
}

const listing = ({ listedFor }: CataloguedTool): string =>
  listedFor ? `Listed for ${listedFor}` : 'Listed in the catalogue'

/** Arguments that, when given, make more of the tool than its class says. */
function listedSigns(catalogued: CataloguedTool | undefined, args: JsonObject): ArgumentSign[] {
  return [...(catalogued?.raises ?? [])].flatMap(([argument, riskClass]) => {
    // However it is spelt: some servers match keys without regard to case.
    const given = Object.keys(args).some((key) => {
      return foldKey(key) === foldKey(argument) && args[key] !== null && args[key] !== false
    })
    if (!catalogued || !given) return []
    return [{ class: riskClass, evidence: `${listing(catalogued)}: with “${argument}” it ${classWords[riskClass]}` }]
  })
}

const classWords: Readonly<Record<RiskClass, string>> = {
  read: 'only reads',
  unknown: 'what it does depends on how it is called',
  write: 'changes things',
  network: 'reaches other machines',
  destructive: 'can delete or overwrite',
  execute: 'runs code or commands',
  credentials: 'concerns secrets or who has access',
  money: 'can cost or move money',
}

function classifyName(tool: string): RiskAssessment {
  if (tool.length > maxRememberedName) return { class: 'unknown', evidence: ['Its name is very long'] }
  const known = remembered.get(tool)
  if (known) return known
  if (remembered.size >= maxRemembered) remembered.clear()
  const assessed = assessName(tool)
  remembered.set(tool, assessed)
  return assessed
}

function assessName(tool: string): RiskAssessment {
  const words = nameWords(tool)
  const listed = knownNames.get(words.join('_'))
  if (listed) return { class: listed, evidence: ['A tool of this name is known'] }
  const parts = phrases(words).map(phraseSigns)
  const found = parts.flat()
  const evidence = found.map(({ word, sign }) => `Its name says “${word.replace('+', ' ')}” (${sign.class})`)
  // Letters that only look like ours could hide any verb.
  const odd = /[^\x20-\x7e]/.test(tool)
  if (odd) evidence.push('Its name has unusual characters')
  const classes: RiskClass[] = found.map(({ sign }) => sign.class)
  // `list_and_nuke`: what the second half does is not known, whatever the first half does.
  if (odd || parts.some((part) => part.length === 0)) classes.push('unknown')
  if (evidence.length === 0) evidence.push('Its name says nothing of what it does')
  return { class: riskiest(classes), evidence: [...new Set(evidence)] }
}

/** Words of snake_case, kebab-case, camelCase and dotted names, in lower case. */
export function nameWords(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? []).map((word) => word.toLowerCase())
}

/** `find_and_replace` does two things; each is looked at by itself. */
function phrases(words: readonly string[]): string[][] {
  const all: string[][] = [[]]
  for (const word of words) {
    if (word === 'and' || word === 'or' || word === 'then') all.push([])
    else all.at(-1)?.push(word)
  }
  return all
}

type FoundSign = { word: string; sign: NameSign; index: number }

function phraseSigns(words: readonly string[]): FoundSign[] {
  const found: FoundSign[] = []
  for (const [index, word] of words.entries()) {
    // A merge request is a thing; only `merge_merge_request` merges one.
    if (word === 'merge' && /^requests?$/.test(words[index + 1] ?? '')) continue
    const both = `${words[index - 1] ?? ''}+${word}`
    // `network_requests` is a list of them, `network_request` shows one with its headers.
    const pair = nameSigns.get(both) ?? (word === 'requests' ? undefined : nameSigns.get(singular(both)))
    if (pair) found.push({ word: both, sign: pair, index })
    const sign = nameSigns.get(word) ?? pluralNoun(word)
    if (sign) found.push({ word, sign: word === 'query' ? queryAs(words[index + 1], sign) : sign, index })
  }
  const reading = found.filter(({ sign }) => sign.kind === 'reading').map(({ index }) => index)
  const firstReading = Math.min(...reading)
  const endsReading = reading.includes(words.length - 1)
  const counted = found.filter(({ sign, index }) => {
    if (sign.kind === 'hint') return false
    return sign.kind !== 'unless-read' || !(endsReading || index > firstReading)
  })
  return counted.length > 0 ? counted : found.filter(({ sign }) => sign.kind === 'hint')
}

/** Plurals of sensitive nouns count as they do; plurals of verbs (`commits`) are mere nouns. */
function pluralNoun(word: string): NameSign | undefined {
  const sign = nameSigns.get(singular(word))
  return sign?.class === 'credentials' || sign?.class === 'money' ? sign : undefined
}

/** `query` runs a statement, but `query_docs` only looks something up. */
function queryAs(next: string | undefined, sign: NameSign): NameSign {
  const runs = next === undefined || /^(?:sql|db|database|table|raw|string|statement)s?$/.test(next)
  return runs ? sign : { kind: 'reading', class: 'read' }
}

const singular = (word: string): string => (word.length > 3 && word.endsWith('s') ? word.slice(0, -1) : word)

export function riskiest(classes: readonly RiskClass[]): RiskClass {
  return riskClasses[Math.max(0, ...classes.map((one) => riskClasses.indexOf(one)))] ?? 'unknown'
}
