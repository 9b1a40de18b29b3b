// The `countersign` command: finds out what is asked for, and loads only that. There is deliberately no command that
// approves anything (ARCHITECTURE.md).
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { nearest } from '../../core/policy/nearest.ts'
import { type Command, type CommandContext, PlainError, UsageError } from './command.ts'
import { isModern, runOnModernNode } from './modern-node.ts'
import { createTerminal, harmless } from './terminal.ts'
import { version } from './version.ts'

type Entry = { summary: string; load(): Promise<Command>; needsDatabase: boolean }

const commands: Readonly<Record<string, Entry>> = {
  serve: {
    summary: 'run Countersign without a desktop; approve calls in a browser',
    load: async () => (await import('./serve.ts')).serve,
    needsDatabase: true,
  },
  status: {
    summary: 'what is running, which policy is in force, what is recorded',
    load: async () => (await import('./status.ts')).status,
    needsDatabase: true,
  },
  'audit tail': {
    summary: 'the newest tool calls and what became of them',
    load: async () => (await import('./audit-tail.ts')).auditTail,
    needsDatabase: true,
  },
  'audit search': {
    summary: 'the calls that words, outcomes, clients, times select',
    load: async () => (await import('./audit-search.ts')).auditSearch,
    needsDatabase: true,
  },
  'audit show': {
    summary: 'everything that is on record of one call',
    load: async () => (await import('./audit-show.ts')).auditShow,
    needsDatabase: true,
  },
  'audit stats': {
    summary: 'how many calls, by outcome, client, server, tool',
    load: async () => (await import('./audit-stats.ts')).auditStats,
    needsDatabase: true,
  },
  'audit export': {
    summary: 'the log as JSONL that can be checked anywhere, or as CSV',
    load: async () => (await import('./audit-export.ts')).auditExport,
    needsDatabase: true,
  },
  'audit rebuild': {
    summary: 'make what is derived from the log again, or the log from its spools',
    load: async () => (await import('./audit-rebuild.ts')).auditRebuild,
    needsDatabase: true,
  },
  'audit verify': {
    summary: 'check that the audit log was not changed',
    load: async () => (await import('./audit-verify.ts')).auditVerify,
    needsDatabase: true,
  },
  'policy check': {
    summary: 'check policy files for mistakes',
    load: async () => (await import('./policy-check.ts')).policyCheck,
    needsDatabase: false,
  },
  'policy test': {
    summary: 'run the example calls that policy files bring along',
    load: async () => (await import('./policy-test.ts')).policyTest,
    needsDatabase: false,
  },
  'policy explain': {
    summary: 'what policy decides on a call, and why',
    load: async () => (await import('./policy-explain.ts')).policyExplain,
    needsDatabase: false,
  },
  'policy fmt': {
    summary: 'bring policy files into one layout',
    load: async () => (await import('./policy-fmt.ts')).policyFmt,
    needsDatabase: false,
  },
  'policy import': {
    summary: 'take a policy of another program over into ours',
    load: async () => (await import('./policy-import.ts')).policyImport,
    needsDatabase: false,
  },
}

const names = Object.keys(commands)

const usage = `Usage: countersign COMMAND [options]

Countersign checks what AI agents do through MCP servers, asks you before risky calls run,
and records everything. This is its command line.

${names.map((name) => `  ${name.padEnd(15)} ${commands[name]?.summary}`).join('\n')}

  --help         this text; "countersign COMMAND --help" explains one command
  --version

Data lies in one folder: $COUNTERSIGN_HOME, or the usual place for application data.
Calls are approved in the app or in the browser page of "serve", never from a command line.
`

/** The longest command name that the words begin with, and the words after it. */
function splitCommand(words: readonly string[]): { name: string; rest: readonly string[] } | undefined {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ')
    if (words.length >= length && Object.hasOwn(commands, name)) return { name, rest: words.slice(length) }
  }
  return undefined
}

function unknownCommand(words: readonly string[]): string {
  const [first = '', second] = words
  if (first.startsWith('-')) return `There is no option ${first}.`
  const parts = names.filter((name) => name.startsWith(`${first} `)).map((name) => name.slice(first.length + 1))
  if (parts.length > 0 && (second === undefined || second.startsWith('-'))) {
    return `"countersign ${first}" needs one of: ${parts.join(', ')}.`
  }
  const asked = parts.length > 0 ? `${first} ${second}` : first
  const meant = nearest(
    asked,
    parts.length > 0 ? names : [...names, ...names.map((name) => name.split(' ')[0] ?? name)],
  )
  return `There is no command "${asked}".${meant === undefined ? '' : ` Did you mean "${meant}"?`}`
}

async function main(
  words: readonly string[],
  base: Omit<CommandContext, 'args'>,
  programFile: string,
): Promise<number> {
  const { out, err } = base
  const [first] = words
  const asksForHelp = words.length === 0 || first === '--help' || first === '-h' || first === 'help'
  if (asksForHelp && words.length < 2) {
    ;(words.length === 0 ? err : out).write(usage)
    return words.length === 0 ? 2 : 0
  }
  if (first === '--version' || first === '-v') {
    out.line(version)
    return 0
  }
  const found = splitCommand(first === 'help' ? words.slice(1) : words)
  const entry = found && commands[found.name]
  if (!found || !entry) {
    if (words.includes('--help') && !first?.startsWith('-')) {
      out.write(usage)
      return 0
    }
    err.line(`countersign: ${unknownCommand(words)}\nTry: countersign --help`)
    return 2
  }
  if (entry.needsDatabase && !isModern(process.version)) {
    const { programFolder } = base
    const moved = await runOnModernNode({ version: process.version, programFile, programFolder, args: words })
    if ('code' in moved) return moved.code
    err.line(`countersign: ${moved.problem}`)
    return 1
  }
  const command = await entry.load()
  const options = found.rest.slice(0, found.rest.includes('--') ? found.rest.indexOf('--') : undefined)
  if (first === 'help' || options.includes('--help') || options.includes('-h')) {
    out.write(command.usage)
    return 0
  }
  try {
    return await command.run({ ...base, args: found.rest })
  } catch (error) {
    if (error instanceof UsageError) {
      err.line(`countersign ${found.name}: ${error.message}\nTry: countersign ${found.name} --help`)
      return 2
    }
    if (!(error instanceof PlainError)) throw error
    // It may name files and texts from outside.
    for (const line of `countersign: ${error.message}`.split('\n')) err.line(harmless(line))
    return error.exitCode
  }
}

// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const programFile = realpathSync(process.argv[1] ?? '.')
const { env } = process
const base = {
  out: createTerminal(process.stdout, env),
  err: createTerminal(process.stderr, env),
  programFolder: dirname(programFile),
  env,
  now: Date.now,
}
main(process.argv.slice(2), base, programFile).then(
  // What was written to a pipe may still be on its way.
  (code) => process.stdout.write('', () => process.exit(code)),
  (error: unknown) => {
    base.err.line(`countersign: stopped by a fault of its own. ${error instanceof Error ? error.stack : String(error)}`)
    process.exit(70)
  },
)
