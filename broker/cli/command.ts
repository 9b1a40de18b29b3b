// What a command of the CLI is, and how all of them read their arguments, so that a mistake is answered the same way
// everywhere: one sentence, a hint, exit code 2.
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearest } from '../../core/policy/nearest.ts'
import type { Terminal } from './terminal.ts'

export type CommandContext = {
  /** The words after the command's name. */
  args: readonly string[]
  out: Terminal
  err: Terminal
  /** The folder of the running program, from which its own files are found. */
  programFolder: string
  env: Readonly<Record<string, string | undefined>>
  now(): number
}

export type Command = {
  /** What `--help` prints; its first line is the usage. */
  usage: string
  /** Resolves with the exit code. Throws a UsageError or a PlainError for what the person has to mend. */
  run(context: CommandContext): Promise<number>
}

/** The command line is wrong: exit code 2 and a hint at `--help`. */
export class UsageError extends Error {}

/** Cannot be done, for a reason that needs no stack trace: the message is the sentence to print. */
export class PlainError extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Options as `node:util` takes them. */
export type Options = NonNullable<ParseArgsConfig['options']>
export type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>

/**
 * Reads options and, where `operands` names them, plain words; names in `[…]` may be left out. Throws a UsageError for
 * anything else.
 */
export function readArguments<const O extends Options>(
  args: readonly string[],
  options: O,
  operands?: string,
): { values: Parsed<O>['values']; positionals: string[] } {
  let parsed: Parsed<O>
  try {
    parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error)) throw error
    throw new UsageError(sentenceOf(error.message, Object.keys(options)))
  }
  const [extra] = parsed.positionals
  if (extra !== undefined && operands === undefined) throw new UsageError(`"${extra}" is not expected here.`)
  if (extra === undefined && operands !== undefined && !operands.startsWith('[')) {
    throw new UsageError(`${operands} is missing.`)
  }
  return { values: parsed.values, positionals: parsed.positionals }
}

function sentenceOf(message: string, known: readonly string[]): string {
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
  if (unknown === undefined) return `${message.split('. ', 1)[0]?.replace(/\.$/, '')}.`
  const meant = nearest(unknown.replace(/^-+/, ''), [...known, 'help'])
  return `There is no option ${unknown}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`
}

/** A whole number between `least` and `most`, or a UsageError that names the option. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(`${option} needs a whole number from ${least} to ${most}; "${text}" is none.`)
}
