// The policy files as they lie on disk. One that cannot be read is reported with the reason, never skipped: what it says
// may be what keeps a call from running.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { parsePolicyText } from '../core/policy/parse.ts'
import { policyFileView } from '../core/policy/view.ts'
import type { PolicySetEntry } from '../core/schema/policy.ts'
import { maxPolicyFileBytes } from '../core/wire/limits.ts'
import type { Diagnostic, PolicyFileView } from '../core/wire/ui-contract.ts'

export type ReadPolicy = {
  file: string
  /** `undefined` where it cannot be read. */
  text: string | undefined
  entry: PolicySetEntry
  /** Why the entry is broken, in the order of the text; empty where it is not. */
  errors: Diagnostic[]
}

/** Policies end in .yaml or .yml; what editors put beside them while they save (`.a.yaml.swp`, `a.yaml~`, `4913`) does not. */
export const isPolicyName = (name: string): boolean => /^[^.].*\.ya?ml$/i.test(name)

/**
 * The names of the policy files in `folder`, sorted. A folder that is not there has none.
 * @throws if the folder cannot be listed.
 */
export function policyNames(folder: string): string[] {
  try {
    return fs.readdirSync(folder).filter(isPolicyName).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Changes whenever the file does, or what may be done with it, links followed; cheaper than reading. */
export function policyStamp(folder: string, file: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = fs.statSync(path.join(folder, file), { bigint: true })
    return `${dev}/${ino}/${size}/${mtimeNs}/${ctimeNs}`
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

/** Reads one file; nothing where there is none of that name. One of `known` is returned if it still says the same. */
export function readPolicy(
  folder: string,
  file: string,
  ...known: readonly (ReadPolicy | undefined)[]
): ReadPolicy | undefined {
  const place = path.join(folder, file)
  try {
    const text = readText(place)
    const same = known.find((one) => one?.text === text)
    if (same) return same
    const { entry, diagnostics } = parsePolicyText(text, file)
    return { file, text, entry, errors: diagnostics.filter(({ severity }) => severity === 'error') }
  } catch (error) {
    if (isAbsent(place)) return undefined
    const message = `it cannot be read: ${(error as Error).message}`
    return {
      file,
      text: undefined,
      entry: { file, status: 'broken', servers: ['*'], problem: message },
      errors: [{ severity: 'error', file, line: 1, column: 1, message }],
    }
  }
}

const views = new WeakMap<ReadPolicy, PolicyFileView>()

/** The file as people see it; made when first asked for, which few files are after each change. */
export function viewOf(read: ReadPolicy): PolicyFileView {
  const { file, text, entry, errors } = read
  const made = views.get(read)
  if (made) return made
  const view: PolicyFileView =
    text === undefined
      ? { file, status: 'broken', servers: ['*'], text: '', defaults: [], rules: [], diagnostics: errors }
      : policyFileView(text, { entry, diagnostics: errors })
  views.set(read, view)
  return view
}

/** A link that leads nowhere is there, and cannot be read. */
function isAbsent(place: string): boolean {
  try {
    return fs.lstatSync(place, { throwIfNoEntry: false }) === undefined
  } catch {
    return false // whether it is there cannot be told: it is one that cannot be read
  }
}

function readText(place: string): string {
  // Without waiting for a writer, should it be a pipe.
  const fd = fs.openSync(place, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
  try {
    const stat = fs.fstatSync(fd)
    if (!stat.isFile()) throw new Error('it is not a file')
    if (stat.size > maxPolicyFileBytes) throw new Error(`it is larger than ${maxPolicyFileBytes} bytes`)
    // Characters put in place of broken ones would make rules that match something else.
    return new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(fd))
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
      ? new Error('it is not UTF-8 text', { cause: error })
      : error
  } finally {
    fs.closeSync(fd)
  }
}
