// The Electron shell on the shim. The shim is loaded by Node itself, not by vite, so that the app's `electron` and the
// tests' are one and the same instance.
import { defineConfig } from 'vitest/config'

const root = new URL('../../', import.meta.url).pathname
const shim = new URL('../shim/electron.ts', import.meta.url).pathname
const register = new URL('../shim/register.mjs', import.meta.url).pathname

export default defineConfig({
  root,
  resolve: { alias: { electron: shim } },
  test: {
    name: 'electron',
    include: ['test/electron/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: ['--import', register],
    server: { deps: { external: [/\/out\/main\//, /\/test\/shim\//] } },
  },
})
