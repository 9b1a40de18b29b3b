// Which programs a shell command line starts, or that it cannot be told. Two readings must agree on it: unbash gives the
// structure, shell-words.ts the words. Whatever is not known to be harmless makes the line untellable.
import {
  type Command,
  type CommandNode,
  type PipelineNode,
  parse,
  type Redirection,
  type Statement,
  type Word,
} from 'unbash'
import { launcherOf } from './shell-launchers.ts'
import { programName } from './shell-names.ts'
import { type Cut, cutWords, type ShellWord } from './shell-words.ts'

/**
 * Who reads the line. `posix`: sh, bash, dash, zsh and their like. `any`: cmd and PowerShell as well, as on Windows; then
 * only lines count that all of them read the same.
 */
export type Shells = 'posix' | 'any'

const longestLine = 64 * 1024
const deepest = 40

/** As `TextEngines.shellPrograms`. */
export function shellPrograms(line: string, shells: Shells = 'posix'): readonly string[] | undefined {
  if (line.length > longestLine || (shells === 'any' && !sameOnWindows(line))) return undefined
  const cut = cutWords(line)
  if (cut === undefined || cut.words.size === 0) return undefined
  const reading = new Reading(line, cut, shells)
  try {
    const { commands, errors = [] } = parse(line)
    if (errors.length > 0 || !reading.statements(commands, 0)) return undefined
  } catch {
    return undefined // the parser met something it did not expect
  }
  return reading.result()
}

/** Nothing that cmd or PowerShell gives a meaning of its own: their quotes, escapes, variables, blocks, comments. */
const sameOnWindows = (line: string): boolean =>
  /^(?:[A-Za-z0-9 \t_./:=,+~&|;-]|"(?!")[^"\\'`$%!^\n]*"|\\(?=[A-Za-z0-9_.]))*$/.test(line) &&
  !/[^\x20-\x7e\t]/.test(line)

/** Names that no shell gives a meaning (zsh's `path` is `PATH`). */
const loopVariable =
  /^(?:[a-z]{1,2}|file|files|dir|name|line|item|num|url|pkg|repo|branch|commit|user|word|arg|key|val|value|idx|index|count)$/

/** What these change is the look of the output. */
const harmlessAssignment =
  /^(?:LANG|LANGUAGE|LC_(?:ALL|CTYPE|NUMERIC|TIME|COLLATE|MESSAGES)|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CI|COLUMNS|LINES|NODE_ENV|RUST_BACKTRACE)=[A-Za-z0-9_.:@-]*$/

