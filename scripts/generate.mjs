// Writes the files that are made from the sources. `--check` writes nothing and fails if one of them is stale.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { packCatalogue, packSentences } from './catalogue.mjs'
import { atRoot, modernNode } from './lib.mjs'

/** `produce` gives the value of a JSON file. */
const generated = [
  {
    file: 'policies/policy.schema.json',
    produce: async () => (await source('core/schema/policy-text.ts')).policyJsonSchema(),
  },
  { file: 'core/risk/catalogue.json', produce: packCatalogue },
  { file: 'core/risk/catalogue-sentences.json', produce: packSentences },
]

/** A TypeScript module of ours, on any Node. */
async function source(file) {
  const { outputFiles } = await build({
    entryPoints: [atRoot(file)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

/** As the formatter would leave it, so that both can be satisfied. */
function formatted(file, value) {
  const biome = atRoot('node_modules/@biomejs/biome/bin/biome')
  const { stdout, stderr, status } = spawnSync(modernNode(), [biome, 'format', `--stdin-file-path=${atRoot(file)}`], {
    cwd: atRoot(),
    input: JSON.stringify(value, undefined, 2),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${file} cannot be formatted: ${stderr}`)
  return stdout
}

const check = process.argv.includes('--check')
let stale = 0
for (const { file, produce } of generated) {
  const text = formatted(file, await produce())
  const place = atRoot(file)
  // Git may have given the file the line ends of Windows.
  const found = existsSync(place) ? readFileSync(place, 'utf8').replaceAll('\r\n', '\n') : undefined
  if (found === text) continue
  if (check) {
    console.error(`${file} is not what the sources make it; run \`node scripts/generate.mjs\` and commit it.`)
    stale++
  } else {
    writeFileSync(place, text)
    console.log(`Wrote ${file}`)
  }
}
if (stale > 0) process.exit(1)
if (check) console.log(`${generated.length} generated files are up to date.`)
