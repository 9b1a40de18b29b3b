// The libraries behind `matches` and `command` for all but the proxy, which loads each when a policy uses it.
import type { TextEngines } from './engines.ts'
import { regex } from './regex-engine.ts'
import { shellPrograms } from './shell-programs.ts'

/** Command lines are read as POSIX shells do. */
export const textEngines: TextEngines = { regex, shellPrograms: (line) => shellPrograms(line, 'posix') }
