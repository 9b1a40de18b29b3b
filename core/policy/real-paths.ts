// Resolving paths in arguments the way the upstream will: `~`, `.`, `..`, symlinks of the part that exists. One
// implementation for all who judge calls by the disk; Node's modules are handed in.
import { type DiskPort, type DiskView, diskView } from './disk-view.ts'
import type { PolicyPorts } from './path-inside.ts'

export type RealPathPorts = {
  fs: DiskPort
  /** Node's `path`, of the system that it runs on. */
  path: {
    sep: string
    join(...parts: string[]): string
    resolve(...parts: string[]): string
    isAbsolute(path: string): boolean
    dirname(path: string): string
    parse(path: string): { root: string }
  }
  os: { homedir(): string }
  /** Node's name for the system. */
  platform: string
  /** Calls back once all that is judged together has been judged. */
  later(act: () => void): unknown
}

/** PATH_MAX of Linux; other systems have less. */
const longestPath = 4096
const mostLinks = 40

/** What is behind these is another thing for every program: its working directory, its root, its open files. */
const differsByProcess =
  /^\/proc\/[^/]+(?:\/task\/[^/]+)?\/(?:cwd|root|exe|fd|map_files)$|^\/dev\/(?:fd|std(?:in|out|err))$/

/** Path resolution for an upstream that works in `cwd`. */
export function realPathsOf(
  ports: RealPathPorts,
  cwd: string,
  over: { home?: string; foldsCase?: boolean } = {},
): PolicyPorts {
  const { path, os } = ports
  const disk = diskView(ports.fs, ports.later)
  const onWindows = path.sep === '\\'
  const separators = separatorsOf(ports)
  const hasParent = (text: string): boolean => text.split(separators).includes('..')
  const folds = over.foldsCase ?? foldsCase(ports)
  const fold = (real: string): string => (folds ? real.normalize('NFC').toLowerCase() : real)
  return {
    separator: onWindows ? '\\' : '/',
    resolvePath: (text) => {
      // Another user's home is resolved by some programs and a plain name to others.
      const [first = ''] = text.split(separators, 1)
      if (text.includes('\0') || /^~./.test(first)) return undefined
      const fromHome = first === '~'
      // To a program that does not know `~` it is a folder like any other, and what `..` leads to is another place.
      if (fromHome && (hasParent(text) || disk.at(path.join(cwd, '~')).is !== 'nothing')) return undefined
      const expanded = fromHome ? path.join(over.home ?? os.homedir(), text.slice(1)) : text
      // `C:name` counts from where the server is on that drive; `\\host\share` may be this machine under another name.
      if (onWindows && (elsewhereOnWindows(text, cwd) || /^[/\\]{2}/.test(text))) return undefined
      const resolved = path.resolve(cwd, expanded)
      // Too long to be opened, so it needs no look at the disk; unless it only becomes short by tidying.
      if (resolved.length > longestPath) return fold(resolved)
      if (expanded.length > longestPath) return undefined
      const real = follow(ports, resolved, disk)
      // `link/..` is the link's folder to a program that tidies paths first, and the target's parent to the kernel.
      if (
        hasParent(expanded) &&
        follow(ports, path.isAbsolute(expanded) ? expanded : cwd + path.sep + expanded, disk) !== real
      ) {
        return undefined
      }
      return real && fold(real)
    },
  }
}

const foldsCase = ({ platform }: RealPathPorts): boolean => platform === 'win32' || platform === 'darwin'

/** On POSIX a backslash is a letter like others; path-readings.ts asks again with it turned. */
const separatorsOf = ({ path }: RealPathPorts): RegExp => (path.sep === '\\' ? /[/\\]/ : /\//)

const elsewhereOnWindows = (text: string, cwd: string): boolean =>
  /^[A-Za-z]:(?![/\\])/.test(text) && text.charAt(0).toLowerCase() !== cwd.charAt(0).toLowerCase()

/**
 * The real path as the kernel finds it: part by part, following each link before the next `..`. Parts that do not exist
 * are kept as they are; a write through a dangling link would create what the link names. `undefined` where it cannot be
 * told: a loop of links, a folder that may not be read, a place that differs by process.
 */
function follow(ports: RealPathPorts, target: string, disk: DiskView): string | undefined {
  const { fs, path } = ports
  const separators = separatorsOf(ports)
  const { root } = path.parse(target)
  const parts = target.slice(root.length).split(separators).reverse()
  let at = root
  let rest: string[] = []
  let links = 0
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (rest.pop() === undefined) at = path.dirname(at)
      continue
    }
    if (rest.length > 0) {
      rest.push(part)
      continue
    }
    const next = path.join(at, part)
    if (differsByProcess.test(next)) return undefined
    const found = disk.at(next)
    if (found.is === 'plain') at = next
    else if (found.is === 'nothing') rest = [part]
    else if (found.is === 'link' && ++links <= mostLinks) {
      if (path.isAbsolute(found.to)) at = path.parse(found.to).root
      const linked = path.isAbsolute(found.to) ? found.to.slice(at.length) : found.to
      parts.push(...linked.split(separators).reverse())
    } else {
      return undefined
    }
  }
  try {
    // In the spelling of the disk, where another one finds it too.
    return path.join(foldsCase(ports) ? fs.realpathSync.native(at) : at, ...rest)
  } catch {
    return undefined
  }
}
