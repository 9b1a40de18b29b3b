// What an importer has to tell beside the policy it wrote. Nothing of the original may go missing without a word here.
import type { Diagnostic } from '../../wire/ui-contract.ts'
import { type Place, type Reporter, reporter } from '../located.ts'

/** More than anyone reads; the same words also stand as comments in the written file. */
const maxWarnings = 1000

export type ImportNotes = {
  /** Collects what keeps the whole file from being imported. */
  readonly report: Reporter
  readonly warnings: Diagnostic[]
  /** Something that could not be said exactly. Returns the message, so that it can also become a comment. */
  warn(at: Place, message: string): string
}

/** `file`: its name for messages. */
export function importNotes(file: string): ImportNotes {
  const warnings: Diagnostic[] = []
  return {
    report: reporter(file),
    warnings,
    warn({ line, column }, message) {
      const last = warnings.length === maxWarnings - 1
      const shown = last ? 'There is more; the comments in the written file tell all of it' : message
      if (warnings.length < maxWarnings) warnings.push({ severity: 'warning', file, line, column, message: shown })
      return message
    },
  }
}
