// What of the policy files is in force. A file that breaks, or goes, while we run keeps its last good rules: a slip in an
// editor must not open what was closed. From the next start on it denies what it governed, until a person mends it, or
// accepts that it is gone.
import type { PolicySetEntry } from '../core/schema/policy.ts'
import type { PolicyFileView } from '../core/wire/ui-contract.ts'
import type { EarlierPolicy } from './earlier-policies.ts'
import { type ReadPolicy, viewOf } from './policy-folder.ts'

export type PolicyFiles = {
  /** What the file said when it was last believed. */
  read(file: string): ReadPolicy | undefined
  /** Every file that counts, in the folder or not. */
  names(): string[]
  /** Those in the folder. */
  present(): string[]
  /** True where this may be one half of a save, and must not be believed until the file was left alone for a while. */
  mayBeHalf(file: string, read: ReadPolicy | undefined): boolean
  /** Takes what a file says now; nothing: it is gone. */
  believe(file: string, read: ReadPolicy | undefined): void
  /**
   * What is to be published, in the order of names, with the text each entry was read from where it has rules, and one
   * sentence for each file that is not as its author meant it.
   */
  inForce(): { entries: PolicySetEntry[]; texts: PolicyText[]; problems: string[] }
  /** What `inForce` gave is in force now, and what a file falls back to. */
  published(): void
  /** What a file governed that is gone and still counts. */
  removed(file: string): string[] | undefined
  /** Lets go of it. Returns what takes that back. */
  forget(file: string): () => void
  views(): PolicyFileView[]
}

type Known = {
  /** As last believed; `undefined`: it is gone. */
  read: ReadPolicy | undefined
  /** Its last good rules that were published. */
  good: ReadPolicy | undefined
  /** What it was in force as before this start, or before it went. */
  earlier: EarlierPolicy | undefined
}

/** `text`: what the rules in force were read from; nothing where there are none. `removed`: it is not in the folder. */
export type PolicyText = { entry: PolicySetEntry; removed: boolean; text: string | undefined }

export const howToAccept = 'Put it back, or accept the removal on the Policies page.'

/** `earlier`: what an earlier broker had in force, by file. */
export function createPolicyFiles(earlier: ReadonlyMap<string, EarlierPolicy>): PolicyFiles {
  const files = new Map<string, Known>()
  for (const [file, before] of earlier) files.set(file, { read: undefined, good: undefined, earlier: before })

  /** Under another name with the same rules nothing of it is missing. */
  const dropRenamed = () => {
    const gone = [...files].filter(([, { read }]) => !read)
    if (gone.length === 0) return
    const there = new Set([...files.values()].flatMap(({ read }) => rulesOf(read?.entry) ?? []))
    for (const [file, { good, earlier }] of gone) {
      const rules = rulesOf(good?.entry) ?? earlier?.rules
      if (rules !== undefined && there.has(rules)) files.delete(file)
    }
  }
  const sorted = () => [...files].sort(([a], [b]) => (a < b ? -1 : 1))

  return {
    read: (file) => files.get(file)?.read,
    names: () => [...files.keys()],
    present: () => sorted().flatMap(([file, { read }]) => (read ? [file] : [])),
    mayBeHalf: (file, read) => {
      const known = files.get(file)
      if (read === known?.read) return false
      const before = known?.good ?? known?.read
      return before === undefined || looksCutShort(read, before)
    },
    believe: (file, read) => {
      const known = files.get(file)
      if (read) files.set(file, { read, good: known?.good, earlier: known?.earlier })
      else if (known?.read)
        files.set(file, { read, good: known.good, earlier: { servers: serversOf(entryOf(file, known)) } })
    },
    inForce: () => {
      dropRenamed()
      const all = sorted()
      const texts = all.map(([file, known]) => textOf(file, known))
      return {
        entries: texts.map(({ entry }) => entry),
        texts,
        problems: all.flatMap(([file, known]) => problemOf(file, known) ?? []),
      }
    },
    published: () => {
      for (const known of files.values()) if (known.read?.entry.status === 'ok') known.good = known.read
    },
    removed: (file) => {
      const known = files.get(file)
      return known && !known.read ? serversOf(entryOf(file, known)) : undefined
    },
    forget: (file) => {
      const known = files.get(file)
      files.delete(file)
      return () => {
        if (known && !files.has(file)) files.set(file, known)
      }
    },
    views: () => sorted().map(([file, known]) => (known.read ? viewOf(known.read) : removedView(file, known))),
  }
}

/**
 * Editors save in steps, and every step is a file on disk: emptied, written in part, gone for a moment. A part can be
 * valid, and say less than the whole: without its last rules, or without the last conditions of a rule. It gives itself
 * away by being shorter, by a last line without an end, or by missing a rule that was there.
 */
function looksCutShort(read: ReadPolicy | undefined, before: ReadPolicy): boolean {
  const text = read?.text ?? ''
  const earlier = before.text ?? ''
  if (text.length < earlier.length || (earlier.endsWith('\n') && !text.endsWith('\n'))) return true
  if (read?.entry.status !== 'ok' || before.entry.status !== 'ok') return false
  const ids = new Set(read.entry.policy.rules.map(({ id }) => id))
  return before.entry.policy.rules.some(({ id }) => !ids.has(id))
}

function entryOf(file: string, { read, good, earlier }: Known): PolicySetEntry {
  if (read?.entry.status === 'ok') return read.entry
  if (good) return good.entry
  // What broke it may have narrowed it as well, and is not believed in that either.
  if (read?.entry.status === 'broken') {
    return { ...read.entry, servers: [...new Set([...read.entry.servers, ...(earlier?.servers ?? [])])] }
  }
  return { file, status: 'broken', servers: earlier?.servers ?? ['*'], problem: `it was removed. ${howToAccept}` }
}

function textOf(file: string, known: Known): PolicyText {
  const entry = entryOf(file, known)
  const from = known.read?.entry === entry ? known.read : known.good
  return { entry, removed: known.read === undefined, text: entry.status === 'ok' ? from?.text : undefined }
}

function problemOf(file: string, { read, good }: Known): string | undefined {
  if (read?.entry.status === 'ok') return undefined
  if (!read) {
    const until = 'Its rules stay in force until Countersign is started again; from then on what it governed is denied.'
    return `${file} was removed. ${good ? until : 'Every call it governed is denied.'} ${howToAccept}`
  }
  const then = good ? 'Its rules from before stay in force.' : 'Every call it governs is denied until it is mended.'
  return `${file} has an error (${errorOf(read)}). ${then}`
}

function errorOf({ text, errors }: ReadPolicy): string {
  const [first] = errors
  if (!first) return 'it could not be read'
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return text === undefined ? first.message : `line ${first.line}, column ${first.column}: ${first.message}${more}`
}

function removedView(file: string, known: Known): PolicyFileView {
  const servers = serversOf(entryOf(file, known))
  const message = problemOf(file, known) ?? ''
  const diagnostics = [{ severity: 'error' as const, file, line: 1, column: 1, message }]
  return { file, status: 'removed', servers, text: '', defaults: [], rules: [], diagnostics }
}

const serversOf = (entry: PolicySetEntry): string[] => (entry.status === 'ok' ? entry.policy.servers : entry.servers)
const rulesOf = (entry: PolicySetEntry | undefined): string | undefined =>
  entry?.status === 'ok' ? JSON.stringify(entry.policy) : undefined
