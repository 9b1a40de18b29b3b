// Whether a pattern matches every text, from its structure: it does if it can match the empty text at the start (or at
// the end) of anything. What is not surely understood counts as a pattern that wants something.

export type Breadth = 'everything' | 'every-line' | 'nothing-found'

/** `every-line`: every text, or every text that is not empty, as long as it is one line. */
export function regexBreadth(pattern: string): Breadth {
  for (const anchors of ['start', 'end'] as const) {
    const rest = new Reader(pattern, anchors)
    if (rest.alternatives() && rest.atEnd) return 'everything'
  }
  return /^(?:\(\?s\))?\^?\(?(?:\.|\[\\s\\S\]|\[\\S\\s\]|\[\\d\\D\]|\[\\w\\W\])[+*]?\??\)?\$?$/.test(pattern)
    ? 'every-line'
    : 'nothing-found'
}

/** Each method says whether the part it reads can match the empty text. Never reads further than it understands. */
class Reader {
  readonly #pattern: string
  readonly #free: readonly string[]
  #at = 0

  constructor(pattern: string, anchors: 'start' | 'end') {
    this.#pattern = pattern
    this.#free = anchors === 'start' ? ['^', '\\A'] : ['$', '\\z']
  }

  get atEnd(): boolean {
    return this.#at === this.#pattern.length
  }

  alternatives(): boolean {
    let empty = this.#sequence()
    while (this.#take('|')) empty = this.#sequence() || empty
    return empty
  }

  #sequence(): boolean {
    let empty = true
    while (!this.atEnd && !/^[|)]/.test(this.#rest)) {
      const start = this.#at
      const element = this.#element()
      empty = (this.#optional() || element) && empty
      if (this.#at === start) return false
    }
    return empty
  }

  #element(): boolean {
    const free = this.#free.find((anchor) => this.#rest.startsWith(anchor))
    if (free !== undefined) return this.#skip(free.length, true)
    if (this.#take('(')) return this.#group()
    const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(this.#rest)
    if (quoted) return this.#skip(quoted[0].length, quoted[1] === '')
    const [one = ''] = /^\\(?:[pPx]\{[^}]*\}|[\s\S])/.exec(this.#rest) ?? []
    if (one !== '') return this.#skip(one.length, false)
    if (this.#rest.startsWith('[')) return this.#skip(classLength(this.#rest), false)
    return this.#skip(1, false)
  }

  #group(): boolean {
    const flags = /^\?[imsU-]*\)/.exec(this.#rest)
    if (flags) return this.#skip(flags[0].length, true)
    const [start = ''] = /^\?(?:P?<\w+>|[imsU-]*:)/.exec(this.#rest) ?? []
    this.#at += start.length
    const empty = this.alternatives()
    return this.#take(')') && empty
  }

  /** Reads quantifiers; whether they allow for no repetition at all. */
  #optional(): boolean {
    const [all = ''] = /^(?:[*?+]\??|\{\d+(?:,\d*)?\}\??)*/.exec(this.#rest) ?? []
    this.#at += all.length
    return /^(?:[*?]|\{0+[,}])/.test(all)
  }

  #take(char: string): boolean {
    if (!this.#rest.startsWith(char)) return false
    this.#at += char.length
    return true
  }

  #skip(length: number, empty: boolean): boolean {
    this.#at += length
    return empty
  }

  get #rest(): string {
    return this.#pattern.slice(this.#at)
  }
}

/** Length of a `[…]`: a `]` at its start, escapes and `[:alpha:]` do not end it. */
function classLength(text: string): number {
  return /^\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/.exec(text)?.[0].length ?? text.length
}
