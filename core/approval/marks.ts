// What in the arguments of a call deserves a look: the card marks it in place. Signs for a person, within a fixed amount of
// work; what must be stopped is the business of rules.
import type { JsonObject } from '../schema/json.ts'
import { closeLook, deceptionsIn } from '../text/deception.ts'
import { isPlainText } from '../text/visible-text.ts'
import type { ArgumentMark } from '../wire/ui-contract.ts'
import { type ArgumentText, eachText, type Place, pointerOf } from './argument-texts.ts'
import { globsInCommand, isCode, isCommandLine, isCommandWord, isWild, shellOperators } from './command-arguments.ts'
import { hostsInText, type NamedHost } from './hosts-in.ts'
import { lookedAt } from './looked-at.ts'
import { isPathArgument, looksLikePath, pathsInCommand } from './path-arguments.ts'
import { type PathPlaces, pathSigns } from './path-marks.ts'
import { secretsIn } from './secret-places.ts'

export type MarkPorts = PathPlaces & {
  /** Which of these hosts some call named before. */
  seenHosts(hosts: readonly string[]): ReadonlySet<string>
}

type Kind = ArgumentMark['kind']
type HostPlace = { readonly place: Place; readonly part: string | undefined }
type Found = { readonly place: Place | undefined; readonly kind: Kind; readonly part?: string }

/** What matters most comes first, and stays where there is too much. */
const kinds: readonly Kind[] = [
  'own-files',
  'invisible',
  'lookalike',
  'secret',
  'outside-project',
  'new-host',
  'shell-operator',
  'glob',
]
const mostMarks = 200
/** However many there are of other kinds, so many of each stay. */
const mostForSure = mostMarks / kinds.length
const mostOfKind = 1000
const mostOfValue = 5
const mostHosts = 2000
/** Of one text; by then it is marked. */
const mostDeceptions = 20_000
const longestPart = 500

/**
 * The marks of a call, most important kinds first, at most 200: of as much of it as can be looked at (`lookedAt` says
 * whether that is all). Nothing here throws for what arguments hold.
 */
export function argumentMarks(
  of: { arguments: JsonObject; beside?: JsonObject | undefined },
  ports: MarkPorts,
): ArgumentMark[] {
  const found = new Map<Kind, Found[]>(kinds.map((kind) => [kind, []]))
  const note = (kind: Kind, place: Place | undefined, part?: string): void => {
    const list = found.get(kind)
    if (list && list.length < mostOfKind) list.push({ place, kind, ...(part === undefined ? {} : { part }) })
  }
  const hosts = new Map<string, { readonly named: NamedHost; readonly places: HostPlace[] }>()
  const signsOf = pathSigns(ports)
  const budget = closeLook()
  const posix = ports.paths.separator === '/'

  const notePath = (text: string, place: Place, part?: string): void => {
    const { outside, own } = signsOf(text)
    if (own) note('own-files', place, part)
    if (outside) note('outside-project', place, part)
  }

  const unlooked: Place[] = []
  const noteHosts = (argument: ArgumentText): void => {
    if (hosts.size >= mostHosts) {
      // Not looked up any more, so not known to be seen.
      if (unlooked.length < mostOfValue && argument.text.includes('://')) unlooked.push(argument.place)
      return
    }
    for (const named of hostsInText(argument)) {
      const key = named.host ?? named.part
      const known = hosts.get(key)
      const at: HostPlace = { place: argument.place, part: partOf(named.part, argument.text) }
      if (known === undefined) hosts.set(key, { named, places: [at] })
      else if (known.places.length < mostOfValue) known.places.push(at)
    }
  }

  const look = (argument: ArgumentText): void => {
    const { text, place } = argument
    noteHosts(argument)
    if (argument.isKey) {
      if (looksLikePath(text)) notePath(text, place)
      return
    }
    if (isCommandLine(argument)) {
      for (const operator of shellOperators(text, posix)) note('shell-operator', place, partOf(operator, text))
      for (const word of globsInCommand(text, mostOfValue)) note('glob', place, partOf(word, text))
      for (const path of pathsInCommand(text)) notePath(path, place, partOf(path, text))
    } else if (isCode(argument) || isCommandWord(argument)) {
      for (const path of pathsInCommand(text)) notePath(path, place, partOf(path, text))
    } else if (isPathArgument(argument)) {
      notePath(text, place)
      if (isWild(text)) note('glob', place)
    }
  }

  const looked = lookedAt(of)
  const { arguments: args, beside } = looked
  // What hides is looked for in all of a long text: that takes little time.
  const texts = looked.crowded ? looked : of
  const lookCloser = (argument: ArgumentText) => noteDeception(argument, budget, note)
  eachText(texts.arguments, lookCloser)
  eachText(texts.beside, lookCloser, '#beside')
  eachText(args, look)
  eachText(beside, look, '#beside')
  for (const [value, root] of [[args], [beside ?? {}, '#beside']] as const) {
    for (const { place, value: whole, secrets } of secretsIn(value, root)) {
      if (secrets.length === 0) note('secret', place)
      for (const secret of secrets.slice(0, mostOfValue)) note('secret', place, partOf(secret, String(whole)))
    }
  }
  const seen = ports.seenHosts([...hosts.values()].flatMap(({ named }) => named.host ?? []))
  for (const { named, places } of hosts.values()) {
    if (named.host !== undefined && seen.has(named.host)) continue
    for (const { place, part } of places) note('new-host', place, part)
  }
  for (const place of unlooked) note('new-host', place)
  return chosen(found)
}

const partOf = (part: string, whole: string): string | undefined =>
  part === whole ? undefined : part.slice(0, longestPart)

function noteDeception(
  { text, place, isKey }: ArgumentText,
  budget: { left: number },
  note: (kind: Kind, place: Place, part?: string) => void,
): void {
  if (isPlainText(text, !isKey)) return
  const noted = { invisible: new Set<string>(), lookalike: new Set<string>() }
  let count = 0
  for (const { kind, start, end } of deceptionsIn(text, !isKey, budget)) {
    count += 1
    if (count > mostDeceptions) break
    const as = kind === 'lookalike' ? kind : 'invisible'
    if (noted[as].size >= (isKey ? 1 : mostOfValue)) continue
    const part = as === 'lookalike' ? wordAround(text, start, end) : text.slice(start, end)
    if (noted[as].has(part)) continue
    noted[as].add(part)
    note(as, place, isKey ? undefined : partOf(part, text))
  }
}

/** A letter alone says little: the word shows what it passes for. */
function wordAround(text: string, start: number, end: number): string {
  const before = /[^\s/\\:"'<>()=,;]{0,40}$/.exec(text.slice(Math.max(0, start - 40), start))?.[0] ?? ''
  const after = /^[^\s/\\:"'<>()=,;]{0,40}/.exec(text.slice(end, end + 40))?.[0] ?? ''
  return `${before}${text.slice(start, end)}${after}`.toWellFormed()
}

function chosen(found: ReadonlyMap<Kind, readonly Found[]>): ArgumentMark[] {
  const shares = kinds.map((kind) => Math.min(mostForSure, found.get(kind)?.length ?? 0))
  let rest = mostMarks - shares.reduce((sum, share) => sum + share, 0)
  return kinds.flatMap((kind, index) => {
    const list = found.get(kind) ?? []
    const more = Math.min(rest, list.length - (shares[index] ?? 0))
    rest -= more
    return list.slice(0, (shares[index] ?? 0) + more).map(({ place, part }) => ({
      at: pointerOf(place),
      kind,
      ...(part === undefined ? {} : { part }),
    }))
  })
}
