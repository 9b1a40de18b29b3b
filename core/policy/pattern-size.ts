// How large a regular expression becomes once its repetitions are written out, which is how RE2 runs them. Told from the
// text alone, because compiling `x{999}` a hundred times over takes a third of a second.

/** A class of Unicode characters is hundreds of ranges. */
const unicodeClass = 40

/** About as many steps as the compiled pattern has; never far too few. Makes no demands on the syntax. */
export function patternSize(pattern: string): number {
  /** Sizes of the groups that are open, outermost first, each up to its last item; and that item's own. */
  const open: number[] = []
  let before = 0
  let last = 0
  /** Of classes; a class is made once, however often it is repeated. */
  let ranges = 0
  const item = (size: number) => {
    before += last
    last = size
  }
  const token = /\\[pP](?:\{[^}]*\}|.)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]?|\{(\d+)(?:,(\d*))?\}|./gsu
  for (const [text, least, most] of pattern.matchAll(token)) {
    if (least !== undefined) last *= Math.max(1, Number(most || least) + (most === '' ? 1 : 0))
    else if (text === '(') {
      open.push(before + last)
      before = 0
      last = 0
    } else if (text === ')') {
      const group = before + last + 2
      before = open.pop() ?? 0
      last = group
    } else if (text.startsWith('[') || /^\\[pP]/.test(text)) {
      ranges += text.length / 4 + unicodeClass * (text.match(/\\[pP]/g)?.length ?? 0)
      item(1)
    } else item(1)
  }
  return open.reduce((sum, size) => sum + size, before + last + ranges)
}
