// Runs the `tests:` blocks of policy files: each call is judged as a proxy would, by the catalogue and by text alone, so
// that the answer is the same on every machine.
import { serverByAlias } from '../risk/catalogue.ts'
import { classifyTool } from '../risk/classify.ts'
import type { AccessRequest } from '../schema/access-request.ts'
import { ruleKey } from '../schema/decision.ts'
import type { PolicyFile, PolicySetEntry } from '../schema/policy.ts'
import type { PolicyTestCase } from '../schema/policy-test.ts'
import type { Diagnostic } from '../wire/ui-contract.ts'
import { type CompiledPolicy, compilePolicy } from './compile.ts'
import type { TextEngines } from './engines.ts'
import { explain, type Trace } from './explain.ts'
import { isLiteral } from './glob.ts'
import { lexicalPaths } from './lexical-paths.ts'
import { parsePolicyText } from './parse.ts'
import { plainName, requestWords } from './words.ts'

export type PolicyText = { file: string; text: string }

export type PolicyTestsOptions = {
  engines: () => TextEngines
  /** Files that are in force beside each of those tested, such as the baseline. Their own tests are not run. */
  beside?: readonly PolicyText[]
}

/** What is not as the test says: the decision, or the rule that should have made it. */
export type TestMismatch = 'expect' | 'rule'

export type PolicyTestResult = {
  test: PolicyTestCase
  /** What was asked, with the server and client that were taken. */
  request: AccessRequest
  ok: boolean
  mismatches: TestMismatch[]
  trace: Trace
}

export type PolicyTestFileResult = {
  file: string
  /** Every test is as expected; also of a file without tests. */
  ok: boolean
  /** Why no test of a broken file was run. */
  diagnostics: Diagnostic[]
  results: PolicyTestResult[]
}

/** Judges the tests of each file by that file and those `beside` it, never by the other files. */
export function runPolicyTests(files: readonly PolicyText[], options: PolicyTestsOptions): PolicyTestFileResult[] {
  const beside = (options.beside ?? []).map(({ file, text }) => parsePolicyText(text, file).entry)
  return files.map(({ file, text }) => {
    const { entry, diagnostics, tests } = parsePolicyText(text, file)
    if (entry.status !== 'ok') return { file, ok: false, diagnostics, results: [] }
    const others = beside.filter((other) => other.file !== file)
    const policy = compilePolicy({ format: 1, files: [entry, ...others] }, options.engines)
    const results = tests.map((test) => runTest(test, entry, policy))
    return { file, ok: results.every(({ ok }) => ok), diagnostics: [], results }
  })
}

function runTest(
  test: PolicyTestCase,
  { file, policy: own }: Extract<PolicySetEntry, { status: 'ok' }>,
  policy: CompiledPolicy,
): PolicyTestResult {
  const request = offlineRequest({ ...test, server: test.server ?? usualServer(own) })
  const exhausted = new Set(test.exhausted.map((id) => ruleKey({ file, id })))
  const trace = explain(policy, request, lexicalPaths(), exhausted)
  const { kind, rules } = trace.decision
  const mismatches: TestMismatch[] = []
  if (kind !== test.expect) mismatches.push('expect')
  if (test.rule !== undefined && !rules.some((rule) => rule.id === test.rule && rule.file === file)) {
    mismatches.push('rule')
  }
  return { test, request, ok: mismatches.length === 0, mismatches, trace }
}

/** The first server that the file names without globs. */
const usualServer = ({ servers }: PolicyFile): string => servers.find(isLiteral) ?? 'example'

export type OfflineCall = Pick<AccessRequest, 'action' | 'arguments'> & {
  tool: string
  server: string
  client?: string
}

/** A request as the proxy of a catalogued server would make it. No server is asked, so its annotations cannot count. */
export function offlineRequest({ action, tool, server, client = 'example', ...call }: OfflineCall): AccessRequest {
  const catalogued = serverByAlias(server)?.tools[tool]
  return {
    subject: { client, session: 'example' },
    action,
    resource: { server, tool },
    arguments: call.arguments,
    risk:
      action === 'tools/call' ? classifyTool(tool, call.arguments, { catalogued }) : { class: 'unknown', evidence: [] },
  }
}

/** `delete_file on server files, called by cursor`. */
export function callWords({ action, resource, subject }: AccessRequest): string {
  const by = subject.client === 'example' ? '' : `, called by ${plainName(subject.client)}`
  return `${requestWords(action, resource.tool)} on server ${plainName(resource.server)}${by}`
}
