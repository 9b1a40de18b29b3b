// The policy files as they lie on disk. One that cannot be read is reported with the reason, never skipped: what it says
// may be what keeps a call from running.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { parsePolicyText } from '../core/policy/parse.ts'
import { policyFileView } from '../core/policy/view.ts'
import type { PolicySetEntry } from '../core/schema/policy.ts'
import { maxPolicyFileBytes } from '../core/wire/limits.ts'
import type { PolicyFileView } from '../core/wire/ui-contract.ts'

export type ReadPolicy = { entry: PolicySetEntry; view: PolicyFileView }

/**
 * Reads every YAML file of `folder`, sorted by name. A folder that is not there has no files.
 * @throws if the folder cannot be listed.
 */
export function readPolicyFolder(folder: string): Map<string, ReadPolicy> {
  return new Map(policyNames(folder).map((file) => [file, readPolicy(path.join(folder, file), file)]))
}

/** Changes whenever a file does, links followed; cheaper than reading them. */
export function policyFolderStamp(folder: string): string {
  return policyNames(folder)
    .map((file) => `${file}/${stampOf(path.join(folder, file))}`)
    .join('\n')
}

function stampOf(place: string): string {
  try {
    const { dev, ino, size, mtimeNs } = fs.statSync(place, { bigint: true })
    return `${dev}/${ino}/${size}/${mtimeNs}`
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

function policyNames(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder)
      .filter((name) => /^[^.].*\.ya?ml$/i.test(name))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function readPolicy(place: string, file: string): ReadPolicy {
  let text: string
  try {
    text = readText(place)
  } catch (error) {
    const problem = `it cannot be read: ${(error as Error).message}`
    const diagnostic = { severity: 'error' as const, file, line: 1, column: 1, message: problem }
    return {
      entry: { file, status: 'broken', servers: ['*'], problem },
      view: { file, status: 'broken', servers: ['*'], text: '', defaults: [], rules: [], diagnostics: [diagnostic] },
    }
  }
  return { entry: parsePolicyText(text, file).entry, view: policyFileView(text, file) }
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
