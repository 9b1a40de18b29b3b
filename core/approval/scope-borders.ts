// Where a path or a text can be cut so that what is left still means something: folders, and beginnings that end at a border.

/** How paths are written on the system, and where the session works. Home and what lies above it are too much to offer. */
export type PathPlaces = { readonly separator: '/' | '\\'; readonly cwd: string; readonly home?: string }

/** Absolute, without `.` and `..`, by the text alone; nothing where it is no path on this machine. */
export function absolutePath(text: string, { separator, cwd, home }: PathPlaces): string | undefined {
  if (!isOneLine(text) || text.length > 4096 || /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || text.includes('%'))
    return undefined
  const windows = separator === '\\'
  const fromHome = /^~(?:$|[/\\])/.test(text)
  if (fromHome && home === undefined) return undefined
  const whole = fromHome ? `${home}${text.slice(1)}` : isAbsolute(text, windows) ? text : cwd + separator + text
  if (windows && whole.startsWith('\\\\')) return undefined
  const [root, rest] = splitRoot(whole, windows)
  if (root === undefined) return undefined
  const parts: string[] = []
  for (const part of rest.split(windows ? /[/\\]/ : '/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return root + parts.join(separator)
}

function isAbsolute(text: string, windows: boolean): boolean {
  return windows ? /^[A-Za-z]:[/\\]|^[/\\]{2}/.test(text) : text.startsWith('/')
}

function splitRoot(path: string, windows: boolean): [root: string | undefined, rest: string] {
  if (!windows) return path.startsWith('/') ? ['/', path.slice(1)] : [undefined, path]
  return /^[A-Za-z]:[/\\]/.test(path) ? [`${path.slice(0, 2)}\\`, path.slice(3)] : [undefined, path]
}

/** Whether a text is a path to its tool, as far as name and look tell. */
export function looksLikePath(name: string, text: string): boolean {
  if (text.trim() === '' || text.length > 4096 || !isOneLine(text) || /^[a-z][a-z0-9+.-]+:\/\//i.test(text))
    return false
  if (/^(?:~?[/\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\])/.test(text)) return true
  const last = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
  return /(?:^|[_-])(?:paths?|files?|filename|filepath|dir|dirs|directory|directories|folders?|cwd)$/.test(last)
}

/** The folder that holds `path`, or nothing above the last name of a root. */
export function folderOf(path: string, separator: string): string | undefined {
  const at = path.lastIndexOf(separator)
  const folder = path.slice(0, at)
  return at <= 0 || /^[A-Za-z]:$/.test(folder) ? undefined : folder
}

/** Whether `path` is `folder` or lies in it, by the text alone. */
export const liesIn = (path: string, folder: string, separator: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(separator) ? folder : folder + separator)

/** The folders from that of `path` up to the session's own; outside of that only the first. Narrowest first. */
export function foldersAbove(path: string, places: PathPlaces): string[] {
  const { separator, cwd } = places
  const folders: string[] = []
  for (let folder = folderOf(path, separator); folder !== undefined; folder = folderOf(folder, separator)) {
    if (isTooMuch(folder, places)) break
    const within = isInProject(folder, places)
    if (within || (folders.length === 0 && !liesIn(cwd, folder, separator))) folders.push(folder)
    if (!within || folder === cwd) break
  }
  return folders
}

/** A session that works in the root, or in home, has no project there. */
export function isInProject(folder: string, places: PathPlaces): boolean {
  const { separator, cwd } = places
  return !isRoot(cwd) && !isTooMuch(cwd, places) && liesIn(folder, cwd, separator)
}

export const isRoot = (path: string): boolean => /^(?:\/|[A-Za-z]:[/\\]?)$/.test(path)

/** Home, and what holds it. */
export const isTooMuch = (folder: string, { home, separator }: PathPlaces): boolean =>
  home !== undefined && liesIn(home, folder, separator)

/** The last folder that holds all of these; nothing where that is more than the session's folder or hardly a place at all. */
export function commonFolder(paths: readonly string[], places: PathPlaces): string | undefined {
  const { separator, cwd } = places
  const [first, ...others] = paths
  let folder = first === undefined ? undefined : folderOf(first, separator)
  while (folder !== undefined && !others.every((path) => folder !== undefined && liesIn(path, folder, separator))) {
    folder = folderOf(folder, separator)
  }
  if (folder === undefined || isTooMuch(folder, places)) return undefined
  const deep = folder.split(separator).length > 2
  return isInProject(folder, places) || (deep && !liesIn(cwd, folder, separator)) ? folder : undefined
}

const longestBordered = 500
const shortestPrefix = 3
/** What runs somewhere means another thing when something is added to it, so a beginning says nothing. */
const runs = /command|cmd|shell|script|code|sql|query|statement|expression|javascript|python|bash|args|function/i

/** Beginnings of the text that end at a border, longest first. */
export function prefixesOf(name: string, text: string): string[] {
  if (text.length > longestBordered || !isOneLine(text) || runs.test(name)) return []
  const url = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*\//i.exec(text)?.[0]
  // A host cut short is the beginning of other hosts, and in a file's address `..` leads on.
  if (/^file:/i.test(text)) return []
  if (url === undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return []
  const from = Math.max(url?.length ?? 0, shortestPrefix)
  const borders: string[] = []
  for (let at = text.length - 1; at >= from; at--) {
    const ends = url === undefined ? /[/:#@=_\s.-]/.test(text.charAt(at - 1)) : text.charAt(at - 1) === '/'
    // Only before something, not in a row of borders.
    if (ends && !/[/:#@=_\s.-]/.test(text.charAt(at))) borders.push(text.slice(0, at))
  }
  return borders
}

const isOneLine = (text: string): boolean => !/[\u0000-\u001f\u007f\u2028\u2029]/.test(text)
