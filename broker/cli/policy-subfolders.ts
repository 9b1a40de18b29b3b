// A named folder stands for the policy files in it, not for those below. Whoever thinks otherwise must not read "all good"
// of files that nobody looked at.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { policyNames } from '../policy-folder.ts'
import { count } from './terminal.ts'

/** Folders whose YAML files are no policies: our list of servers, and packages. */
const notPolicies: readonly string[] = ['catalogue', 'node_modules']
/** Somebody's whole disk is not searched for the sake of a remark. */
const mostFolders = 1000
const mostShown = 3

export type NotLookedAt = { files: number; folders: string[] }

/** The subfolders of named folders with files that could be policies; without those that are named themselves. */
export function notLookedAt(operands: readonly string[]): NotLookedAt {
  const named = operands.flatMap((operand) => (isFolder(operand) ? [operand] : []))
  const known = new Set(named.map((folder) => fs.realpathSync(folder)))
  const found: NotLookedAt = { files: 0, folders: [] }
  const waiting = named.flatMap(subfolders)
  for (let looked = 0; waiting.length > 0 && looked < mostFolders; looked++) {
    const folder = waiting.shift() ?? ''
    const real = fs.realpathSync(folder)
    if (known.has(real)) continue
    known.add(real)
    const { length } = namesIn(folder)
    if (length > 0) {
      found.files += length
      found.folders.push(folder)
    }
    waiting.push(...subfolders(folder))
  }
  return found
}

/** A sentence on it, or nothing where nothing was passed by. */
export function notLookedAtWords({ files, folders }: NotLookedAt): string | undefined {
  if (files === 0) return undefined
  const one = folders.length === 1
  const shown = [...folders.slice(0, mostShown), ...(folders.length > mostShown ? ['…'] : [])].join(', ')
  const where = one ? shown : `${count(folders.length, 'subfolder')} (${shown})`
  const were = files === 1 ? 'was' : 'were'
  return `${count(files, 'file')} in ${where} ${were} not looked at; name ${one ? 'that folder' : 'those folders'} too.`
}

const isFolder = (name: string): boolean => fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() === true

function namesIn(folder: string): string[] {
  try {
    return policyNames(folder)
  } catch {
    return []
  }
}

/** Links are not followed, so that no circle is walked. */
function subfolders(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !notPolicies.includes(entry.name))
      .map(({ name }) => path.join(folder, name))
      .sort()
  } catch {
    return []
  }
}
