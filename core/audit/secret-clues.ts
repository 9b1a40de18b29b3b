// Whether a text can have a secret at all. Nearly none has, and every text of every call is asked: this is what redaction
// costs, so it looks for a few words, and for long pieces without a break, and nothing else.

export type Clues = {
  /** The beginnings of words that secrets stand by, as far as they are in the text: those of `wordClues`. */
  readonly words: ReadonlySet<string>
  /** The text in lower case. */
  readonly lower: string
  /** There may be flags of a command line in it, or a program that another one gets its input from. */
  readonly flags: boolean
  /** There are other signs that secrets stand by: users in URLs, hashes of passwords, lines of some files. */
  readonly signs: boolean
  /** The parts of the text in which there are pieces long enough for a key, with what stands before them. */
  readonly around: readonly Part[]
}
export type Part = { readonly start: number; readonly end: number }

/** Not what is about words like that: passed, author, tokens. */
const wordClues =
  /pass(?!ed|es|ing|ive|ag|eng)|pwd|secret|token(?![si])|key|auth(?!ors?\b)|cred|cook|jwt|bearer|mnemo|phrase|\bpin\b|\botp\b|\bcv[vc]\b|_code\b/g
/** The shortest run that every key of a known shape has. */
const shortestRun = 18
/** So far before its longest piece a key can begin, or the word that tells of it. */
const reach = 96
/** Of what runs consist: letters, digits, `-` and `_`. */
const inRun = new Uint8Array(128)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-') inRun[char.charCodeAt(0)] = 1

/** Nothing where there can be none. */
export function cluesIn(text: string): Clues | undefined {
  const around = aroundRuns(text)
  // Of UUIDs and hashes there are many.
  if (around.length === 1 && text.length <= 128 && /^[0-9a-f-]*$/i.test(text)) return undefined
  const lower = text.toLowerCase()
  let words: Set<string> | undefined
  wordClues.lastIndex = 0
  for (let found = wordClues.exec(lower); found; found = wordClues.exec(lower)) {
    if (found[0] === 'key' && !isKindOfKey(lower, found.index)) continue
    words ??= new Set()
    words.add(found[0])
  }
  const signs = hasSigns(text, lower)
  const flags = hasFlags(text, lower)
  if (words === undefined && around.length === 0 && !signs && !flags) return undefined
  return { words: words ?? none, lower, around, flags, signs }
}

const none: ReadonlySet<string> = new Set()

/** How what stands before a key ends that is a secret: api, access, private, … (tellingName in secret-assignments.ts). */
const kindEnds = new Set('pi ss te et nt ng on th er ed ce se oy sh pp'.split(' '))

function isKindOfKey(lower: string, at: number): boolean {
  const end = /[-_ ]/.test(lower.charAt(at - 1)) ? at - 1 : at
  return kindEnds.has(lower.slice(Math.max(0, end - 2), end))
}

const hasFlags = (text: string, lower: string): boolean =>
  (text.includes(' -') && / -[a-z]| --(?:user|auth|cookie|proxy-user)/.test(lower)) ||
  (text.includes('|') && /\|\s?(?:sudo|\w*passwd)/.test(lower))

function hasSigns(text: string, lower: string): boolean {
  return (
    (text.includes('@') && /:\/\/|:thin:|@(?:tcp|unix)\(/.test(lower)) ||
    text.includes('$') ||
    text.includes('Q~') ||
    text.includes('----') ||
    (text.includes(':') && /:[56]\d{3}:|:\*:/.test(text)) ||
    (text.includes("'") && lower.includes('identified'))
  )
}

/** Looks at the last place of a run first: where there is no letter, none of that length can begin before it. */
function aroundRuns(text: string): Part[] {
  const parts: { start: number; end: number }[] = []
  for (let start = 0; start + shortestRun <= text.length; ) {
    let at = start + shortestRun - 1
    while (at >= start && isIn(text, at)) at--
    if (at >= start) {
      start = at + 1
      continue
    }
    let end = start + shortestRun
    while (end < text.length && isIn(text, end)) end++
    // A long word is no key.
    if (/^[a-z]*$/.test(text.slice(start, end))) {
      start = end + 1
      continue
    }
    const last = parts.at(-1)
    const from = Math.max(0, start - reach)
    if (last && last.end >= from) last.end = end
    else parts.push({ start: from, end })
    start = end + 1
  }
  return parts
}

const isIn = (text: string, at: number): boolean => inRun[text.charCodeAt(at)] === 1
