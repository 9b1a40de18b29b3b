// `countersign serve`: the broker without a desktop. Runs until it is told to stop, and prints the only thing that opens
// its user interface: a link with a one-time code.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startBroker } from '../broker.ts'
import { bindAddress, type HeadlessHost, HeadlessHostError, startHeadlessHost } from '../headless/server.ts'
import { type Broker, BrokerStartError } from '../host-contract.ts'
import { layoutHere } from '../paths.ts'
import { startErrorExitCodes } from './audit-database.ts'
import { type Command, type CommandContext, PlainError, readArguments, UsageError, wholeNumber } from './command.ts'
import { tellParent, untilToldToStop } from './parent-and-signals.ts'
import { findProgramFile } from './program-files.ts'
import { harmless, shortTime } from './terminal.ts'
import { version } from './version.ts'

const usage = `Usage: countersign serve [--port NUMBER] [--json]

Runs Countersign without a desktop: reads and publishes the policies, answers the proxies, keeps
the audit log, and serves the same user interface as the app to a browser on this machine.
It prints a link that opens the page once; in a terminal, Enter prints a fresh one. Ctrl+C stops.

  --port NUMBER   port of the page; 0 takes a free one (4785, or a free one where that is in use)
  --json          print {"url", "link", "home", "pid", "problems"} on one line instead of sentences;
                  "problems" are sentences on policy files that are broken or were removed

While it is stopped, calls that policy allows or denies go on; calls that need a person are refused.

Exit codes: 0 stopped as asked; 2 wrong usage; 3 Countersign already runs; 4 the data folder
cannot be used; 5 the audit database is newer than this program or damaged; 6 the port is in use.
`

const defaultPort = 4785
const portExitCode = 6

async function listen(broker: Broker, rendererFolder: string, asked: number | undefined, context: CommandContext) {
  const log = logTo(context)
  const bind = bindAddress(context.env)
  if (bind !== '127.0.0.1') log(`Other machines can reach this page: it listens on ${bind}. Only the link opens it.`)
  const start = (port: number) => startHeadlessHost({ api: broker.api, rendererFolder, port, bind, log })
  try {
    return await start(asked ?? defaultPort)
  } catch (error) {
    if (!(error instanceof HeadlessHostError)) throw error
    if (asked === undefined && error.code === 'port-in-use') {
      log(`Port ${defaultPort} is in use; taking a free one.`)
      return start(0)
    }
    throw new PlainError(error.message, portExitCode, { cause: error })
  }
}

const logTo =
  ({ err, now }: CommandContext) =>
  (line: string) =>
    err.line(err.paint('dim', `${shortTime(now(), now())}  ${line}`))

async function start(context: CommandContext): Promise<Broker> {
  try {
    return await startBroker({
      home: layoutHere().home,
      host: 'headless',
      version,
      starterPolicies: findProgramFile('starterPolicies', context.programFolder),
      readerFile: findProgramFile('auditReader', context.programFolder),
      verifyFile: findProgramFile('verifyWorker', context.programFolder),
      log: logTo(context),
    })
  } catch (error) {
    if (!(error instanceof BrokerStartError)) throw error
    throw new PlainError(error.message, startErrorExitCodes[error.code], { cause: error })
  }
}

/** Says once of each policy file that it broke or went, and what stays in force: now, and as it happens. */
function tellOfPolicyFiles(broker: Broker, { err, now }: CommandContext): void {
  let known: readonly string[] = []
  const tell = (problems: readonly string[]) => {
    const line = (text: string) => err.line(`${err.paint('dim', shortTime(now(), now()))}  ${text}`)
    for (const problem of problems) if (!known.includes(problem)) line(err.paint('yellow', harmless(problem)))
    if (problems.length === 0 && known.length > 0) line('All policy files are in force again as they stand.')
    known = problems
  }
  tell(broker.status().policy.problems)
  broker.api.subscribe(({ event }) => {
    if (event.type === 'status.changed') tell(event.status.policy.problems)
  })
}

function announce({ out }: CommandContext, host: HeadlessHost, home: string): void {
  out.line(`Countersign runs. Open this link to see and answer calls; it opens one browser, once:`)
  out.line()
  out.line(`  ${out.paint('bold', host.launchLink())}`)
  out.line()
  out.line(out.paint('dim', `Data folder: ${home}`))
  const fresh = process.stdin.isTTY ? 'Enter prints a fresh link, ' : ''
  out.line(out.paint('dim', `${fresh}Ctrl+C stops.`))
}

export const serve: Command = {
  usage,
  run: async (context) => {
    const { values } = readArguments(context.args, { port: { type: 'string' }, json: { type: 'boolean' } })
    if (values.port === '') throw new UsageError('--port needs a number.')
    const port = values.port === undefined ? undefined : wholeNumber('--port', values.port, 0, 65_535)
    const { home } = layoutHere()
    const rendererFolder = findProgramFile('renderer', context.programFolder)
    if (!existsSync(join(rendererFolder, 'index.html'))) {
      logTo(context)('The user interface is not built, so its page will be empty. Run: npm run build')
    }
    // Told to stop while starting: stops as soon as it has started.
    const told = untilToldToStop()
    const broker = await start(context)
    let host: HeadlessHost
    try {
      host = await listen(broker, rendererFolder, port, context)
    } catch (error) {
      await broker.stop()
      throw error
    }
    const ready = () => ({
      url: host.url,
      link: host.launchLink(),
      home,
      pid: process.pid,
      problems: broker.status().policy.problems,
    })
    if (values.json) context.out.line(JSON.stringify(ready()))
    else announce(context, host, home)
    tellOfPolicyFiles(broker, context)
    // For the script that started us with a channel; it shows the person where to look, with a link of its own.
    tellParent({ countersign: 'ready', url: host.url, link: host.launchLink() })
    if (process.stdin.isTTY)
      process.stdin.on('data', () => context.out.line(`  ${context.out.paint('bold', host.launchLink())}`))
    await told
    // First the broker: it releases what is held, and pages still open see how each call ended.
    await broker.stop()
    await host.stop()
    return 0
  },
}
