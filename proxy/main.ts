// The program a client starts in place of an MCP server. The upstream is started first: its own start takes longest,
// and ours happens meanwhile.
import { log } from './log.ts'
import { parseCommandLine, usage } from './options.ts'
import { startUpstream } from './upstream-stdio.ts'
import { version } from './version.ts'

async function main(): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2))
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(usage)
      return 0
    case 'version':
      process.stdout.write(`${version}\n`)
      return 0
    case 'error':
      await import('./session.ts') // keeps secrets out of what is said
      log(`${parsed.message}\nTry: countersign-proxy --help`)
      return 2
    case 'run': {
      const { command, args } = parsed.options
      const upstream = startUpstream(command, args)
      process.on('uncaughtException', (error) => {
        upstream.sweep()
        fault(error)
      })
      try {
        const { runSession } = await import('./session.ts')
        return await runSession(parsed.options, upstream)
      } catch (error) {
        const { code, syscall, message } = error as NodeJS.ErrnoException
        if (!syscall?.startsWith('spawn')) {
          upstream.sweep()
          throw error
        }
        log(
          code === 'ENOENT'
            ? `the MCP server's command was not found: ${command}`
            : `the MCP server cannot be started: ${message}`,
        )
        return code === 'ENOENT' ? 127 : 126
      }
    }
  }
}

function fault(error: Error): never {
  log(`stopped by a fault of its own, nothing more will run: ${error.stack ?? error.message}`)
  process.exit(70)
}

main().then((code) => process.exit(code), fault)
