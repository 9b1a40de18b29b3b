// Command lines among the arguments, and what in them makes more than one plain command of it.
import type { ArgumentText } from './argument-texts.ts'

const lineNames = new Set(['command', 'cmd', 'shell', 'shellcommand', 'commandline', 'bash', 'powershell'])
const listNames = new Set([...lineNames, 'args', 'argv', 'arguments', 'commands'])
const codeNames = new Set([
  'code',
  'javascript',
  'js',
  'python',
  'source',
  'sourcecode',
  'snippet',
  'expression',
  'script',
])
/** A script in another language than a shell's. */
const programText = /=>|\b(?:function|const|let|var|import|from|def|class|tell application)\s|document\.|\)\s*;/
/** What a shell takes its line behind. */
const takesLine = /^(?:-[a-z]*c|\/[ck]|-(?:encoded)?command|-e)$/i

/** Whether a shell reads this text as a line: not the words of a list, unless one is given to a shell. */
export function isCommandLine({ text, name, isKey, list }: ArgumentText): boolean {
  if (isKey || text === '') return false
  if (list === undefined) return lineNames.has(name) || (name === 'script' && !programText.test(text))
  if (name === 'commands') return true
  const before = list.of[list.index - 1]
  return listNames.has(name) && typeof before === 'string' && takesLine.test(before)
}

/** A word of a command that is given as a list. */
export const isCommandWord = ({ name, isKey, list }: ArgumentText): boolean =>
  !isKey && list !== undefined && listNames.has(name)

export const isCode = ({ name, isKey }: ArgumentText): boolean => !isKey && codeNames.has(name)

const operators = /&&|&>>?|&|\|\||\|&|\||;;|;|\r?\n|>>|>\(|>|<<<|<<|<\(|<|\$\(|\$\{|`/y

/**
 * The shell's signs in a line, each kind once, in order. What single quotes hold is plain text where they are quotes, which
 * they are not on Windows; double quotes let substitutions through.
 */
export function shellOperators(line: string, singleQuotes = true): string[] {
  const found = new Set<string>()
  const broken = scan(line, singleQuotes, found)
  // A quote without its other half: what a shell makes of the rest cannot be told, so that every sign counts.
  if (broken) scan(line, singleQuotes, found, true)
  return [...found]
}

function scan(line: string, singleQuotes: boolean, found: Set<string>, noQuotes = false): boolean {
  // A line break at the end is the end of the line.
  const length = line.trimEnd().length
  let double = false
  for (let at = 0; at < length; at += 1) {
    const sign = line.charAt(at)
    if (sign === '\\' && !noQuotes) at += 1
    else if (sign === '"' && !noQuotes) double = !double
    else if (sign === "'" && singleQuotes && !double && !noQuotes) {
      const end = line.indexOf("'", at + 1)
      if (end < 0) return true
      at = end
    } else {
      operators.lastIndex = at
      const operator = operators.exec(line)?.[0]
      if (operator === undefined) continue
      if (!double || /^[$`]/.test(operator)) found.add(operator)
      at += operator.length - 1
    }
  }
  return double
}

const braces = /\{([^{}\s]{0,256})\}/g

/** The words of a line that a shell replaces by what they match, at most `most`. */
export function globsInCommand(line: string, most: number): string[] {
  const found = new Set<string>()
  // Quoted words are taken as they are.
  for (const [word] of line.matchAll(/'[^']*'|"[^"]*"|[^\s;|&<>()`"']+/g)) {
    if (/^['"]/.test(word) || !isWild(word)) continue
    found.add(word.slice(0, 200))
    if (found.size >= most) break
  }
  return [...found]
}

/** Names many things. `$?` is the last exit code, and URLs have queries. */
export function isWild(text: string): boolean {
  if (!/[*?{]/.test(text) || /^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return false
  if (/\*|(?<!\$)\?/.test(text)) return true
  for (const [, inner = ''] of text.matchAll(braces)) if (/,|\.\./.test(inner)) return true
  return false
}
