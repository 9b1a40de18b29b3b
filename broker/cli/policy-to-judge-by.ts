// Which policy `policy explain` judges by: what is in force, as proxies have it, unless files are named. The folder stands
// in only where nothing can be in force, and then it says so.
import { basename } from 'node:path'
import { type CompiledPolicy, compilePolicy } from '../../core/policy/compile.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { PolicySetEntry } from '../../core/schema/policy.ts'
import { layoutHere } from '../paths.ts'
import { type PolicyDifference, policyDifferences } from './policy-differences.ts'
import { readablePolicies, withoutMark } from './policy-files.ts'
import { readPublishedSet } from './published-set.ts'

export type JudgedBy =
  /** `differences`: where the folder says something else. */
  | { what: 'policy-in-force'; revision: string; folder: string; differences: PolicyDifference[] }
  /** `problem`: why nothing is in force. */
  | { what: 'folder'; folder: string; problem: string }
  /** `broken`: those with mistakes; they deny what they govern, be it this call or not. */
  | { what: 'named-files'; files: string[]; broken?: { file: string; problem: string }[] }

export type PolicyToJudgeBy = { judgedBy: JudgedBy; entries: PolicySetEntry[]; policy: CompiledPolicy }

/** @throws PlainError where there is nothing to judge by, or a named file cannot be read. */
export function policyToJudgeBy(named: readonly string[] | undefined): PolicyToJudgeBy {
  if (named) {
    const read = readablePolicies(named)
    const entries = read.map(({ file, text }) => parsePolicyText(withoutMark(text), file).entry)
    const files = read.map(({ file }) => file)
    const broken = entries.flatMap((entry) =>
      entry.status === 'broken' ? [{ file: entry.file, problem: entry.problem }] : [],
    )
    return {
      judgedBy: { what: 'named-files', files, ...(broken.length > 0 ? { broken } : {}) },
      entries,
      policy: compiled(entries),
    }
  }
  const layout = layoutHere()
  const { policies: folder } = layout
  const published = readPublishedSet(layout)
  if (!published.ok) {
    const { absent, problem } = published
    return byFolder(folder, absent ? 'nothing was published yet' : `what was published cannot be used: ${problem}`)
  }
  const { revision, set } = published
  let policy: CompiledPolicy
  try {
    policy = compilePolicy(set, () => textEngines)
  } catch (error) {
    return byFolder(folder, `what was published cannot be used: ${(error as Error).message}`)
  }
  const differences = policyDifferences(folder, set)
  return { judgedBy: { what: 'policy-in-force', revision, folder, differences }, entries: set.files, policy }
}

function byFolder(folder: string, problem: string): PolicyToJudgeBy {
  // Files go by the names that they would have in the log.
  const entries = readablePolicies([]).map(({ file, text }) => parsePolicyText(withoutMark(text), basename(file)).entry)
  return { judgedBy: { what: 'folder', folder, problem }, entries, policy: compiled(entries) }
}

const compiled = (files: PolicySetEntry[]): CompiledPolicy => compilePolicy({ format: 1, files }, () => textEngines)
