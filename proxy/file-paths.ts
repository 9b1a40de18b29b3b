// Resolving paths in arguments the way the upstream will: `~`, `.`, `..`, symlinks of the part that exists.
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import type { PolicyPorts } from '../core/policy/evaluate.ts'

const foldsCase = process.platform === 'win32' || process.platform === 'darwin'

const hasParent = /(^|[/\\])\.\.([/\\]|$)/

/** PATH_MAX of Linux; other systems have less. */
const longestPath = 4096
/** The path names nothing that exists: a part is missing, is no folder, or is too long for a name. */
const namesNothing = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** Path resolution for an upstream that works in `cwd`. */
export function filePaths(cwd: string): PolicyPorts {
  return {
    separator: path.sep as '/' | '\\',
    resolvePath: (text) => {
      // Another user's home is resolved by some programs and a plain name to others.
      if (text.includes('\0') || /^~[^/\\]/.test(text)) return undefined
      const fromHome = /^~([/\\]|$)/.test(text)
      // To a program that does not know `~` it is a folder like any other, and what `..` leads to is another place.
      if (fromHome && hasParent.test(text)) return undefined
      const expanded = fromHome ? path.join(os.homedir(), text.slice(1)) : text
      const resolved = path.resolve(cwd, expanded)
      // Too long to be opened, so it needs no look at the disk; unless it only becomes short by tidying.
      if (resolved.length > longestPath) return foldsCase ? resolved.toLowerCase() : resolved
      if (expanded.length > longestPath) return undefined
      const real = realPath(resolved, 0)
      // `link/..` is the link's folder to a program that tidies paths first, and the target's parent to the kernel.
      if (hasParent.test(expanded) && walk(cwd, expanded) !== real) return undefined
      return real !== undefined && foldsCase ? real.toLowerCase() : real
    },
  }
}

/** The real path as the kernel finds it: part by part, following each link before the next `..`. */
function walk(cwd: string, target: string): string | undefined {
  let at: string | undefined = path.isAbsolute(target) ? path.parse(target).root : realPath(cwd, 0)
  for (const part of target.slice(path.isAbsolute(target) ? path.parse(target).root.length : 0).split(/[/\\]/)) {
    if (at === undefined) return undefined
    if (part === '' || part === '.') continue
    at = part === '..' ? path.dirname(at) : realPath(path.join(at, part), 0)
  }
  return at
}

/**
 * The real path of `target`, whose last parts need not exist. `undefined` where it cannot be told: a loop of links, a
 * folder that may not be read.
 */
function realPath(target: string, links: number): string | undefined {
  if (links > 40) return undefined
  try {
    return fs.realpathSync.native(target)
  } catch (error) {
    if (!namesNothing.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
  }
  // It does not exist, or it is a link to something that does not: a write would create what the link names.
  try {
    return realPath(path.resolve(path.dirname(target), fs.readlinkSync(target)), links + 1)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && !namesNothing.has(code)) return undefined
  }
  const parent = path.dirname(target)
  if (parent === target) return target
  const realParent = realPath(parent, links)
  return realParent === undefined ? undefined : path.join(realParent, path.basename(target))
}
