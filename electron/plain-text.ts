// Tool and server names come from outside and end up in menus and notifications, which we cannot escape like HTML:
// Linux notification bodies take markup, menus take `&` as a mnemonic, and any of them takes bidirectional overrides.
const replacement = '\uFFFD'
// Control and format characters, line and paragraph separators, private use, lone surrogates, unassigned.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}<>&]/gu

/** Arguments have up to 16 MB, and menus and notifications are made anew at every change. */
const looksAt = (max: number): number => 4 * max + 1000

/** One visible line of at most `max` characters (code points); whatever could act or hide becomes U+FFFD. */
export const plainText = (text: string, max: number): string => {
  const head = text.slice(0, looksAt(max))
  const shown = [...head.replace(unsafe, replacement).replace(/\s+/gu, ' ').trim()]
  if (shown.length <= max && head.length === text.length) return shown.join('')
  return `${shown.slice(0, max - 1).join('')}…`
}
