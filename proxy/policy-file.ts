// Reading a YAML policy directly (`--policy`). A bundle of its own: yaml, re2js and unbash would double the proxy's
// start-up time.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { parsePolicyText } from '../core/policy/parse.ts'
import type { PolicySet } from '../core/schema/policy.ts'

export type PolicyFileRead = { ok: true; set: PolicySet } | { ok: false; problem: string }

/**
 * Reads one file into plain data; compiling is left to the proxy's own bundle, so that nothing but JSON passes between
 * the two. A file with an error is refused as a whole: its scope may be just what is wrong.
 */
export function readPolicyFile(file: string): PolicyFileRead {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    return { ok: false, problem: `the policy file cannot be read: ${(error as Error).message}` }
  }
  const { entry, diagnostics } = parsePolicyText(text, path.basename(file))
  const problem = diagnostics.find((diagnostic) => diagnostic.severity === 'error')
  if (problem) {
    return { ok: false, problem: `${file}:${problem.line}:${problem.column}: ${problem.message}` }
  }
  return { ok: true, set: { format: 1, files: [entry] } }
}
