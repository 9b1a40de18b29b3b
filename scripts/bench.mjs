// npm run bench: runs all benchmarks of test/bench, or the ones named, on the project's own Node.
//
//   npm run bench [-- NAME…] [--quick] [--json]
//
// Every file directly in test/bench is a benchmark; other options go to it as they are. With --json the last line is
// one JSON object {name, figures, goals}; with several benchmarks its name is "all". Goals that are not met do not
// make the exit code: only a benchmark that could not run does.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const benchFolder = join(root, 'test', 'bench')
const bundle = join(root, 'out', 'bin', 'countersign-proxy.cjs')

const known = readdirSync(benchFolder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -3))
  .sort()
const given = process.argv.slice(2)
const options = given.filter((word) => word.startsWith('-'))
const wanted = given.filter((word) => !word.startsWith('-'))
const json = options.includes('--json')

if (options.includes('--help')) {
  console.log(`Usage: npm run bench -- [NAME…] [--quick] [--json]\nBenchmarks: ${known.join(', ')}`)
  process.exit(0)
}
for (const name of wanted) {
  if (!known.includes(name)) stop(`There is no benchmark "${name}". There are: ${known.join(', ')}.`)
}

const node = findNode()
if (!options.includes('--floor-only')) buildIfNeeded()
const reports = []
for (const name of wanted.length > 0 ? wanted : known) {
  console.log(`\n== ${name}`)
  reports.push(await run(name))
}
if (json) console.log(JSON.stringify(reports.length === 1 ? reports[0] : merged(reports)))

/** The Node that strips types: the one at hand if it is new enough, else the project's own. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const local = join(root, 'node_modules', '.bin', 'node')
  if (existsSync(local)) return local
  return stop('The benchmarks need Node 24. Run npm ci, which installs it on Linux, or install it.')
}

/** Figures of an old build would be worse than none. */
function buildIfNeeded() {
  const builtAt = existsSync(bundle) ? statSync(bundle).mtimeMs : 0
  if (['core', 'proxy', 'broker', 'renderer'].every((folder) => builtAt > newest(join(root, folder)))) return
  console.log(`${builtAt === 0 ? 'Not built yet' : 'Sources are newer than the build'}: running npm run build`)
  const { status } = spawnSync('npm', ['run', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0 || !existsSync(bundle)) stop('The build failed; fix it with npm run build.')
}

function newest(folder) {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  return Math.max(0, ...times)
}

/** Runs one benchmark, passing its output on; with --json its last line is kept back and returned parsed. */
function run(name) {
  return new Promise((resolve) => {
    const stdio = ['ignore', json ? 'pipe' : 'inherit', 'inherit']
    const child = spawn(node, [join(benchFolder, `${name}.ts`), ...options], { cwd: root, stdio })
    let held = ''
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      held += text
      const cut = held.lastIndexOf('\n', held.length - 2) + 1
      process.stdout.write(held.slice(0, cut))
      held = held.slice(cut)
    })
    child.on('close', (code, signal) => {
      if (code !== 0) return stop(`${held}The benchmark "${name}" could not run (${signal ?? `exit code ${code}`}).`)
      resolve(json ? JSON.parse(held) : undefined)
    })
  })
}

function merged(all) {
  const figures = Object.fromEntries(all.map((report) => [report.name, report.figures]))
  const goals = all.flatMap(({ name, goals }) => goals.map((goal) => ({ ...goal, figure: `${name}.${goal.figure}` })))
  return { name: 'all', figures, goals }
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
