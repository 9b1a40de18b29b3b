// Writes the limits and approvals of an Intercept policy. They belong together: intercept-budgets.ts says why.
import type { JsonObject } from '../../schema/json.ts'
import { maxDurationMs } from '../duration.ts'
import { type Asking, type Budget, budgetsOf } from './intercept-budgets.ts'
import type { Bound } from './intercept-limits.ts'
import type { InterceptRule } from './intercept-policy.ts'
import type { RuleSink } from './intercept-sink.ts'
import type { LimitDraft, RuleDraft } from './policy-draft.ts'

export type BoundRule = { readonly bound: Bound; readonly comments: readonly string[] }

export type ApprovalRule = Asking & {
  readonly from: Extract<InterceptRule, { action: 'require_approval' }>
  readonly when: JsonObject | undefined
  readonly comments: readonly string[]
}

/** Pairs of a counter and an approval; more than this is no policy but a way to keep somebody busy. */
const mostPairs = 1000

export function writeCounted(bounds: readonly BoundRule[], approvals: readonly ApprovalRule[], sink: RuleSink): void {
  const [first] = bounds
  if (first && bounds.length * approvals.length > mostPairs) {
    const message = `There are ${bounds.length} counters and ${approvals.length} approvals; each pair of them would be a rule`
    sink.notes.report.error(first.bound.at, message, 'Make it several files.')
    return
  }
  const comments = new Map(bounds.map((one) => [one.bound, one.comments]))
  const budgets = budgetsOf([...comments.keys()], approvals)
  for (const budget of budgets) writeBound(budget, comments.get(budget.bound) ?? [], budgets, sink)
  for (const approval of approvals) writeApproval(approval, budgets, sink)
}

function limitOf({ per, sum }: Bound, max: number): LimitDraft {
  return { max, per, ...(sum === undefined ? {} : { sum }), then: 'deny' }
}

function writeBound(
  budget: Budget<ApprovalRule>,
  before: readonly string[],
  budgets: readonly Budget<ApprovalRule>[],
  sink: RuleSink,
): void {
  const { bound, asks, stricter, max } = budget
  const { rule, tool, per } = bound
  const comments = [...before]
  if (stricter) {
    const rest = asks ? 'to count them as one, every call asks' : `${max} of ${bound.max} are left for calls without`
    comments.push(sink.notes.warn(bound.at, `Intercept counts calls with and without approval together; ${rest}`))
  }
  const said = {
    effect: asks ? ('require-approval' as const) : ('allow' as const),
    reason: rule.onDeny.trim() === '' ? `The limit of ${bound.max} per ${per} is reached.` : rule.onDeny,
  }
  sink.add(tool, { ...said, id: sink.id(tool, rule.name), limit: limitOf(bound, max), comments })
  // Calls that only this rule makes ask are counted elsewhere too.
  for (const { bound: other, part } of partsOf(bound, budgets)) {
    const id = sink.id(tool, rule.name)
    const about = [...before, shareWords(other)]
    sink.add(tool === '*' ? other.tool : tool, { ...said, id, limit: limitOf(other, part), comments: about })
  }
}

function partsOf(of: ApprovalRule | Bound, budgets: readonly Budget<ApprovalRule>[]): { bound: Bound; part: number }[] {
  return budgets.flatMap(({ bound, parts }) => {
    const found = parts.find((part) => part.of === of)
    return found ? { bound, part: found.max } : []
  })
}

const shareWords = ({ max, per, rule }: Bound): string =>
  `Its part of the ${max} per ${per} of rule ${JSON.stringify(rule.name)}.`

/** One rule for each counter that the approved calls use, because a rule has one limit; one without where there is none. */
function writeApproval(approval: ApprovalRule, budgets: readonly Budget<ApprovalRule>[], sink: RuleSink): void {
  const { from, tool, when } = approval
  const timeout = timeoutOf(from, sink)
  const rule: Omit<RuleDraft, 'id' | 'tools' | 'comments'> = {
    effect: 'require-approval',
    ...(when === undefined ? {} : { when }),
    ...(timeout === undefined ? {} : { approval: { timeout } }),
    ...(from.onDeny.trim() === '' ? {} : { reason: from.onDeny }),
  }
  let covered = false
  for (const { bound, part } of partsOf(approval, budgets)) {
    covered ||= bound.tool === '*' || bound.tool === tool
    const comments = [...approval.comments, shareWords(bound)]
    const id = sink.id(tool, from.name)
    sink.add(tool === '*' ? bound.tool : tool, { ...rule, id, limit: limitOf(bound, part), comments })
  }
  if (!covered) sink.add(tool, { ...rule, id: sink.id(tool, from.name), comments: approval.comments })
}

function timeoutOf(rule: ApprovalRule['from'], { notes }: RuleSink): string | undefined {
  if (rule.timeout === undefined) return undefined
  const seconds = goSeconds(rule.timeout)
  const longest = maxDurationMs / 1000
  if (seconds === undefined) {
    notes.warn(rule, `The timeout ${JSON.stringify(rule.timeout)} is no duration and was left out`)
    return undefined
  }
  if (seconds > longest) notes.warn(rule, `The timeout ${rule.timeout} was cut to seven days`)
  const whole = Math.min(Math.max(Math.floor(seconds), 1), longest)
  if (whole % 3600 === 0) return `${whole / 3600}h`
  return whole % 60 === 0 ? `${whole / 60}m` : `${whole}s`
}

const goUnits: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 }

/** Seconds of a duration as Go writes it: `1h30m`, `1.5s`. */
function goSeconds(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|ns))+$/.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) {
    seconds += Number(amount) * (goUnits[unit] ?? 0)
  }
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}
