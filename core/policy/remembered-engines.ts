// The engines of one policy: loaded for the first rule that needs them, each pattern compiled once, and a command line
// read once though many rules ask about it.
import type { TextEngines } from './engines.ts'

export function rememberedEngines(load: () => TextEngines): () => TextEngines {
  let loaded: TextEngines | undefined
  return () => {
    loaded ??= remembering(load())
    return loaded
  }
}

function remembering(engines: TextEngines): TextEngines {
  const patterns = new Map<string, (text: string) => boolean>()
  // The last one only, so that arguments of calls do not pile up.
  let last: { readonly line: string; readonly programs: readonly string[] | undefined } = {
    line: '',
    programs: undefined,
  }
  return {
    regex(pattern) {
      const known = patterns.get(pattern) ?? engines.regex(pattern)
      patterns.set(pattern, known)
      return known
    },
    get shellPrograms() {
      // Asked for while compiling: an engine that cannot be loaded makes the policy unusable, not a call undecided.
      const { shellPrograms } = engines
      return (line: string) => {
        if (last.line !== line) last = { line, programs: shellPrograms(line) }
        return last.programs
      }
    },
  }
}
