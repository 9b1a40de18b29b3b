// npm start: installs and builds what is missing, then opens the app; where that cannot be, serves the same user
// interface to a browser. Runs on the machine's own Node (20.11 or newer) with nothing installed.
//
//   npm start [-- --demo [--once]] [--port NUMBER] [--electron]
import { parseArgs } from 'node:util'
import { findElectron } from './electron-binary.mjs'
import { startDesktop, startHeadless } from './host.mjs'
import { ensureBuilt, ensureInstalled } from './lib.mjs'

const usage = `Usage: npm start [-- OPTIONS]

Opens Countersign; where Electron or a display is missing, serves it to a browser on this machine.

  --demo          lets a scripted agent work on a temporary folder, for you to approve or refuse
  --once          with --demo: end when the agent has finished
  --port NUMBER   port of the page, where it is served to a browser
  --electron      try again to download Electron
  --help
`

const { demo, once, port, electron } = readOptions()
ensureInstalled()
ensureBuilt()
const { makeDemoFolders, runDemo } = demo ? await import('./demo/demo.mjs') : {}
const folders = makeDemoFolders?.()
const env = folders === undefined ? process.env : { ...process.env, COUNTERSIGN_HOME: folders.home }
// However this script ends by its own doing, the demo leaves nothing in the temporary folder.
process.on('exit', () => folders?.remove())

const found = findElectron({ again: electron })
if ('reason' in found) console.log(`Serving Countersign to your browser, because ${found.reason}.\n`)
else console.log('Opening Countersign.')
const host = 'binary' in found ? startDesktop({ env, binary: found.binary }) : startHeadless({ env, port })

const stopping = new AbortController()
const stop = () => {
  stopping.abort()
  host.stop()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)

void host.exited.then(() => stopping.abort())

let demoCode = 0
const where = await host.ready
if (folders !== undefined && where !== undefined && !stopping.signal.aborted) {
  demoCode = (await runDemo({ env, folders, where, once, signal: stopping.signal })) ? 0 : 1
  if (once && !stopping.signal.aborted) host.stop()
}
const hostCode = await host.exited
process.exit(hostCode || (once ? demoCode : 0))

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        demo: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        port: { type: 'string' },
        electron: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(usage)
      process.exit(0)
    }
    return values
  } catch (error) {
    console.error(`npm start: ${error.message.split('. ')[0]}.\nTry: npm start -- --help`)
    process.exit(2)
  }
}
