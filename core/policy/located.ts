// A parsed text with the place of everything in it, free of the YAML library, so that reading a policy needs none.
import type { Diagnostic } from '../wire/ui-contract.ts'
import { type KnownPatterns, noPatterns } from './pattern-problem.ts'

/** Both 1-based. */
export type Place = { readonly line: number; readonly column: number }

export type Located = Place &
  (
    | { readonly kind: 'map'; readonly entries: readonly LocatedEntry[] }
    | { readonly kind: 'list'; readonly items: readonly Located[] }
    | { readonly kind: 'text'; readonly value: string }
    /** `exact`: the value is all that the text says, no digit lost. */
    | { readonly kind: 'number'; readonly value: number; readonly exact: boolean }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'nothing' }
  )

export type LocatedEntry = { readonly key: string; readonly at: Place; readonly value: Located }

/** More than anyone mends in one go; a file of nothing but mistakes must not become a message of megabytes. */
const maxDiagnostics = 200

/** Collects what is wrong with one file. */
export type Reporter = {
  readonly diagnostics: Diagnostic[]
  readonly patterns: KnownPatterns
  /** No more is taken; looking for more mistakes is in vain. */
  readonly full: boolean
  error(at: Place, message: string, suggestion?: string): void
}

export function reporter(file: string): Reporter {
  const diagnostics: Diagnostic[] = []
  return {
    diagnostics,
    patterns: noPatterns(),
    get full() {
      return diagnostics.length >= maxDiagnostics
    },
    error({ line, column }, message, suggestion) {
      if (diagnostics.length >= maxDiagnostics) return
      diagnostics.push({ severity: 'error', file, line, column, message, ...(suggestion ? { suggestion } : {}) })
    },
  }
}

/** A text from the file, for messages; cut where it goes on and on. */
export const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** What stands there, for "expected …, found …". */
export function describe(value: Located): string {
  switch (value.kind) {
    case 'map':
      return 'a map'
    case 'list':
      return 'a list'
    case 'text':
      return `the text ${quoted(value.value)}`
    case 'number':
    case 'boolean':
      return String(value.value)
    case 'nothing':
      return 'nothing'
  }
}

export function entryOf(map: Located, key: string): LocatedEntry | undefined {
  return map.kind === 'map' ? map.entries.find((entry) => entry.key === key) : undefined
}
