// node --import ./test/shim/register.mjs out/main/index.js runs the compiled app on the shim instead of on Electron.
import { registerHooks } from 'node:module'

const url = new URL('./electron.ts', import.meta.url).href
const replaced = new Set(['electron', 'electron/main', 'electron/common'])

registerHooks({
  resolve: (specifier, context, next) =>
    replaced.has(specifier) ? { url, shortCircuit: true } : next(specifier, context),
})
