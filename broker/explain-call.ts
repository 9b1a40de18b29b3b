// Why a past call was decided as it was: judged again by the policy of then, from what is on record. Says plainly where the
// record cannot carry that.
import { compilePolicy } from '../core/policy/compile.ts'
import { explain, type Trace } from '../core/policy/explain.ts'
import { lexicalPaths } from '../core/policy/lexical-paths.ts'
import { parsePolicyText } from '../core/policy/parse.ts'
import { textEngines } from '../core/policy/text-engines.ts'
import { traceOutline } from '../core/policy/trace-outline.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import { ruleKey } from '../core/schema/decision.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { PolicyRule, PolicySetEntry } from '../core/schema/policy.ts'
import type { CallDetail, LogResult } from '../core/wire/log-contract.ts'
import { type Db, prepared } from './audit/driver.ts'
import { readEvent } from './audit/event-log.ts'
import { callId } from './audit/query.ts'
import { parseJson } from './audit/spool-line.ts'

type Explained = LogResult<'activity.explain'>
type Decided = AuditEventData<'call.decided'>
type PublishedTexts = NonNullable<AuditEventData<'policy.published'>['texts']>
type PolicyOfThen = { entries: PolicySetEntry[]; texts: ReadonlyMap<string, string> }

/** `home`: the person's home folder, which `~` in a policy stands for. */
export function explainCall(db: Db, detail: CallDetail, home: string): Explained {
  const decided = decisionThatStands(db, detail)
  if (!decided) return unknown('No decision on this call is on record.')
  if (decided.source === 'session-refused') {
    return unknown('A person refused everything of this session; no rule was looked at.')
  }
  const policy = policyOf(db, decided.revision)
  if (!policy) {
    return unknown(
      decided.revision === 'none'
        ? `There was no policy to judge by: ${decided.reason}.`
        : `The policy of then (revision ${decided.revision.slice(0, 12)}) is not on record.`,
    )
  }
  const doubts = doubtsOf(decided)
  const rules = decided.rules.flatMap((rule) => {
    const text = ruleText(policy, rule)
    return text === undefined ? [] : [{ rule, text }]
  })
  const args = decided.arguments.truncated ? undefined : parseJson(decided.arguments.text)
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    return { state: 'explained', trace: [], rules, doubts }
  }
  const trace = judgedAgain(db, { detail, decided, policy, args: args as JsonObject, home })
  if (typeof trace === 'string') return unknown(trace)
  return { state: 'explained', trace: traceOutline(trace), rules, doubts: [...doubts, ...differences(trace, decided)] }
}

const unknown = (problem: string): Explained => ({ state: 'unknown', problem })

/** A held call can have been judged more than once. */
function decisionThatStands(db: Db, { summary: { call } }: CallDetail): Decided | undefined {
  const select = prepared<[number], number | null>(db, 'SELECT decided_seq FROM call WHERE id = ?').pluck()
  const seq = select.get(callId(db, call) ?? 0)
  return typeof seq === 'number' ? readEvent(db, seq, 'call.decided') : undefined
}

function policyOf(db: Db, revision: string): PolicyOfThen | undefined {
  const files = prepared<[string], string>(db, 'SELECT files FROM policy_revision WHERE revision = ?')
    .pluck()
    .get(revision)
  if (files === undefined) return undefined
  const texts = new Map<string, string>()
  const entries: PolicySetEntry[] = []
  for (const { file, sha256, denies, problem } of JSON.parse(files) as PublishedTexts) {
    if (sha256 === undefined) {
      entries.push({ file, status: 'broken', servers: denies ?? ['*'], problem: problem ?? 'it could not be used' })
      continue
    }
    const text = prepared<[string], string>(db, 'SELECT text FROM policy_text WHERE sha256 = ?').pluck().get(sha256)
    if (text === undefined) return undefined
    texts.set(file, text)
    entries.push(parsePolicyText(text, file).entry)
  }
  return { entries, texts }
}

type Judged = { detail: CallDetail; decided: Decided; policy: PolicyOfThen; args: JsonObject; home: string }

/** The trace, or why there is none. */
function judgedAgain(db: Db, { detail, decided, policy, args, home }: Judged): Trace | string {
  const { client, server, session } = detail.summary
  const cwd = prepared<[string], string | null>(db, 'SELECT cwd FROM session WHERE session = ?').pluck().get(session)
  const lockdown = decided.source === 'lockdown' ? { lockdown: { since: 0, by: 'a person' } } : {}
  const exhausted = new Set(
    decided.limits?.filter(({ state }) => state !== 'reserved').map(({ rule }) => ruleKey(rule)) ?? [],
  )
  try {
    const compiled = compilePolicy({ format: 1, files: policy.entries, ...lockdown }, () => textEngines)
    const request = {
      subject: { client, session },
      action: decided.action ?? ('tools/call' as const),
      resource: { server, tool: decided.tool },
      arguments: args,
      risk: { class: decided.risk, evidence: [] },
    }
    return explain(compiled, request, lexicalPaths({ home, ...(cwd ? { cwd } : {}) }), exhausted)
  } catch (error) {
    return `The policy of then cannot be judged by any more: ${(error as Error).message}`
  }
}

function doubtsOf({ arguments: { text, truncated } }: Decided): string[] {
  return [
    ...(truncated
      ? ['The record of the arguments was cut where it was long, so the conditions cannot be judged again.']
      : []),
    ...(/\[redacted:[0-9a-f]+\]/.test(text)
      ? ['Secrets in the arguments are not on record: a condition that looks at one may see something else now.']
      : []),
  ]
}

const kindWords = { allow: 'allowed', deny: 'denied', hold: 'held' } as const

function differences({ decision, rules }: Trace, decided: Decided): string[] {
  const key = (refs: readonly { file: string; id: string }[]) => refs.map(ruleKey).sort().join()
  const same = decision.kind === decided.decision && key(decision.rules) === key(decided.rules)
  const paths = rules.some(({ conditions }) => /"(?:inside|outside)"/.test(JSON.stringify(conditions)))
  return [
    ...(paths ? ['Paths are read as they are written; links on the disk of then are not on record.'] : []),
    ...(same
      ? []
      : [
          `Judged again it would be ${kindWords[decision.kind]} (${decision.reason}); then it was ${kindWords[decided.decision]} (${decided.reason}).`,
        ]),
  ]
}

/** The rule's lines in the file as it was: from its own first line to the next rule, or the end of the list. */
function ruleText({ entries, texts }: PolicyOfThen, { file, id }: { file: string; id: string }): string | undefined {
  const entry = entries.find((one) => one.file === file)
  const text = texts.get(file)
  if (entry?.status !== 'ok' || text === undefined) return undefined
  const begins = lineOf(entry.policy.rules.find((rule) => rule.id === id))
  if (begins === undefined) return undefined
  const later = entry.policy.rules.map(lineOf).filter((line) => line !== undefined && line > begins)
  const lines = text.split(/\r?\n/)
  const listEnds = lines.findIndex((line, index) => index >= begins && /^[^\s#-]/.test(line))
  const ends = Math.min(...later.map((line) => Number(line) - 1), listEnds < 0 ? lines.length : listEnds)
  const ours = lines.slice(begins - 1, ends)
  const last = ours.findLastIndex((line, index) => index === 0 || /^\s*[^\s#]/.test(line))
  return ours
    .slice(0, last + 1)
    .join('\n')
    .trimEnd()
}

const lineOf = (rule: PolicyRule | undefined): number | undefined => rule?.line
