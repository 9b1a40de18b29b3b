// The libraries behind `matches` and `command`. The proxy loads this file only for a policy that uses them.
import { RE2JS } from 're2js'
import type { TextEngines } from './engines.ts'
import { type Shells, shellPrograms } from './shell-programs.ts'

/** Engines for servers that hand command lines to these shells. */
export function textEnginesFor(shells: Shells): TextEngines {
  return {
    regex(pattern) {
      const compiled = RE2JS.compile(pattern)
      return (text) => compiled.test(text)
    },
    shellPrograms: (line) => shellPrograms(line, shells),
  }
}

export const textEngines: TextEngines = textEnginesFor('posix')
