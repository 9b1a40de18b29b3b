// Loads a text engine when a policy first needs it. Synchronously, unlike the other bundles: policies are compiled between
// two calls, in the same turn in which the next call is judged.
import type { TextEngines } from '../core/policy/engines.ts'
import type * as RegexEngine from './regex-engine.ts'
import type * as ShellEngine from './shell-engine.ts'

/** Asking for an engine throws if its bundle is not beside the proxy; the policy cannot be used then. */
export function loadEngines(): TextEngines {
  return {
    regex: (pattern) => {
      const { regex }: typeof RegexEngine = require('./regex-engine.ts')
      return regex(pattern)
    },
    get shellPrograms() {
      const { shellPrograms }: typeof ShellEngine = require('./shell-engine.ts')
      return shellPrograms
    },
  }
}
