// The texts that servers make of a path before they open it: some trim it, take quotes off, decode `%2e`, turn `\` into
// `/`, normalise letters, expand braces. Only an answer that is true of all readings counts.

/** Longer than any path even when each of its signs is written as `%2e`. */
const longest = 3 * 4096
const mostReadings = 64

/**
 * What `text` may mean, itself first. `undefined` where that is too much to look at, or a file on another host: nobody
 * writes such a path by accident.
 */
export function pathReadings(text: string, separator: '/' | '\\'): readonly string[] | undefined {
  const readings = new Set([text])
  const changes: readonly ((one: string) => string | readonly string[])[] =
    // A text this long is no path, unless it is made of blanks mostly.
    text.length > longest ? [trimmed] : separator === '\\' ? [...everywhere, ...onWindows] : [...everywhere, ...onPosix]
  // The set grows while it is walked, so that each change is also made to what other changes led to.
  for (const reading of readings) {
    // Some take the path alone, others go to that host.
    if (/^file:\/\/(?!(?:localhost|127\.0\.0\.1|\[::1\])?\/)/i.test(reading)) return undefined
    for (const change of changes) {
      for (const one of [change(reading)].flat()) {
        if (one.length > longest && one !== text) continue
        readings.add(one)
        if (readings.size > mostReadings) return undefined
      }
    }
  }
  return [...readings]
}

const trimmed = (text: string): string => text.trim()

/** As the reference file server takes quotes off. */
const unquoted = (text: string): string => text.replace(/^["']|["']$/g, '')

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text)

/** Without line breaks, other controls and signs that show nothing. NUL stays: what it does to a path cannot be told. */
const unseen = (text: string): string =>
  isPlain(text) ? text : text.replace(/(?!\0)[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, '')

/** One spelling for what some take for the same: composed, decomposed and full-width letters, ligatures, other slashes. */
const compatible = (text: string): string =>
  isPlain(text) ? text : text.normalize('NFKC').replaceAll('ß', 'ss').replace(/[⁄∕⧸]/g, '/').replace(/[∖⧵]/g, '\\')

const decoded = (text: string): string => {
  if (!/%[0-9a-f]{2}/i.test(text)) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  }
}

/** The path of a `file:` URL on this host. */
const ofFileUrl = (text: string): string => {
  const [, encoded = text] = /^file:(?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])?(?=\/))?(\/[^?#]*)/i.exec(text) ?? []
  return encoded.replace(/^\/+(?=[A-Za-z]:)/, '')
}

/** `{a,b}` as shells and glob libraries expand it; prose and code, with blanks in their braces, are left alone. */
const expanded = (text: string): string | readonly string[] => {
  if (text.length > 1024) return text
  // Looked for in two steps: as one pattern it would take the square of the text's length.
  const found = [...text.matchAll(/\{([^{}\s"'`]*)\}/g)].find(([, inner = '']) => /,|\.\./.test(inner))
  if (found === undefined) return text
  const [whole, inner = ''] = found
  const before = text.slice(0, found.index)
  const after = text.slice(found.index + whole.length)
  return inner.includes(',') ? inner.split(',').map((one) => before + one + after) : `${before}*${after}`
}

const everywhere = [trimmed, unquoted, unseen, compatible, decoded, ofFileUrl, expanded]
const onPosix = [(text: string): string => text.replaceAll('\\', '/')]

const onWindows = [
  // `\\?\C:\x` is `C:\x` without the tidying, `/c/x` is how Git's shell writes it.
  (text: string): string => text.replace(/^[\\/]{2}[?.][\\/](?=[A-Za-z]:)/, ''),
  (text: string): string => text.replace(/^\/([A-Za-z])(?=\/|$)/, '$1:'),
  // `name:stream` is part of `name`; dots and blanks at the end of a name are dropped.
  (text: string): string => text.replace(/(?<=[^\\/]{2}):[^\\/]*/g, ''),
  (text: string): string => text.replace(/(?<=[^\\/. ])[. ]+(?=[\\/]|$)/g, ''),
]
