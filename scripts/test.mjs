// npm test: installs and builds what is missing, then checks everything. `--long` runs the counted suites in full.
// Other arguments go to vitest. Runs on the machine's own Node (20.11 or newer) with nothing installed.
import { atRoot, ensureBuilt, ensureInstalled, runNode, toolEnv } from './lib.mjs'

const long = process.argv.includes('--long')
const given = process.argv.slice(2).filter((word) => word !== '--long')

console.log('Testing Countersign: lint, types, generated files, dead code, then every test with real parts.')
ensureInstalled()
ensureBuilt()

const bin = (name) => atRoot('node_modules', name)
const starterPolicies = (verb, ...rest) => [
  atRoot('out/bin/countersign.cjs'),
  'policy',
  verb,
  'policies',
  'policies/servers',
  ...rest,
]
const steps = [
  ['lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['types', [atRoot('scripts/typecheck.mjs')]],
  ['generated files', [atRoot('scripts/generate.mjs'), '--check']],
  ['dead code', [bin('knip/bin/knip.js'), '--no-progress']],
  ['starter policies', starterPolicies('test', '--require-tests', 'policies/postures')],
  // One posture is used at a time; what it does to the rules of another is not asked. Says nothing where all is well.
  ...['observe', 'balanced', 'strict'].map((posture) => [
    `starter policies beside ${posture}: no warnings`,
    starterPolicies('check', '--strict', '--format', 'github', `policies/postures/${posture}.yaml`),
  ]),
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
