// Globs over names and texts: `*` is any text, `?` any one character, all else is itself. Nothing is special about `/`:
// what a path lies in is the business of `inside`.

/** Longest glob, so that matching stays proportional to the text. */
export const maxGlobLength = 1000

export type TextMatcher = (text: string) => boolean

/** What is wrong with a glob, or nothing. Classes and braces are refused: read literally they would surprise. */
export function globProblem(glob: string): string | undefined {
  if (glob === '') return 'is empty'
  if (glob.length > maxGlobLength) return `is longer than ${maxGlobLength} characters`
  const special = /[[\]{}\\]/.exec(glob)
  return special ? `has \`${special[0]}\`; only \`*\` and \`?\` are special in a glob` : undefined
}

export const isLiteral = (glob: string): boolean => !/[*?]/.test(glob)

export function compileGlob(glob: string): TextMatcher {
  if (/^\*+$/.test(glob)) return () => true
  if (isLiteral(glob)) return (text) => text === glob
  const head = glob.slice(0, -1)
  if (glob.endsWith('*') && isLiteral(head)) return (text) => text.startsWith(head)
  const tail = glob.slice(1)
  if (glob.startsWith('*') && isLiteral(tail)) return (text) => text.endsWith(tail)
  const middle = glob.slice(1, -1)
  if (glob.startsWith('*') && glob.endsWith('*') && isLiteral(middle)) return (text) => text.includes(middle)
  return (text) => matchGlob(glob, text)
}

export function compileGlobs(globs: readonly string[]): TextMatcher {
  const matchers = globs.map(compileGlob)
  const [only] = matchers
  if (only && matchers.length === 1) return only
  return (text) => matchers.some((matches) => matches(text))
}

/** Greedy matching that only ever returns to the last star: at worst glob length times text length, never exponential. */
function matchGlob(glob: string, text: string): boolean {
  let g = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (g < glob.length && glob[g] === '*') {
      star = g++
      resume = t
    } else if (g < glob.length && glob[g] === '?') {
      g++
      t += unitsAt(text, t)
    } else if (g < glob.length && glob[g] === text[t]) {
      g++
      t++
    } else if (star >= 0) {
      g = star + 1
      resume += unitsAt(text, resume)
      t = resume
    } else {
      return false
    }
  }
  while (g < glob.length && glob[g] === '*') g++
  return g === glob.length
}

/** One character can be two code units; `?` takes both. */
function unitsAt(text: string, at: number): 1 | 2 {
  const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00
  return isPair ? 2 : 1
}
