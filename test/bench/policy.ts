// What a large policy costs: reading it, compiling it, asking it, and keeping it in a proxy's memory.
//
//   node test/bench/policy.ts [--quick] [--json]     (or: npm run bench -- policy)
//
// 10,000 rules in 50 files, all about the server that is asked (support/big-policy.ts).
// - Read: all 50 YAML files to the set that is published; once, by the broker, at a change.
// - Compile: a published set, parsed from its JSON, to what decides; median of fresh compilations. A proxy does both
//   with each new revision.
// - Decide: calls of one tool with small arguments and with 64 KB of them; 50 rules name every tool, 5 of them look at
//   every text of the arguments.
//   Each time is one call, judged alone; `toParse` is the ratio to parsing and hashing the same arguments, which every
//   call pays anyway.
// - First decide: of a tool name never asked about before, which has to be looked up among all globs.
// - Memory: PSS of a proxy process after its first calls under this policy, beside one under a policy without rules.
//   Same machine, same moment; the ratio is theirs.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compilePolicy } from '../../core/policy/compile.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { AccessRequest } from '../../core/schema/access-request.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import type { PolicySet } from '../../core/schema/policy.ts'
import { argumentsHash, parseFast } from '../../core/wire/json-line.ts'
import { publishPolicy } from '../support/publish.ts'
import { bigArguments, bigPolicyFile, serverName } from './support/big-policy.ts'
import { exchange, startLean, stopLean } from './support/lean-client.ts'
import { echoRequest, initializedNotification, initializeRequest } from './support/messages.ts'
import { memory } from './support/process-cost.ts'
import { echoScript, proxyBundle } from './support/proxy-variants.ts'
import { atMost, finish, rounded, table } from './support/report.ts'
import { median, percentile } from './support/statistics.ts'

const files = 50
const rulesPerFile = 200
const bigBytes = 64 * 1024

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
})
const counts = options.quick ? { compile: 3, decide: 200, names: 100 } : { compile: 20, decide: 20_000, names: 5_000 }

const texts = Array.from({ length: files }, (_, file) => bigPolicyFile(file, rulesPerFile))
const readMs = milliseconds(() => readAll())
const payload = JSON.stringify(readAll())
const parsed = () => JSON.parse(payload) as PolicySet
const compileMs: number[] = []
const loadMs: number[] = []
for (let round = 0; round < counts.compile; round++) {
  const set = parsed()
  compileMs.push(milliseconds(() => compilePolicy(set, () => textEngines)))
  loadMs.push(milliseconds(() => compilePolicy(parsed(), () => textEngines)))
}

const policy = compilePolicy(parsed(), () => textEngines)
const small = decisions({ owner: 'acme', repo: 'site', amount: 5 })
const big = decisions(bigArguments(bigBytes))
const firsts: number[] = []
for (let at = 0; at < counts.names; at++) {
  const call = callOf({ owner: 'acme' }, `get_unheard_of_${at}`)
  firsts.push(1000 * milliseconds(() => evaluate(policy, call, lexicalPaths())))
}

const memories = { none: await proxyMemory({}), policy: await proxyMemory(named(texts)) }
const memoryRatio = memories.policy / memories.none

