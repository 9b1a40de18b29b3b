// The command line of the proxy. Unknown or missing options end the program before anything is started.
import { parseArgs } from 'node:util'

export type ProxyOptions = {
  /** Alias of the server in policies and on cards. */
  server: string
  /** Name of the client in policies, assigned by whoever wrote the configuration. */
  client: string
  /** Read this YAML file instead of the policy the app published. */
  policyFile?: string
  /** Hold at most this long, in milliseconds, whatever is known about the client. */
  holdBudgetMs?: number
  /** Fingerprint (hexadecimal SHA-256) the broker's public key must have. */
  trust?: string
  command: string
  args: string[]
}

export type ParsedCommandLine =
  | { kind: 'run'; options: ProxyOptions }
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'error'; message: string }

export const usage = `Usage: countersign-proxy --server NAME --client NAME [options] -- COMMAND [ARGS…]

Starts the MCP server COMMAND, forwards everything between it and the client, and checks
every tool call against policy before it runs.

  --server NAME          name of this server in policies and on cards
  --client NAME          name of the client that starts this proxy
  --policy FILE          use this YAML file instead of the policy Countersign published
  --hold-budget SECONDS  wait at most this long for an approval before answering with a ticket
  --trust FINGERPRINT    accept only a Countersign app with this key
  --version, --help

Exit codes: that of COMMAND; 2 wrong usage; 126 COMMAND cannot be run; 127 COMMAND not found.
`

/** Reads the arguments after the program's name. */
export function parseCommandLine(argv: readonly string[]): ParsedCommandLine {
  const split = argv.indexOf('--')
  const own = split === -1 ? argv : argv.slice(0, split)
  let values: Record<string, string | boolean | undefined>
  try {
    ;({ values } = parseArgs({
      args: [...own],
      strict: true,
      allowPositionals: false,
      options: {
        server: { type: 'string' },
        client: { type: 'string' },
        policy: { type: 'string' },
        'hold-budget': { type: 'string' },
        trust: { type: 'string' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }))
  } catch (error) {
    return { kind: 'error', message: (error as Error).message.split('. ')[0] ?? 'cannot read the options' }
  }
  if (values['help']) return { kind: 'help' }
  if (values['version']) return { kind: 'version' }
  const [command, ...args] = split === -1 ? [] : argv.slice(split + 1)
  if (!command) return { kind: 'error', message: 'the command of the MCP server is missing: put it after --' }
  const { server, client, policy, trust } = values
  const names = { '--server': server, '--client': client }
  for (const [option, value] of Object.entries(names)) {
    if (typeof value !== 'string' || !/^[\w.@-][\w .@-]{0,63}$/.test(value)) {
      return { kind: 'error', message: `${option} needs a name of up to 64 letters, digits, spaces and . _ @ -` }
    }
  }
  const seconds = values['hold-budget']
  if (seconds !== undefined && !/^\d{1,5}(\.\d{1,3})?$/.test(String(seconds))) {
    return { kind: 'error', message: '--hold-budget needs a number of seconds' }
  }
  if (trust !== undefined && !/^[0-9a-f]{64}$/.test(String(trust))) {
    return { kind: 'error', message: '--trust needs the 64 hexadecimal digits that `countersign status` prints' }
  }
  return {
    kind: 'run',
    options: {
      server: server as string,
      client: client as string,
      command,
      args,
      ...(typeof policy === 'string' ? { policyFile: policy } : {}),
      ...(typeof trust === 'string' ? { trust } : {}),
      ...(seconds === undefined ? {} : { holdBudgetMs: Math.round(Number(seconds) * 1000) }),
    },
  }
}
