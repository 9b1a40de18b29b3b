// Builds everything into out/: the proxy and the CLI with esbuild, the app (main, preload, renderer) with electron-vite.
// `--only bin` or `--only app` builds one half.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { atRoot, root, runNode } from './lib.mjs'

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined
const { version } = JSON.parse(readFileSync(atRoot('package.json'), 'utf8'))

/** Modules that become files of their own beside the proxy, loaded when first needed (proxy/broker-link.ts says why). */
const lazy = ['policy-file', 'broker-link', 'regex-engine', 'shell-engine']

const loadLazily = {
  name: 'load-lazily',
  setup: (bundle) => {
    bundle.onResolve({ filter: new RegExp(`^\\./(${lazy.join('|')})\\.ts$`) }, ({ path, kind }) =>
      kind === 'dynamic-import' || kind === 'require-call'
        ? { path: path.replace(/ts$/, 'cjs'), external: true }
        : undefined,
    )
  },
}

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.11',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  outdir: atRoot('out/bin'),
  absWorkingDir: root,
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
}

async function buildBin() {
  const proxy = await build({
    ...shared,
    entryPoints: {
      'countersign-proxy': 'proxy/main.ts',
      ...Object.fromEntries(lazy.map((name) => [name, `proxy/${name}.ts`])),
    },
    plugins: [loadLazily],
    // `import()` of our own CommonJS files as `require`: the ES module loader would cost milliseconds at start.
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: '#!/usr/bin/env node' },
  })
  const cli = await build({
    ...shared,
    entryPoints: { countersign: 'broker/cli/main.ts' },
    external: ['better-sqlite3'],
    banner: { js: '#!/usr/bin/env node' },
  })
  // Threads of the broker in `countersign serve`, and of the CLI.
  const threads = await build({
    ...shared,
    entryPoints: { 'audit-reader': 'broker/audit/reader-worker.ts', 'verify-worker': 'broker/audit/verify-worker.ts' },
    external: ['better-sqlite3'],
  })
  for (const name of ['countersign-proxy', 'countersign']) chmodSync(atRoot(`out/bin/${name}.cjs`), 0o755)
  // What each bundle holds, for the test that holds the folders to their imports.
  writeFileSync(
    atRoot('out/bin/meta.json'),
    JSON.stringify({
      proxy: proxy.metafile.outputs,
      cli: { ...cli.metafile.outputs, ...threads.metafile.outputs },
    }),
  )
}

if (only !== 'app') await buildBin()
if (only !== 'bin') {
  const status = runNode([
    fileURLToPath(import.meta.resolve('electron-vite/package.json')).replace('package.json', 'bin/electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ])
  if (status !== 0) process.exit(status)
}
