// npm test: installs and builds what is missing, then checks everything. `--long` runs the counted suites in full.
// Other arguments go to vitest. Runs on the machine's own Node (20.11 or newer) with nothing installed.
import { atRoot, ensureBuilt, ensureInstalled, runNode, toolEnv } from './lib.mjs'

const long = process.argv.includes('--long')
const given = process.argv.slice(2).filter((word) => word !== '--long')

console.log('Testing Countersign: lint, types, dead code, then every test with real parts.')
ensureInstalled()
ensureBuilt()

const bin = (name) => atRoot('node_modules', name)
const steps = [
  ['lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['types', [atRoot('scripts/typecheck.mjs')]],
  ['dead code', [bin('knip/bin/knip.js'), '--no-progress']],
  ['tests', [bin('vitest/vitest.mjs'), 'run', ...given]],
]
const env = { ...toolEnv(), ...(long ? { COUNTERSIGN_TEST_LONG: '1' } : {}) }
// Only tests were asked for by name: the checks of the whole tree are not about them.
const asked = given.length > 0 ? steps.slice(-1) : steps
for (const [name, args] of asked) {
  console.log(`\n── ${name}`)
  const status = runNode(args, { env })
  if (status !== 0) {
    console.error(`\n${name}: failed (exit code ${status}).`)
    process.exit(status)
  }
}
