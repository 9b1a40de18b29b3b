// Whether a path with something to fill in (`*`, `$HOME`, `%APPDATA%`) could lead into a folder: a server may fill it in.
// Answers yes too often rather than too seldom. Links that a `*` picks up by name are not seen.

/** `{…}` is not among them: path-readings.ts has written it out. */
const gap =
  /\$(?:(?:env:)?[A-Za-z_][A-Za-z0-9_]*|\{[^{}/\\]*\}|\([^()]*\))|%[A-Za-z_][A-Za-z0-9_()]*%|[?*+@!]\([^()]*\)|\*+|\?|\[[^\]/\\]{1,64}\]/g

/** Folders and files that web frameworks name like this: `[slug]`, `[...all].tsx`. */
const routeName = /^\[{1,2}(?:\.\.\.)?[A-Za-z][A-Za-z0-9_]+(?:-[A-Za-z0-9_]{2,})*\]{1,2}(?:\.[A-Za-z.]+)?$/

const separators = /[\\/]+/

/** What stands in a pattern: a sign, or how much may stand there. */
type Token = { sign: string } | 'one' | 'some' | 'some-folders'

export function hasGaps(text: string): boolean {
  return text.search(gap) >= 0 && text.split(separators).some(isOpen)
}

const isOpen = (part: string): boolean => part.search(gap) >= 0 && !routeName.test(part)

/**
 * Whether `text` could name something in a folder, which is given as a real path. `resolve` gives the real path of the
 * part before the first gap.
 */
export function couldLieIn(
  text: string,
  separator: string,
  resolve: (text: string) => string | undefined,
): (folder: string) => boolean {
  const parts = text.split(separators)
  const open = parts.findIndex(isOpen)
  const lastUp = parts.findLastIndex((part, index) => index >= open && couldBeParent(part))
  const startsOpen = open === 0 && /^[$%~]/.test(text)
  let tokens: Token[]
  if (startsOpen || lastUp >= 0) {
    tokens = ['some-folders']
  } else {
    const base = resolve(open === 0 ? '.' : `${parts.slice(0, open).join('/')}/`)
    if (base === undefined) return () => true
    tokens = signs(base.endsWith(separator) ? base.slice(0, -1) : base)
  }
  for (const part of parts.slice(lastUp >= 0 ? lastUp + 1 : open)) {
    if (part === '' || part === '.') continue
    if (/^\*{2,}$/.test(part)) tokens.push('some-folders')
    else tokens.push({ sign: separator }, ...tokensOf(part))
  }
  return (folder) => reaches(tokens, folder, separator)
}

/** `..`, or what becomes it when nothing or dots are filled in (`.*`, `.$X.`). */
const couldBeParent = (part: string): boolean => /^\.{1,2}$/.test(part.replace(gap, '')) && part !== '.'

const signs = (text: string): Token[] => [...text.toLowerCase()].map((sign) => ({ sign }))

function tokensOf(part: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (const found of part.matchAll(gap)) {
    tokens.push(...signs(part.slice(at, found.index)))
    tokens.push(filling(found[0]))
    at = found.index + found[0].length
  }
  return [...tokens, ...signs(part.slice(at))]
}

function filling(gapText: string): Token {
  if (/^[$%]/.test(gapText)) return 'some-folders'
  return gapText === '?' || gapText.startsWith('[') ? 'one' : 'some'
}

/** Whether something that the tokens match is `folder` or begins with it: all ways through the tokens at once. */
function reaches(tokens: readonly Token[], folder: string, separator: string): boolean {
  let states = skipping(tokens, [0])
  for (const sign of folder.toLowerCase()) {
    states = step(tokens, states, sign, separator)
    if (states.size === 0) return false
  }
  return states.has(tokens.length) || step(tokens, states, separator, separator).size > 0
}

/** The states, and those behind tokens that may match nothing. */
function skipping(tokens: readonly Token[], from: Iterable<number>): Set<number> {
  const states = new Set(from)
  for (const state of states) {
    const token = tokens[state]
    if (token === 'some' || token === 'some-folders') states.add(state + 1)
  }
  return states
}

function step(tokens: readonly Token[], states: ReadonlySet<number>, sign: string, separator: string): Set<number> {
  const next: number[] = []
  for (const state of states) {
    const token = tokens[state]
    if (token === undefined) continue
    if (token === 'some-folders' || (token === 'some' && sign !== separator)) next.push(state)
    else if (token === 'one') {
      if (sign !== separator) next.push(state + 1)
    } else if (token !== 'some' && token.sign === sign) next.push(state + 1)
  }
  return skipping(tokens, next)
}
