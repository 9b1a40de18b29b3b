// Policy files as the app itself changes them: only if they still say what the person saw, and so that a reader never finds
// half of one.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { maxPolicyFileBytes } from '../core/wire/limits.ts'
import { writeAtomically } from './paths.ts'

/** `before` is absent for a file that is not there yet. */
export type FileChange = { readonly file: string; readonly before?: string; readonly after: string }

export const isTooLarge = (text: string): boolean => Buffer.byteLength(text) > maxPolicyFileBytes

/** Whether each file still is what it was. */
export const areAsBefore = (folder: string, changes: readonly FileChange[]): boolean =>
  changes.every(({ file, before }) => textOf(folder, file) === before)

/** Whether each file still is what was made of it. */
export const areAsMade = (folder: string, changes: readonly FileChange[]): boolean =>
  changes.every(({ file, after }) => textOf(folder, file) === after)

/** In order. @throws if one cannot be written; those before it are put back then, as by `restore`. */
export function writeChanges(folder: string, changes: readonly FileChange[], empty: string): void {
  const written: FileChange[] = []
  try {
    for (const change of changes) {
      put(folder, change.file, change.after)
      written.push(change)
    }
  } catch (error) {
    restore(folder, written, empty)
    throw error
  }
}

/** Last first. A file that was new becomes `empty`: one that goes would be missed (broker/policy-files.ts). */
export function restore(folder: string, changes: readonly FileChange[], empty: string): void {
  for (const { file, before = empty } of changes.toReversed()) put(folder, file, before)
}

/** With its byte order mark, if it has one. @throws if it cannot be read. */
export function textOf(folder: string, file: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(path.join(folder, file)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Into the file that a link leads to, with the access it has. */
function put(folder: string, file: string, text: string): void {
  const place = path.join(folder, file)
  const stat = fs.statSync(place, { throwIfNoEntry: false })
  if (stat) writeAtomically(fs.realpathSync(place), text, stat.mode & 0o777)
  else writeAtomically(place, text)
}