console.log(
  table([
    [`${files * rulesPerFile} rules in ${files} files`, 'p50', 'p95', 'p99', 'to parse+hash'],
    ['decide, small arguments (µs)', ...spread(small.us), rounded(small.toParse).toString()],
    ['decide, 64 KB arguments (µs)', ...spread(big.us), rounded(big.toParse).toString()],
    ['decide, a tool name not seen before (µs)', ...spread(firsts), ''],
    ['compile (ms)', ...spread(compileMs), ''],
    ['parse JSON and compile (ms)', ...spread(loadMs), ''],
    ['read from YAML (ms, once)', rounded(readMs).toString()],
    ['published set (MB)', rounded(payload.length / 1e6).toString()],
    ['proxy, no rules: PSS (MB)', rounded(memories.none).toString()],
    ['proxy, this policy: PSS (MB)', rounded(memories.policy).toString(), `${rounded(memoryRatio)}x`],
  ]),
)
finish(
  {
    name: 'policy',
    figures: {
      readMs: rounded(readMs),
      compileMs: rounded(median(compileMs)),
      loadMs: rounded(median(loadMs)),
      smallP50Us: rounded(percentile(small.us, 50)),
      smallP99Us: rounded(percentile(small.us, 99)),
      bigP50Us: rounded(percentile(big.us, 50)),
      bigP99Us: rounded(percentile(big.us, 99)),
      bigToParse: rounded(big.toParse),
      newNameP50Us: rounded(percentile(firsts, 50)),
      newNameP99Us: rounded(percentile(firsts, 99)),
      pssNoRulesMb: rounded(memories.none),
      pssMb: rounded(memories.policy),
      pssRatio: rounded(memoryRatio),
    },
    goals: [
      atMost('compileMs', median(compileMs), 200),
      atMost('smallP50Us', percentile(small.us, 50), 50),
      atMost('bigP50Us', percentile(big.us, 50), 50),
      atMost('bigP99Us', percentile(big.us, 99), 500),
      atMost('newNameP50Us', percentile(firsts, 50), 50),
    ],
  },
  options.json,
)

function readAll(): PolicySet {
  const entries = Object.entries(named(texts)).map(([file, text]) => parsePolicyText(text, file).entry)
  const broken = entries.find((entry) => entry.status === 'broken')
  if (broken?.status === 'broken') throw new Error(`the benchmark's policy is broken: ${broken.problem}`)
  return { format: 1, files: entries }
}

function named(all: readonly string[]): Record<string, string> {
  return Object.fromEntries(all.map((text, file) => [`file-${String(file).padStart(2, '0')}.yaml`, text]))
}

function callOf(args: JsonObject, tool: string): AccessRequest {
  return {
    subject: { client: 'bench', session: 'bench' },
    action: 'tools/call',
    resource: { server: serverName, tool },
    arguments: args,
    risk: { class: 'read', evidence: [] },
  }
}

/** Times of single decisions in microseconds, and their median as a part of parsing and hashing the same arguments. */
function decisions(args: JsonObject): { us: number[]; toParse: number } {
  const text = JSON.stringify(args)
  const sha256 = (of: string) => createHash('sha256').update(of).digest('hex')
  const us: number[] = []
  const parseUs: number[] = []
  for (let at = 0; at < counts.decide; at++) {
    let fresh: JsonObject = {}
    parseUs.push(
      1000 *
        milliseconds(() => {
          fresh = (parseFast(text)?.value ?? {}) as JsonObject
          argumentsHash(fresh, sha256)
        }),
    )
    const call = callOf(fresh, 'get_text')
    const started = performance.now()
    const decision = evaluate(policy, call, lexicalPaths())
    us.push(1000 * (performance.now() - started))
    if (decision.kind !== 'allow') throw new Error(`the benchmark's call must be allowed, not: ${decision.reason}`)
  }
  return { us, toParse: median(us) / median(parseUs) }
}

/** PSS in MB of a proxy under the given policy, after ten calls. */
async function proxyMemory(policies: Record<string, string>): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  try {
    publishPolicy(home, policies)
    const command = [process.execPath, proxyBundle, '--server', serverName, '--client', 'bench', '--']
    const client = startLean([...command, process.execPath, echoScript], { COUNTERSIGN_HOME: home })
    await exchange(client, initializeRequest())
    client.child.stdin.write(initializedNotification)
    for (let calls = 0; calls < 10; calls++) await exchange(client, echoRequest('get_echo'))
    const { pssMb } = memory(client.pid)
    await stopLean(client)
    return pssMb
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function milliseconds(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

function spread(values: readonly number[]): string[] {
  return [50, 95, 99].map((p) => rounded(percentile(values, p)).toString())
}
