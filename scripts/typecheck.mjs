// Checks the types of each folder with its own settings: core sees neither Node nor the DOM, the renderer no Node.
import { atRoot, runNode } from './lib.mjs'

const tsc = atRoot('node_modules/typescript/bin/tsc')
let failed = 0
for (const folder of ['core', 'proxy', 'broker', 'electron', 'renderer', 'test']) {
  if (runNode([tsc, '-p', atRoot(folder)]) !== 0) failed = 1
}
process.exit(failed)
