// Which policy files a command is about, and their texts as the app would read them.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { maxPolicyFileBytes } from '../../core/wire/limits.ts'
import { layoutHere } from '../paths.ts'
import { policyNames } from '../policy-folder.ts'
import { neverStarted } from './audit-database.ts'
import { PlainError } from './command.ts'

export type PolicyText = { file: string; text: string }
/** `problem`: why there is no text, as the end of "cannot be read: …". */
export type PolicySource = PolicyText | { file: string; problem: string }

/** The named files, and the policy files of named folders; each once. Without names: this installation's. */
export function readPolicySources(operands: readonly string[]): PolicySource[] {
  const files = operands.length > 0 ? operands.flatMap(filesOf) : installedFiles()
  const seen = new Set<string>()
  return files.flatMap((found): PolicySource[] => {
    if (typeof found !== 'string') return [found]
    const real = realPath(found)
    if (seen.has(real)) return []
    seen.add(real)
    return [readPolicySource(found)]
  })
}

/** The files that `readPolicySources` could read, or a PlainError that names the first that it could not. */
export function readablePolicies(operands: readonly string[]): PolicyText[] {
  return readPolicySources(operands).map((source) => {
    if ('text' in source) return source
    throw new PlainError(`${source.file} cannot be read: ${source.problem}`)
  })
}

/** A folder that somebody names must hold something; this one may be empty, and the built-in defaults apply. */
function installedFiles(): string[] {
  const layout = layoutHere()
  if (!fs.existsSync(layout.policies)) throw new PlainError(`${neverStarted(layout)}, or name policy files.`)
  return policyNames(layout.policies).map((name) => path.join(layout.policies, name))
}

function filesOf(operand: string): (string | PolicySource)[] {
  if (!fs.statSync(operand, { throwIfNoEntry: false })?.isDirectory()) return [operand]
  try {
    const names = policyNames(operand)
    if (names.length === 0) return [{ file: operand, problem: 'there is no .yaml or .yml file in this folder' }]
    return names.map((name) => path.join(operand, name))
  } catch (error) {
    return [{ file: operand, problem: reasonOf(error as NodeJS.ErrnoException) }]
  }
}

function readPolicySource(file: string): PolicySource {
  try {
    const bytes = fs.readFileSync(file)
    if (bytes.length > maxPolicyFileBytes) return { file, problem: `it is larger than ${maxPolicyFileBytes} bytes` }
    // Characters put in place of broken ones would make rules that match something else.
    return { file, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch (error) {
    return { file, problem: reasonOf(error as NodeJS.ErrnoException) }
  }
}

/** The byte order mark is no part of what the text says. */
export const withoutMark = (text: string): string => text.replace(/^\ufeff/, '')

function realPath(file: string): string {
  try {
    return fs.realpathSync(file)
  } catch {
    return path.resolve(file) // reading it says what is wrong
  }
}

function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'you may not read it',
    ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
  }
  return known[code] ?? message
}
