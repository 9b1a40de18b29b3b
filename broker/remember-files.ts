// Policy files as the app itself changes them: only if they still say what the person saw, and so that a reader never finds
// half of one.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { maxPolicyFileBytes } from '../core/wire/limits.ts'
import { writeAtomically, writeDraft } from './paths.ts'

/** `before` is absent for a file that is not there yet. */
export type FileChange = { readonly file: string; readonly before?: string; readonly after: string }

export const isTooLarge = (text: string): boolean => Buffer.byteLength(text) > maxPolicyFileBytes

/** Whether each file still is what it was. */
export const areAsBefore = (folder: string, changes: readonly FileChange[]): boolean =>
  changes.every(({ file, before }) => textOf(folder, file) === before)

/** Whether each file still is what was made of it. */
export const areAsMade = (folder: string, changes: readonly FileChange[]): boolean =>
  changes.every(({ file, after }) => textOf(folder, file) === after)

export const isAnyMade = (folder: string, changes: readonly FileChange[]): boolean =>
  changes.some(({ file, after }) => textOf(folder, file) === after)

/**
 * All or none: every text is on the disk before the first file is replaced, so that a disk that is full, or a folder that
 * cannot be written, changes nothing. @throws then.
 */
export function writeChanges(folder: string, changes: readonly FileChange[], empty: string): void {
  replaceAll(changes.map(({ file, before = empty, after }) => ({ place: placeOf(folder, file), text: after, before })))
}

/** Last first, all or none. A file that was new becomes `empty`: one that goes would be missed (broker/policy-files.ts). */
export function restore(folder: string, changes: readonly FileChange[], empty: string): void {
  replaceAll(
    changes
      .toReversed()
      .map(({ file, before = empty, after }) => ({ place: placeOf(folder, file), text: before, before: after })),
  )
}

type Replacement = { place: string; text: string; before: string }

function replaceAll(files: readonly Replacement[]): void {
  const drafts: { draft: string; file: Replacement }[] = []
  try {
    for (const file of files) drafts.push({ draft: writeDraft(file.place, file.text, modeOf(file.place)), file })
  } catch (error) {
    for (const { draft } of drafts) fs.rmSync(draft, { force: true })
    throw error
  }
  const replaced: Replacement[] = []
  try {
    for (const { draft, file } of drafts) {
      fs.renameSync(draft, file.place)
      replaced.push(file)
    }
  } catch (error) {
    for (const { draft } of drafts) fs.rmSync(draft, { force: true })
    for (const { place, before } of replaced.toReversed()) writeAtomically(place, before, modeOf(place))
    throw error
  }
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

/** The file that a link leads to. */
function placeOf(folder: string, file: string): string {
  const place = path.join(folder, file)
  return fs.existsSync(place) ? fs.realpathSync(place) : place
}

/** The access it has; of a new file, the owner's alone. */
const modeOf = (place: string): number => (fs.statSync(place, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777
