// What `policy explain` prints: the decision first, by which policy, then what the rules saw.
import type { Trace } from '../../core/policy/explain.ts'
import { callWords } from '../../core/policy/run-tests.ts'
import { combinedLines } from '../../core/policy/trace-words.ts'
import type { AccessRequest } from '../../core/schema/access-request.ts'
import { differencePlace } from './policy-differences.ts'
import type { JudgedBy } from './policy-to-judge-by.ts'
import { looksAtPaths, reasonWords, ruleLines, summaryLines } from './policy-trace.ts'
import { type Colour, harmless, type Terminal, wrapped } from './terminal.ts'

export type Explained = {
  trace: Trace
  request: AccessRequest
  judgedBy: JudgedBy
  /** How many it judged by. */
  files: number
  paths: { home: string; cwd: string }
  /** Every condition of every rule, and nothing cut. */
  all: boolean
}

const kindColours: Record<Trace['decision']['kind'], Colour> = { allow: 'green', deny: 'red', hold: 'yellow' }
const kindWords: Record<Trace['decision']['kind'], [inForce: string, otherwise: string]> = {
  allow: ['goes through', 'would go through'],
  deny: ['does not go through', 'would not go through'],
  hold: ['goes through', 'would go through'],
}
const confirmWords = { 'type-name': "type the tool's name", 'os-auth': 'sign in to the system again' } as const
const nameWidth = 13
const shortRevision = 8

export function showExplained(out: Terminal, { trace, request, judgedBy, files, paths, all }: Explained): void {
  const { decision, rules } = trace
  const { kind } = decision
  const what = trace.action === 'tools/call' ? 'call' : 'request'
  const follows = kindWords[kind][judgedBy.what === 'folder' ? 1 : 0]
  const first = kind === 'hold' ? `a person is asked before the ${what} ${follows}` : `the ${what} ${follows}`
  out.line(out.paint('bold', out.paint(kindColours[kind], `${kind}: ${first}`)))
  for (const [name, text] of facts(trace, request, judgedBy, all)) paragraph(out, `  ${name.padEnd(nameWidth)} `, text)
  out.line()
  showDifferences(out, judgedBy)

  const cut = !all
  const counting = rules.filter((rule) => rule.counts)
  const untold = rules.filter((rule) => !rule.counts && rule.outcome === 'could-not-tell')
  const missed = rules.filter((rule) => !rule.counts && rule.outcome !== 'could-not-tell')
  if (counting.length > 0) {
    out.line(counting.length === 1 ? 'The rule that counts:' : 'The rules that count, the strictest first:')
    out.line()
    for (const line of ruleLines(out, trace, { rules: counting, cut })) out.line(line)
  }
  for (const line of combinedLines(trace)) paragraph(out, '', line)
  if (untold.length > 0) {
    out.line()
    out.line('Could not be told:')
    out.line()
    for (const line of ruleLines(out, trace, { rules: untold, cut }).slice(0, -1)) out.line(line)
  }
  if (missed.length > 0) {
    out.line()
    out.line(`Did not hold${all ? ':' : ', with the first condition that failed (--all shows every one):'}`)
    out.line()
    const lines = all ? ruleLines(out, trace, { rules: missed }).slice(0, -1) : summaryLines(out, missed)
    for (const line of lines) out.line(line)
  }
  if (files === 0) out.line('There are no policy files, so only the built-in defaults apply.')
  if (looksAtPaths(trace)) {
    const { cwd, home } = paths
    if (rules.length > 0 && (missed.length > 0 || untold.length > 0)) out.line()
    paragraph(out, '', `Paths: relative ones begin at ${cwd}, ~ is ${home}; links were not followed.`)
  }
}

function facts(trace: Trace, request: AccessRequest, judgedBy: JudgedBy, all: boolean): [string, string][] {
  const { decision, risk } = trace
  const { reason, message, redact = [], confirm, limits = [] } = decision
  const rows: [string, string | undefined][] = [
    ['Call', callWords(request)],
    ['Judged by', judgedByWords(judgedBy)],
    ['Risk', trace.action === 'tools/call' ? [risk.class, ...risk.evidence].join('; ') : undefined],
    ['Why', all ? reason : reasonWords(trace)],
    [decision.kind === 'allow' ? 'Note' : 'To the model', message],
    ['To approve', confirm === undefined || confirm === 'click' ? undefined : confirmWords[confirm]],
    ['Uses limit of', limits.map(({ rule }) => rule.id).join(', ') || undefined],
    ['Not logged', redact.join(', ') || undefined],
  ]
  return rows.flatMap(([name, text]): [string, string][] => (text === undefined ? [] : [[name, text]]))
}

/** Nothing where files were named: whoever named them knows. */
function judgedByWords(judgedBy: JudgedBy): string | undefined {
  switch (judgedBy.what) {
    case 'policy-in-force':
      return `the policy in force, revision ${judgedBy.revision.slice(0, shortRevision)}`
    case 'folder':
      return `the files in ${judgedBy.folder}, which are not in force: ${judgedBy.problem}. Every call is refused until Countersign publishes a policy.`
    case 'named-files':
      return undefined
  }
}

function showDifferences(out: Terminal, judgedBy: JudgedBy): void {
  if (judgedBy.what !== 'policy-in-force' || judgedBy.differences.length === 0) return
  const { differences, folder } = judgedBy
  for (const line of wrapped(`Not in force as it stands in ${harmless(folder)}:`, out.width)) {
    out.line(out.paint('yellow', line))
  }
  for (const one of differences) paragraph(out, '  ', `${differencePlace(one)}: ${one.message}`)
  out.line()
}

/** Wrapped for a person, with the following lines below the first one's text. */
function paragraph(out: Terminal, start: string, text: string): void {
  const width = out.width === undefined ? undefined : out.width - start.length
  for (const [index, line] of wrapped(harmless(text), width).entries()) {
    out.line(`${index === 0 ? start : ' '.repeat(start.length)}${line}`)
  }
}
