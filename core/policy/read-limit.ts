// Reading what a rule says beside its effect: how often it may apply, how a person is asked, what is not written down.
import type { PolicyLimit, PolicyRule } from '../schema/policy.ts'
import { confirmations, type Effect, limitGroups } from '../schema/policy-words.ts'
import type { Located, LocatedEntry, Place, Reporter } from './located.ts'
import { code, knownEntries, readDuration, readNumber, readPath, readTexts, readWord, wrong } from './read-values.ts'

const limitKeys = ['max', 'per', 'sum', 'by', 'then'] as const
const thens = ['require-approval', 'deny'] as const

/** `effect`: the rule's own, where it could be read. */
export function readLimit(entry: LocatedEntry, effect: Effect | undefined, report: Reporter): PolicyLimit | undefined {
  const { at, value } = entry
  if (effect === 'deny') {
    report.error(at, '`limit` has no meaning in a rule whose effect is `deny`')
    return undefined
  }
  if (value.kind !== 'map') {
    return wrong(value, '`limit`', 'a map', report, 'For example `{ max: 20, per: 1h }`.')
  }
  const found = knownEntries(value, '`limit`', limitKeys, report)
  for (const key of ['max', 'per'] as const) if (!found[key]) report.error(value, `The limit has no ${code(key)}`)
  const sum = found.sum && readPlainPath(found.sum, report)
  const max = found.max && readMax(found.max.value, found.sum !== undefined, report)
  const perMs = found.per && readDuration(found.per.value, '`per`', report)
  const by = found.by && readBy(found.by, report)
  const written = found.then && readWord(found.then.value, '`then`', thens, report)
  const then = written ?? 'require-approval'
  if (effect === 'require-approval' && then !== 'deny' && (written !== undefined || !found.then)) {
    report.error(
      found.then?.value ?? value,
      '`then` must be stricter than the effect of the rule, which is `require-approval`',
      'Write `then: deny`.',
    )
    return undefined
  }
  if (max === undefined || perMs === undefined) return undefined
  return { max, perMs, ...(sum === undefined ? {} : { sum }), ...(by && { by }), then }
}

function readMax(value: Located, summed: boolean, report: Reporter): number | undefined {
  const max = readNumber(value, '`max`', report)
  if (max === undefined) return undefined
  if (max < 0) return wrong(value, '`max`', '0 or more', report)
  if (summed || Number.isInteger(max)) return max
  return wrong(value, '`max`', 'a whole number of calls', report, 'To add up an argument write `sum` too.')
}

function readBy(entry: LocatedEntry, report: Reporter): PolicyLimit['by'] {
  const texts = readTexts(entry, `one of ${limitGroups.map(code).join(', ')}, or a list of them`, report)
  const groups = texts?.map(({ text, at }) =>
    readWord({ kind: 'text', value: text, ...at }, '`by`', limitGroups, report),
  )
  return groups?.every((group) => group !== undefined) ? groups : undefined
}

type Approval = Pick<PolicyRule, 'approvalTimeoutMs' | 'confirm'>

/** `asks`: whether the rule can ever ask a person; unknown where its effect or limit could not be read. */
export function readApproval(
  { at, value }: LocatedEntry,
  { effect, asks }: { effect: Effect | undefined; asks: boolean | undefined },
  report: Reporter,
): Approval {
  if (asks === false) {
    report.error(at, `\`approval\` has no meaning in a rule whose effect is ${code(effect ?? '')}`)
    return {}
  }
  if (value.kind !== 'map' || value.entries.length === 0) {
    wrong(value, '`approval`', 'a map with `timeout` or `confirm`', report, 'For example `{ timeout: 5m }`.')
    return {}
  }
  const { timeout, confirm } = knownEntries(value, '`approval`', ['timeout', 'confirm'], report)
  const approvalTimeoutMs = timeout && readDuration(timeout.value, '`timeout`', report)
  const confirmation = confirm && readWord(confirm.value, '`confirm`', confirmations, report)
  return {
    ...(approvalTimeoutMs === undefined ? {} : { approvalTimeoutMs }),
    ...(confirmation && { confirm: confirmation }),
  }
}

/** Paths of arguments that are kept out of the log. */
export function readRedact(entry: LocatedEntry, report: Reporter): string[] | undefined {
  const texts = readTexts(entry, 'an argument path, or a list of them', report)
  const paths = texts?.map(({ text, at }) => checkPath(at, text, entry.key, report))
  return paths?.every((path) => path !== undefined) ? paths : undefined
}

function readPlainPath({ key, value }: LocatedEntry, report: Reporter): string | undefined {
  return value.kind === 'text'
    ? checkPath(value, value.value, key, report)
    : wrong(value, code(key), 'an argument path', report)
}

function checkPath(at: Place, text: string, key: string, report: Reporter): string | undefined {
  const steps = readPath(text, at, report)
  if (!steps) return undefined
  if (!steps.some((step) => step.kind === 'some-string')) return text
  report.error(at, `${code(key)} cannot take \`**\`; name the argument`)
  return undefined
}
