// What a word in the place of a program names: a program found through PATH or in a system folder, or a path as written.

const systemFolders = new Set(
  '/bin /usr/bin /usr/local/bin /sbin /usr/sbin /usr/local/sbin /opt/homebrew/bin /opt/homebrew/sbin /snap/bin'.split(
    ' ',
  ),
)

const part = /^[\p{L}\p{N}_.:+-][\p{L}\p{M}\p{N}_.:+,@-]*$/u

/**
 * The program's name, or nothing where it may be another one to some system: names in another case, or in letters that
 * macOS and Windows take for plain ones (`ſh`), find the program all the same there.
 */
export function programName(text: string): string | undefined {
  if (text === '[' || text === '[[') return text
  const cut = text.lastIndexOf('/')
  const name = text.slice(cut + 1)
  if (!part.test(name) || name === '..') return undefined
  if (cut < 0) return sameInAnyCase(name) ? name : undefined
  const folder = text.slice(0, cut)
  if (systemFolders.has(folder)) return sameInAnyCase(name) ? name : undefined
  const parts = folder.split('/')
  // A folder that is written in a second way: `/usr/../bin`, `//bin`, `/BIN`, `/proc/self/root/bin`.
  const tidy = parts.every((one, index) => (index === 0 ? one === '' || one === '.' || plain(one) : plain(one)))
  if (!tidy || systemFolders.has(folder.toLowerCase()) || !sameInAnyCase(name.toLowerCase())) return undefined
  return /^\/(?:proc|dev)(?:\/|$)/i.test(folder) ? undefined : text
}

const plain = (one: string): boolean => part.test(one) && one !== '.' && one !== '..'
const sameInAnyCase = (name: string): boolean => name.normalize('NFKC').toUpperCase().toLowerCase() === name
