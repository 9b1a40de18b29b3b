// Which texts in the arguments are paths: by the name they have, and by their shape. Neither is sure; what is taken for a
// path is then looked up where the server works, so that a name in a folder of the project comes to nothing.
import type { ArgumentText } from './argument-texts.ts'
import { isClientConfig } from './own-files.ts'

const longestPath = 4096
const longestShaped = 1024

/** Arguments that are called like this hold a path whatever it looks like. */
const pathNames =
  /(?:^|[a-z])(?:paths?|files?|filenames?|filepaths?|dirs?|dirname|director(?:y|ies)|folders?|cwd|workdir|workingdirector(?:y|ies)|pwd|repo(?:sitory)?root|workspaceroot)$/
/** Here it has to look like one as well: these are also the names of branches, languages and prose. */
const maybePathNames =
  /^(?:source|src|destination|dest|dst|target|from|to|root|roots|input|output|saveto|location|uri|uris|include|exclude)$/
/** A path under such a name is one on a web server. */
const webNames = /(?:url|urls|endpoint|route|href|pathname|api|query|regex|regexp|pattern|selector|xpath|jsonpath)$/

const scheme = /^[a-z][a-z0-9+.-]+:\/\//i

/** What an absolute path begins with on the systems we run on; `/repos/acme` is none. */
const roots =
  'Applications Library Network System Users Volumes app bin boot data dev etc home lib lib64 media mnt nix opt private proc root run sbin snap srv sys tmp usr var workspace workspaces'

const home = /^(?:~|\$HOME|\$\{HOME\}|%USERPROFILE%|\$env:USERPROFILE)(?:[\\/]|$)/i
const upwards = /(?:^|[\\/])\.\.(?:[\\/]|$)/
const known = new RegExp(`^/(?:${roots.replaceAll(' ', '|')})(?:/|$)`)
const windows = /^(?:[A-Za-z]:[\\/]|\\\\[^\\])/

/** By its looks alone, wherever it stands: it leads somewhere whatever folder one is in, or out of that. */
export function looksLikePath(text: string): boolean {
  if (text.length > longestShaped || /[\n\r]/.test(text.trim())) return false
  if (/^file:/i.test(text)) return true
  if (scheme.test(text)) return false
  const trimmed = text.trim().replace(/^["']/, '')
  return (
    home.test(trimmed) || windows.test(trimmed) || known.test(trimmed) || (upwards.test(trimmed) && !/\s/.test(trimmed))
  )
}

/** Whether the whole text is a path, as far as can be told without the disk. */
export function isPathArgument({ text, name, isKey }: ArgumentText): boolean {
  if (isKey || text === '' || text.length > longestPath) return false
  if (scheme.test(text) && !/^file:/i.test(text)) return false
  if (pathNames.test(name)) return !webNames.test(name)
  if (webNames.test(name) && !/^file:/i.test(text)) return false
  if (maybePathNames.test(name)) return /[\\/]|^[~.]/.test(text) && !/\n/.test(text)
  return looksLikePath(text)
}

/** More of them in one text are not looked at: they are marked by then. */
const mostInCommand = 2000

/** The words of a command line or of code that are paths by their looks, as they stand there, each once. */
export function pathsInCommand(text: string): string[] {
  const found = new Set<string>()
  for (const [word] of text.matchAll(/[^\s;|&<>()`"'=,@]+/g)) {
    if (word.length > longestShaped || !/[/\\~]|\.(?:jsonc?|toml|yaml)$/i.test(word)) continue
    if (/^[/~]\*?$/.test(word) || looksLikePath(word) || isClientConfig(word)) found.add(word)
    if (found.size >= mostInCommand) break
  }
  return [...found]
}

/** A shell fills in the home; the disk knows it as `~`. */
export const homeAsTilde = (text: string): string =>
  text.replace(/^(?:\$HOME|\$\{HOME\}|%USERPROFILE%|\$env:USERPROFILE)(?=[\\/]|$)/i, '~')
