// Reading a YAML policy directly (`--policy`). A bundle of its own: yaml and zod would double the proxy's start-up time.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { compilePolicy } from '../core/policy/compile.ts'
import { parsePolicyText } from '../core/policy/parse.ts'
import type { PolicySet } from '../core/schema/policy.ts'
import type { PolicyState } from './policy-source.ts'
import { sha256 } from './sha256.ts'

/** Compiles one file. A file with an error refuses every call: its scope may be just what is wrong. */
export function readPolicyFile(file: string): PolicyState {
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
  const set: PolicySet = { format: 1, files: [entry] }
  return { ok: true, policy: compilePolicy(set), revision: sha256(JSON.stringify(set)) }
}
