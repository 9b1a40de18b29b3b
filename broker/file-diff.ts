// What the file that a held call writes would become, line by line (`approvals.file-diff`). Read when asked for: the file
// may change before the call runs, and nothing is decided by it.
import { structuredPatch } from 'diff'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import { pathReadings } from '../core/policy/path-readings.ts'
import type { UiResult } from '../core/wire/ui-contract.ts'
import type { Ask, Session } from './approval-card.ts'
import { callFile } from './call-file.ts'
import { realPaths } from './real-paths.ts'
import { readText } from './text-file.ts'

export type FileDiff = UiResult<'approvals.file-diff'>

const contextLines = 3
const mostLines = 4000
const longestCompareMs = 1000

const unknown = (problem: string): FileDiff => ({ state: 'unknown', problem })

/** @param hidden Folders whose files are never shown: our keys. */
export function createFileDiff({ hidden }: { hidden: readonly string[] }) {
  /** Never rejects. */
  return async (session: Session, ask: Ask): Promise<FileDiff> => {
    const edit = callFile(session, ask)
    if (edit === undefined) return unknown('What this call would make of a file is not known.')
    const paths = realPaths(session.cwd, { foldsCase: false })
    const real = realPath(edit.path, paths)
    if (real === undefined)
      return unknown('Which file this path leads to cannot be told: programs read it differently.')
    if (hidden.some((folder) => liesIn(real, paths.resolvePath(folder), paths.separator))) {
      return unknown('This is one of Countersign’s own files, which are not shown.')
    }
    const present = await readText(real)
    if ('problem' in present) return unknown(present.problem)
    const become = edit.become(present.text)
    return 'problem' in become ? unknown(become.problem) : compared(real, become.before, become.text)
  }
}

/** The one file that every reading of the path leads to. */
function realPath(text: string, paths: PolicyPorts): string | undefined {
  const found = new Set((pathReadings(text, paths.separator) ?? []).map((reading) => paths.resolvePath(reading)))
  const [only] = found
  return found.size === 1 ? only : undefined
}

/** In any case: a folder is the same in another one on most disks, and what is not shown too often does no harm. */
function liesIn(real: string, folder: string | undefined, separator: string): boolean {
  if (folder === undefined) return true
  return `${real}${separator}`.toLowerCase().startsWith(`${folder}${separator}`.toLowerCase())
}

function compared(path: string, before: string | undefined, after: string): FileDiff {
  if (before === after) return { state: 'same', path, hunks: [] }
  const patch = structuredPatch('', '', before ?? '', after, undefined, undefined, {
    context: contextLines,
    // More lines than that are not shown anyway.
    maxEditLength: mostLines,
    timeout: longestCompareMs,
  })
  const hunks = patch?.hunks.map(({ oldStart, newStart, lines }) => ({
    oldStart,
    newStart,
    // `\ No newline at end of file` is no line.
    lines: lines.filter((line) => /^[ +-]/.test(line)),
  }))
  const count = hunks?.reduce((sum, { lines }) => sum + lines.length, 0)
  if (hunks === undefined || count === undefined || count > mostLines) {
    return unknown('More than 4,000 lines would have to be shown. The arguments show what is written.')
  }
  return { state: before === undefined ? 'created' : 'changed', path, hunks }
}
