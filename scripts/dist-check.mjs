// Looks into a finished package: what its fuses are, what its archive holds, and whether the parts that do not need
// Electron run.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { trial } from './dist-trial.mjs'

const wantedFuses = {
  RunAsNode: 'off',
  EnableCookieEncryption: 'on',
  EnableNodeOptionsEnvironmentVariable: 'off',
  EnableNodeCliInspectArguments: 'off',
  EnableEmbeddedAsarIntegrityValidation: 'on',
  OnlyLoadAppFromAsar: 'on',
  GrantFileProtocolExtraPrivileges: 'off',
}

/** Where the program and its resources lie in an unpacked package. */
const places = ({ system, arch, release }) => {
  const suffix = arch === 'x64' ? '' : `-${arch}`
  if (system === 'mac') {
    const contents = path.join(release, `mac${suffix}`, 'Countersign.app', 'Contents')
    return { program: path.join(contents, 'MacOS', 'Countersign'), resources: path.join(contents, 'Resources') }
  }
  const folder = path.join(release, `${system}${suffix}-unpacked`)
  const program = path.join(folder, system === 'win' ? 'Countersign.exe' : 'countersign')
  return { program, resources: path.join(folder, 'resources') }
}

const fuses = async (program) => {
  const wire = await getCurrentFuseWire(program)
  const words = { [FuseState.ENABLE]: 'on', [FuseState.DISABLE]: 'off' }
  const read = Object.keys(wantedFuses).map((name) => [name, words[wire[FuseV1Options[name]]] ?? 'unreadable'])
  const wrong = read.filter(([name, state]) => state !== wantedFuses[name])
  if (wrong.length > 0) return { fault: wrong.map(([name, state]) => `${name} is ${state}`).join(', ') }
  return { detail: read.map(([name, state]) => `${name} ${state}`).join(', ') }
}

const allowed = [
  /^\/out\/(main|preload|renderer)(\/|$)/,
  /^\/electron\/assets\/.*\.png$/,
  /^\/electron(\/assets(\/(tray|overlay))?)?$/,
  /^\/(out|node_modules|package\.json)$/,
  /^\/node_modules\/better-sqlite3(\/(lib(\/.*)?|prebuilds(\/[^/]+\.node)?|package\.json|LICENSE))?$/,
]
const needed = [
  '/package.json',
  ...['index', 'audit-reader', 'verify-worker'].map((name) => `/out/main/${name}.js`),
  '/out/preload/index.cjs',
  '/out/renderer/index.html',
]

const archive = (resources) => {
  const entries = listPackage(path.join(resources, 'app.asar'), { isPack: false }).map((entry) =>
    entry.replaceAll('\\', '/'),
  )
  const foreign = entries.filter((entry) => !allowed.some((pattern) => pattern.test(entry)))
  const missing = needed.filter((entry) => !entries.includes(entry))
  if (foreign.length > 0)
    return { fault: `holds what it should not: ${foreign.slice(0, 5).join(', ')} (${foreign.length})` }
  if (missing.length > 0) return { fault: `lacks ${missing.join(', ')}` }
  return { detail: `${entries.length} entries, no sources, tests or development dependencies` }
}

/** Runs the packed Node. */
const run = (resources, parameters) => {
  const node = path.join(resources, 'runtime', process.platform === 'win32' ? 'node.exe' : 'node')
  const { status, stdout, stderr, error } = spawnSync(node, parameters, { encoding: 'utf8', env: {}, timeout: 30_000 })
  if (error !== undefined) return { fault: error.message }
  if (status !== 0) return { fault: `ended with ${status}: ${stderr.trim().split('\n')[0] ?? ''}` }
  return { detail: stdout.trim() }
}

/** @param {string} modules the `node_modules` in question */
const database = (modules, resources, { system, arch }) => {
  const folder = path.join(modules, 'better-sqlite3')
  const prebuilds = path.join(folder, 'prebuilds')
  if (!existsSync(prebuilds)) return { fault: 'is not there' }
  const platform = { linux: 'linux', mac: 'darwin', win: 'win32' }[system]
  const files = readdirSync(prebuilds)
  if (files.join() !== `${platform}-${arch}.node`) return { fault: `holds ${files.join(', ') || 'no binary'}` }
  const script = `const D = require(${JSON.stringify(folder)}); console.log(new D(':memory:').prepare('select sqlite_version() v').get().v)`
  const opened = run(resources, ['-e', script])
  return opened.fault === undefined ? { detail: `${files[0]} opens a database, SQLite ${opened.detail}` } : opened
}

/** Whether a bundle runs on the packed Node and is of this version. */
const bundle = (resources, file) => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const said = run(resources, [path.join(resources, 'runtime', file), '--version'])
  if (said.fault !== undefined) return said
  if (!said.detail.includes(version)) return { fault: `says ${said.detail}, the package is ${version}` }
  return { detail: `${file} --version says ${said.detail}` }
}

const policies = (resources) => {
  const folder = path.join(resources, 'policies')
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : []
  return files.length === 0 ? { fault: 'are missing' } : { detail: files.join(', ') }
}

/**
 * @param {{ system: 'linux' | 'mac' | 'win', arch: string, release: string }} package_
 * @returns {Promise<{ name: string, fault?: string, detail?: string }[]>} one entry a check; a `fault` is a failure
 */
export const checkPackage = async (package_) => {
  const { program, resources } = places(package_)
  if (!existsSync(program)) return [{ name: 'package', fault: `${program} is not there` }]
  const checks = [
    ['fuses', () => fuses(program)],
    ['archive', () => archive(resources)],
    [
      'better-sqlite3 of the app',
      () => database(path.join(resources, 'app.asar.unpacked', 'node_modules'), resources, package_),
    ],
    ['better-sqlite3 of the CLI', () => database(path.join(resources, 'runtime', 'node_modules'), resources, package_)],
    ['proxy on the packed Node', () => bundle(resources, 'countersign-proxy.cjs')],
    ['CLI on the packed Node', () => bundle(resources, 'countersign.cjs')],
    ['starter policies', () => policies(resources)],
    ['broker and proxy', () => trial(resources)],
  ]
  const found = []
  for (const [name, check] of checks) {
    try {
      found.push({ name, ...(await check()) })
    } catch (error) {
      found.push({ name, fault: error instanceof Error ? error.message : String(error) })
    }
  }
  return found
}