/** They calculate with their arguments, in some shells, and calculating can run what stands in brackets: `a[$(id)]`. */
const calculating = new Set('printf test [ [[ exit return break continue shift kill wait ulimit umask'.split(' '))
const substitution = /`|\$[({[|]|[<>=]\(/

/** Something is filled in at its beginning, or where it could end the word. */
const couldBeOption = ({ wild, open, text }: ShellWord): boolean => wild || (open && !/^[A-Za-z0-9_./]/.test(text))

class Reading {
  readonly #line: string
  readonly #cut: Cut
  readonly #shells: Shells
  readonly #names: string[] = []
  #documents = 0

  constructor(line: string, cut: Cut, shells: Shells) {
    this.#line = line
    this.#cut = cut
    this.#shells = shells
  }

  result(): readonly string[] | undefined {
    const { words, documents } = this.#cut
    const names = this.#names
    if (names.length === 0 || this.#documents !== documents) return undefined
    const named = (names_: ReadonlySet<string>) => names.some((name) => names_.has(name))
    if (named(calculating) && [...words.values()].some(({ text }) => substitution.test(text))) return undefined
    // Where a relative path leads is another place after `cd`.
    const moved = named(new Set(['cd', 'chdir', 'pushd', 'popd']))
    return moved && names.some((name) => /^[^/].*\//.test(name)) ? undefined : names
  }

  statements(list: readonly Statement[], depth: number): boolean {
    return depth < deepest && list.every(({ command }) => this.#anyOf(command, depth + 1))
  }

  #anyOf(node: Statement['command'], depth: number): boolean {
    return node.type === 'AndOr'
      ? node.commands.every((one) => this.#pipeline(one, depth))
      : this.#pipeline(node, depth)
  }

  #pipeline(node: PipelineNode, depth: number): boolean {
    if (node.type !== 'Pipeline') return this.#command(node, depth)
    return (
      // `time` is a keyword to bash, which times all, and a program to others.
      node.prefixes.every(({ type }) => type === 'Negation') &&
      node.operators.every((operator) => operator === '|') &&
      node.commands.every((one) => this.#command(one, depth))
    )
  }

  #command(node: CommandNode, depth: number): boolean {
    switch (node.type) {
      case 'Command':
        return this.#simple(node)
      case 'Redirected':
        return this.#command(node.command, depth + 1) && this.#redirects(node.redirects)
      case 'Subshell':
      case 'BraceGroup':
        return this.statements(node.body.commands, depth)
      case 'While':
        return this.statements(node.clause.commands, depth) && this.statements(node.body.commands, depth)
      case 'If':
        return (
          [node, ...node.elif].every(
            (one) => this.statements(one.clause.commands, depth) && this.statements(one.then.commands, depth),
          ) && this.statements(node.else?.commands ?? [], depth)
        )
      case 'For': {
        const variable = this.#word(node.name)
        if (variable === undefined || variable.quoted || !loopVariable.test(variable.text)) return false
        return this.statements(node.body.commands, depth)
      }
      case 'Case':
        return node.items.every(({ body }) => this.statements(body.commands, depth))
      case 'TestCommand': {
        // sh knows no `[[`: there it is a program, and `&&` or `<` inside end it or write files.
        let { expression } = node
        while (expression.type === 'TestNot') expression = expression.operand
        if (expression.type !== 'TestUnary' && expression.type !== 'TestBinary') return false
        if (/[<>]/.test(expression.operator)) return false
        this.#names.push('[[')
        return true
      }
      // They run what they calculate, change what names mean, or are not the same to every shell.
      case 'ArithmeticCommand':
      case 'ArithmeticFor':
      case 'Coproc':
      case 'Function':
      case 'Select':
        return false
    }
  }

  #simple(node: Command): boolean {
    for (const one of node.prefix) {
      if (one.type !== 'Assignment') continue
      const word = this.#cut.words.get(one.pos)
      if (word === undefined || word.end !== one.end || word.open || word.quoted) return false
      if (!harmlessAssignment.test(word.text)) return false
    }
    if (!this.#redirects(node.redirects)) return false
    // zsh reads a file that goes nowhere with a pager.
    if (node.name === undefined) return node.redirects.length === 0
    const word = this.#word(node.name)
    if (word === undefined || word.open) return false
    const name = this.#name(node.name, word)
    if (name === undefined) return false
    const args = node.args.map((one) => this.#word(one))
    if (args.some((arg) => arg === undefined)) return false
    const launcher = launcherOf(name)
    if (launcher !== undefined) {
      const known = args.flatMap((arg) => (arg && !couldBeOption(arg) ? arg.text : []))
      if (known.length < args.length || launcher.safe?.(known) !== true) return false
    }
    this.#names.push(name)
    return true
  }

  #name(node: Word, word: ShellWord): string | undefined {
    if (this.#shells === 'posix') return programName(word.text)
    // cmd ends a name at many signs, and a name in quotes is a text to PowerShell.
    const written = this.#line.slice(node.pos, node.end).replace(/\.exe$/, '')
    return /^[a-z0-9_-]+$/.test(written) ? written : undefined
  }

  #word(node: { pos: number; end: number }): ShellWord | undefined {
    const word = this.#cut.words.get(node.pos)
    return word?.end === node.end ? word : undefined
  }

  #redirects(list: readonly Redirection[]): boolean {
    return list.every((one) => {
      if (one.descriptor?.type === 'FileDescriptorVariable') return false
      if (one.type === 'HereDoc') {
        this.#documents++
        return one.closing !== undefined
      }
      const target = one.target && this.#word(one.target)
      if (target === undefined || target.open) return false
      switch (one.operator) {
        case '<<<':
          return true
        case '<':
          // bash opens a connection for these.
          return !/^\/dev\/(?:tcp|udp)/.test(target.text)
        case '>':
        case '>>':
        case '>|':
          return target.text === '/dev/null'
        case '<&':
        case '>&':
          return /^(?:[0-9]|-)$/.test(target.text)
        default:
          return false
      }
    })
  }
}
