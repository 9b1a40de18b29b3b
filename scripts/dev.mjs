// npm run dev: builds and serves the user interface to a browser, and builds again whatever changes. A change of the
// broker or the proxy starts the host anew (with a fresh link); a change of the page needs a reload of the page.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startHeadless } from './host.mjs'
import { atRoot, ensureBuilt, ensureInstalled, modernNode, root, runNode, toolEnv } from './lib.mjs'

const settleMs = 200

ensureInstalled()
ensureBuilt()
const vite = fileURLToPath(import.meta.resolve('vite/package.json')).replace('package.json', 'bin/vite.js')
const pages = spawn(
  modernNode(),
  [vite, 'build', '--watch', '--config', 'renderer/vite.config.ts', '--logLevel', 'error'],
  {
    cwd: root,
    env: toolEnv(),
    stdio: ['ignore', 'inherit', 'inherit'],
  },
)

const port = process.argv.includes('--port') ? process.argv[process.argv.indexOf('--port') + 1] : undefined
let host = startHeadless({ env: process.env, port })
let timer
let stopping = false

async function rebuild() {
  console.log('\nChanged: building the broker and the proxy…')
  if (runNode([atRoot('scripts/build.mjs'), '--only', 'bin']) !== 0) return
  host.stop()
  await host.exited
  if (!stopping) host = startHeadless({ env: process.env, port })
}

for (const folder of ['core', 'proxy', 'broker']) {
  watch(atRoot(folder), { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void rebuild(), settleMs)
  })
}

async function stop() {
  stopping = true
  clearTimeout(timer)
  pages.kill()
  host.stop()
  process.exit(await host.exited)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop())
