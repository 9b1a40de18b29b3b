import { defineConfig } from 'vitest/config'

/** Tests of the Electron shell, and the end-to-end story on it, run with Electron's place taken by the shim. */
const onShim = ['test/electron/**/*.test.ts', 'test/e2e/desktop.test.ts', 'test/e2e/flood.test.ts']
const root = (path: string) => new URL(path, import.meta.url).pathname
const shared = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const

export default defineConfig({
  test: {
    // Files side by side on two cores; more only makes each of them slower.
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'node', include: ['test/**/*.test.ts'], exclude: onShim } },
      {
        resolve: { alias: { electron: root('./test/shim/electron.ts') } },
        test: {
          ...shared,
          name: 'electron',
          include: onShim,
          // Loaded by Node itself, not by vite, so that the app's `electron` and the tests' are one instance.
          execArgv: ['--import', root('./test/shim/register.mjs')],
          server: { deps: { external: [/\/out\/main\//, /\/test\/shim\//] } },
        },
      },
    ],
  },
})
