// The words of a shell command line, cut in the one way in which sh, bash, dash and zsh all cut it. Whatever they read
// differently, and whatever runs something inside a word, makes the line untellable. A second opinion beside the parser.

export type ShellWord = {
  readonly end: number
  /** The text after quotes are removed; with `open`, what was written of it. */
  readonly text: string
  /** The shell puts something else in its place: a variable, a pattern, braces, a home. */
  readonly open: boolean
  /** Other words may come out of it, also ones that begin with a dash. */
  readonly wild: boolean
  readonly quoted: boolean
}

export type Cut = {
  /** By the place where they begin. */
  readonly words: ReadonlyMap<number, ShellWord>
  /** How many here-documents were skipped, all of them free of expansion. */
  readonly documents: number
}

/** Characters nobody sees, or that a terminal obeys. CR ends a line for some and belongs to the word for others. */
const odd = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|(?! )\p{Z}|\p{Cf}|\p{Cs}/u
const ends = ' \t\n;&|()<>'
/** What may follow a `$` that stands for itself. */
const plainAfterDollar = / |\t|\n|\/|"|\||\)|\.|,|;|&|$/y
/** The plain forms only, and no `[` after them: zsh calculates what is between the brackets, which can run commands. */
const variable =
  /\$(?:[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_])|[0-9?#@*$!-]|\{(?:[A-Za-z_][A-Za-z0-9_]*|[0-9?#@*$!-])\})(?!\[)/y
const document =
  /<<(-?)[ \t]*(?:'([A-Za-z_][A-Za-z0-9_]*)'|"([A-Za-z_][A-Za-z0-9_]*)"|([A-Za-z_][A-Za-z0-9_]*))(?=[ \t\n;&|)<>])/y
const mostDocuments = 8

/** The words of `line`, or nothing where they cannot be told. */
export function cutWords(line: string): Cut | undefined {
  if (odd.test(line)) return undefined
  const words = new Map<number, ShellWord>()
  const waiting: { tabs: boolean; quoted: boolean; end: string }[] = []
  let documents = 0
  let at = 0

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(line)
  }

  /** Goes past the here-documents that begin on the next line. */
  const skipDocuments = (): boolean => {
    for (const { tabs, quoted, end } of waiting.splice(0)) {
      for (;;) {
        if (at >= line.length) return false
        const stop = line.indexOf('\n', at)
        const row = line.slice(at, stop < 0 ? line.length : stop)
        at = stop < 0 ? line.length : stop + 1
        if ((tabs ? row.replace(/^\t+/, '') : row) === end) break
        if (!quoted && /[$`\\]/.test(row)) return false
      }
    }
    return true
  }

  /** Goes past one word, which begins here. */
  const word = (): ShellWord | undefined => {
    let text = ''
    let open = false
    let wild = false
    let quoted = false
    const begin = at
    while (at < line.length && !ends.includes(line.charAt(at))) {
      const sign = line.charAt(at)
      if (sign === "'" || sign === '"') {
        const inner = sign === "'" ? single() : double()
        if (inner === undefined || (waiting.length > 0 && inner.text.includes('\n'))) return undefined
        text += inner.text
        open ||= inner.open
        // `"$@"` is many words; what is filled in at the very start may begin with anything.
        wild ||= inner.many || (inner.leads && text === inner.text)
        quoted = true
      } else if (sign === '\\') {
        if (at + 1 >= line.length) return undefined
        if (line.charAt(at + 1) !== '\n') text += line.charAt(at + 1)
        else if (waiting.length > 0) return undefined
        quoted = true
        at += 2
      } else if (sign === '`') return undefined
      else if (sign === '$') {
        const found = match(variable)
        if (found === null) {
          at++
          if (match(plainAfterDollar) === null || line.charAt(at) === '"') return undefined
          text += '$'
        } else {
          text += found[0]
          at += found[0].length
          open = wild = true
        }
      } else {
        if ('*?[{~'.includes(sign)) {
          open = true
          if (at === begin) wild = true
        }
        text += sign
        at++
      }
    }
    // A bracket alone is no pattern.
    if (text === '[' || text === '[[') open = wild = false
    return { end: at, text, open, wild, quoted }
  }

  const single = () => {
    const stop = line.indexOf("'", at + 1)
    if (stop < 0) return undefined
    const text = line.slice(at + 1, stop)
    at = stop + 1
    return { text, open: false, leads: false, many: false }
  }

  const double = () => {
    let text = ''
    let open = false
    let leads = false
    let many = false
    at++
    for (;;) {
      const sign = line.charAt(at)
      if (sign === '' || sign === '`') return undefined
      if (sign === '"') break
      const found = sign === '$' ? match(variable) : null
      if (found !== null) {
        leads ||= text === ''
        many ||= found[0].includes('@')
        text += found[0]
        at += found[0].length
        open = true
        continue
      }
      at++
      if (sign === '$' && (at >= line.length || match(plainAfterDollar) === null)) return undefined
      if (sign !== '\\') text += sign
      else {
        const next = line.charAt(at++)
        if (next !== '\n') text += '$`"\\'.includes(next) ? next : `\\${next}`
      }
    }
    at++
    return { text, open, leads, many }
  }

  while (at < line.length) {
    const sign = line.charAt(at)
    if (sign === '\n') {
      at++
      if (!skipDocuments()) return undefined
    } else if (sign === '#') {
      const stop = line.indexOf('\n', at)
      const comment = line.slice(at, stop < 0 ? line.length : stop)
      // A zsh that talks to a person has no comments: to it these are words, so they must not be more than that.
      if (/[;&|()<>{}$`'"\\!]/.test(comment)) return undefined
      at += comment.length
    } else if (line.startsWith('<<<', at)) {
      at += 3
    } else if (line.startsWith('<<', at)) {
      const found = match(document)
      if (found === null || ++documents > mostDocuments) return undefined
      const [all, dash, one, two, bare = ''] = found
      const end = one ?? two
      waiting.push({ tabs: dash === '-', quoted: end !== undefined, end: end ?? bare })
      at += all.length
    } else if (sign === '(') {
      // `((`, `a(`, `*(`, `=(`: arithmetic, functions, arrays and patterns that zsh runs. A subshell stands alone.
      if (at > 0 && !' \t\n;&|'.includes(line.charAt(at - 1))) return undefined
      at++
    } else if (sign === '>' && line.charAt(at - 1) === '&' && line.charAt(at - 2) !== '>') {
      // `&>` is one sign to bash and two to sh.
      return undefined
    } else if (ends.includes(sign)) {
      at++
    } else if (line.startsWith('\\\n', at) && waiting.length === 0) {
      // The line goes on. Between the halves of `&&` or `<<` not every parser sees that.
      if (at > 0 && !' \t'.includes(line.charAt(at - 1))) return undefined
      at += 2
    } else {
      const begin = at
      const cut = word()
      if (cut === undefined) return undefined
      words.set(begin, cut)
    }
  }
  return waiting.length > 0 ? undefined : { words, documents }
}
