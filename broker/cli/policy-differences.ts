// Where the policy folder says something else than what is in force: a file that broke or went keeps governing, and an
// edit counts only once a running broker has published it. Who looks only at the one is misled about the other.
import { isDeepStrictEqual } from 'node:util'
import type { PolicySet, PolicySetEntry } from '../../core/schema/policy.ts'
import { howToAccept } from '../policy-files.ts'
import { policyNames, type ReadPolicy, readPolicy } from '../policy-folder.ts'

export type PolicyDifference = {
  file: string
  /** What became of it in the folder. */
  folder: 'broken' | 'removed' | 'edited' | 'new' | 'unreadable'
  /** What is in force meanwhile: its rules from before, a denial of all that it governs, or nothing of it. */
  inForce: 'rules-from-before' | 'denied' | 'nothing'
  /** Of the first mistake. */
  line?: number
  column?: number
  /** What is the matter and what follows, in sentences; without the name and the place. */
  message: string
}

/** In the order of names. Reads the folder as the broker does. */
export function policyDifferences(folder: string, { files }: PolicySet): PolicyDifference[] {
  let names: string[]
  try {
    names = policyNames(folder)
  } catch (error) {
    const message = `It cannot be listed: ${(error as Error).message}. What was published stays in force.`
    return [{ file: folder, folder: 'unreadable', inForce: 'rules-from-before', message }]
  }
  const published = new Map(files.map((entry) => [entry.file, entry]))
  const there = new Map(names.flatMap((file): [string, ReadPolicy][] => pairOf(file, readPolicy(folder, file))))
  const all = [...new Set([...published.keys(), ...there.keys()])].sort()
  const differences = all.flatMap((file) => differenceOf(file, published.get(file), there.get(file)))
  return differences.filter((one) => !isRenamed(one, differences, published, there))
}

const pairOf = (file: string, read: ReadPolicy | undefined): [string, ReadPolicy][] => (read ? [[file, read]] : [])

function differenceOf(
  file: string,
  entry: PolicySetEntry | undefined,
  read: ReadPolicy | undefined,
): PolicyDifference | [] {
  const good = entry?.status === 'ok'
  const inForce = good ? 'rules-from-before' : entry ? 'denied' : 'nothing'
  if (!read) {
    const message = good
      ? `It was removed. ${until}; from then on every call it governed is denied. ${howToAccept}`
      : `It was removed. Every call it governed is denied. ${howToAccept}`
    return { file, folder: 'removed', inForce, message }
  }
  if (read.entry.status === 'broken') {
    const [first] = read.errors
    const place = first && read.text !== undefined ? { line: first.line, column: first.column } : {}
    const mistake = sentence(first?.message ?? read.entry.problem)
    const more = read.errors.length > 1 ? ` (and ${read.errors.length - 1} more)` : ''
    return { file, folder: 'broken', inForce, ...place, message: `${mistake}${more}. ${brokenThen[inForce]}` }
  }
  if (!entry)
    return { file, folder: 'new', inForce, message: `It is new, and nothing of it is in force. ${whoPublishes}` }
  if (!good) {
    const message = `It has no mistake now, and what it governed is still denied. ${whoPublishes}`
    return { file, folder: 'edited', inForce, message }
  }
  if (samePolicy(entry, read.entry)) return []
  return {
    file,
    folder: 'edited',
    inForce,
    message: `It was edited, and its rules from before are in force. ${whoPublishes}`,
  }
}

const until = 'Its rules from before stay in force until Countersign is started again'
const whoPublishes = 'Only a running Countersign puts what was saved in force, within a second.'
const brokenThen: Record<PolicyDifference['inForce'], string> = {
  'rules-from-before': `${until}; from then on it denies every call it governs.`,
  denied: 'Every call it governs is denied until it is mended.',
  nothing: 'Nothing of it is in force; once Countersign runs, it denies every call it governs.',
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

function samePolicy(a: PolicySetEntry | undefined, b: PolicySetEntry | undefined): boolean {
  const plain = (entry: PolicySetEntry) => JSON.parse(JSON.stringify(entry.status === 'ok' ? entry.policy : entry))
  return a?.status === 'ok' && b?.status === 'ok' && isDeepStrictEqual(plain(a), plain(b))
}

/** Under another name with the same rules nothing of it is missing. */
function isRenamed(
  { file, folder }: PolicyDifference,
  differences: readonly PolicyDifference[],
  published: ReadonlyMap<string, PolicySetEntry>,
  there: ReadonlyMap<string, ReadPolicy>,
): boolean {
  const isOther = (other: 'new' | 'removed', same: (name: string) => boolean) =>
    differences.some((one) => one.folder === other && same(one.file))
  if (folder === 'removed') return isOther('new', (name) => samePolicy(published.get(file), there.get(name)?.entry))
  return folder === 'new' && isOther('removed', (name) => samePolicy(published.get(name), there.get(file)?.entry))
}

/** `github.yaml:3:5`, or the name alone. */
export const differencePlace = ({ file, line, column }: PolicyDifference): string =>
  line === undefined ? file : `${file}:${line}:${column}`
