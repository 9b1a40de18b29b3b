// "Approve and remember" and "refuse and block": what can be chosen, what exactly it would make, the making of it, and a few
// seconds to take it back. Nothing is made that was not shown.
import * as crypto from 'node:crypto'
import { type LocalClock, lifetimeWords, nextMidnight } from '../core/approval/lifetime.ts'
import { scopeOptions } from '../core/approval/scope-options.ts'
import type { PolicyPorts } from '../core/policy/path-inside.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { ApprovalCard, UiParams, UiResult } from '../core/wire/ui-contract.ts'
import type { CallFacts, Session } from './approval-card.ts'
import type { Choice, RememberPort } from './approvals-ports.ts'
import type { Db } from './audit/driver.ts'
import type { Grants } from './grants.ts'
import { folderWords, grantWords } from './grants-match.ts'
import type { OwnRecord } from './own-record.ts'
import { choiceProblems } from './remember-choice.ts'
import { areAsBefore, areAsMade, isAnyMade, restore, writeChanges } from './remember-files.ts'
import { askedCalls, type Coverage, countPast, pastCalls, seenValues } from './remember-past.ts'
import { emptyRemembered, type ListedPolicies, planRule, type RulePlan, rememberedFile } from './remember-rule.ts'
import { askedLookedAt, suggestionFor } from './remember-suggestion.ts'
import { sha256 } from './sha256.ts'

/** How long what was remembered can be taken back, in milliseconds. */
export const undoMs = 5_000

export type Remember = RememberPort & {
  scopes(facts: CallFacts): UiResult<'approvals.scopes'>
  preview(facts: CallFacts, choice: UiParams<'approvals.preview'>['choice']): UiResult<'approvals.preview'>
  undo(undo: string, by: string): UiResult<'remembered.undo'>['outcome']
  /** Never throws. */
  suggestion(facts: CallFacts): ApprovalCard['suggestion']
}

export type RememberOptions = {
  grants: Pick<Grants, 'remember' | 'hasRoom' | 'undo'>
  policies: { list(): ListedPolicies; takeUp(files: readonly string[]): void }
  /** Whether this revision is in force, or was in this run: what is written is for those who go by our files. */
  wasInForce(revision: string): boolean
  db: Db
  record: OwnRecord
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
  paths(session: Session): PolicyPorts
  /** The person's own folder, which nobody means to allow as a whole. */
  home: string
  /** Something that happened all the same could not be put on record. */
  unrecorded(what: string, error: unknown): void
  log(line: string): void
  /** What to add to local time to get UTC at that moment, in minutes. */
  zoneOffset?(at: number): number
}

/** What a choice would make. */
type Made = { readonly rule: RulePlan | undefined; readonly result: UiResult<'approvals.preview'> }
type Thing = { grant: string } | { rule: RulePlan; folder: string }
type Undoable = { until: number; wallUntil: number; thing: Thing }

export function createRemember(options: RememberOptions): Remember {
  const { grants, policies, db, record, now, monotonic, paths } = options
  const undoable = new Map<string, Undoable>()
  const clock = (): LocalClock => ({
    now: now(),
    zoneOffset: options.zoneOffset ?? ((at) => new Date(at).getTimezoneOffset()),
  })
  const placesOf = ({ session }: CallFacts) => {
    const ports = paths(session)
    return { separator: ports.separator, cwd: session.cwd, home: options.home, ports }
  }
  /** Paths as sessions that worked elsewhere saw them. */
  const portsOf = (facts: CallFacts) => {
    const known = new Map<string, PolicyPorts>()
    return (cwd: string): PolicyPorts => {
      const ports = known.get(cwd) ?? paths({ ...facts.session, cwd })
      known.set(cwd, ports)
      return ports
    }
  }

  const none = (problems: string[]): Made => ({
    rule: undefined,
    result: { problems, words: [], files: [], past: { matched: 0, unknown: 0, of: 0 } },
  })

  /** Changes nothing. `counting`: also look at the past, which the name of it does not depend on. */
  const made = (facts: CallFacts, choice: UiParams<'approvals.preview'>['choice'], counting: boolean): Made => {
    const ports = paths(facts.session)
    const problems = choiceProblems(facts, choice, ports, {
      room: grants.hasRoom(),
      ours: options.wasInForce(facts.ask.revision),
    })
    if (problems.length > 0) return none(problems)
    const { scopes } = choice
    const like = facts.ask.arguments as JsonObject
    const kind = choice.kind === 'block' ? 'block' : choice.lifetime === 'always' ? 'always' : 'grant'
    const planned = kind === 'grant' ? undefined : planRule(facts, kind, scopes, policies.list(), ports)
    if (planned && !planned.ok) return none(planned.problems)
    const rule = planned?.plan
    const coverage: Coverage = {
      scopes,
      like,
      ...(kind === 'block' ? {} : { forbidden: rule ? (name) => rule.absent.includes(name) : () => true }),
      ...(kind === 'block' ? {} : { risk: facts.ask.risk.class }),
      doubtCounts: kind === 'block',
    }
    return {
      rule,
      result: {
        preview: nameOf(facts, choice, rule, clock()),
        problems: [],
        words: rule
          ? [...rule.words, ...folderWords(scopes, ports)]
          : choice.kind === 'remember'
            ? grantWords(facts, choice, ports)
            : [],
        ...(choice.kind === 'remember' ? { lifetimeWords: lifetimeWords(choice.lifetime, clock()) } : {}),
        files: rule ? [...rule.changes] : [],
        past: counting
          ? countPast(pastCalls(db, facts, record.kept), coverage, facts, portsOf(facts))
          : { matched: 0, unknown: 0, of: 0 },
      },
    }
  }

  const undoFor = (thing: Thing): string => {
    for (const [token, one] of undoable) if (isOver(one)) undoable.delete(token)
    const token = crypto.randomUUID()
    undoable.set(token, { thing, until: monotonic() + undoMs, wallUntil: now() + undoMs })
    return token
  }
  const isOver = ({ until, wallUntil }: Undoable): boolean => monotonic() > until || now() > wallUntil

  const writeRule = (rule: RulePlan, folder: string, by: string) => {
    const { changes } = rule
    if (!areAsBefore(folder, changes)) throw new Error(changedMeanwhile)
    const files = changes.map(({ file }) => file)
    record.write('policy.remembered', { files, rule: rule.rule, by })
    // In force together, so that no call is judged by half of it; and after the answer that it came with is given.
    queueMicrotask(() => policies.takeUp(files))
    try {
      writeChanges(folder, changes, emptyRemembered)
    } catch (error) {
      if (!isAnyMade(folder, changes)) recordUndone(rule, by)
      throw error
    }
  }
  const recordUndone = ({ changes, rule }: RulePlan, by: string) => {
    try {
      record.write('policy.remembered', { files: changes.map(({ file }) => file), rule, by, undone: true })
    } catch (error) {
      options.unrecorded('that a remembered rule was taken back', error)
    }
  }

  return {
    scopes: (facts) => {
      const places = placesOf(facts)
      const past = pastCalls(db, facts, record.kept)
      const args = Object.entries(facts.ask.arguments as JsonObject)
      return {
        arguments: args.map(([name, value]) => ({
          name,
          options: scopeOptions(name, value, places, seenValues(past, name)),
        })),
      }
    },

    preview: (facts, choice) => made(facts, choice, true).result,

    check: (facts, { preview, ...choice }: Choice) => {
      const { rule, result } = made(facts, choice, false)
      if (result.preview === undefined) return { ok: false, problems: result.problems.map(asProblem) }
      if (result.preview !== preview) return { ok: false, problems: [asProblem(changedMeanwhile)] }
      const { folder } = policies.list()
      return {
        ok: true,
        make: (by) => {
          if (rule) {
            writeRule(rule, folder, by.by)
            return { undo: undoFor({ rule, folder }), remembered: { file: rememberedFile, rule: rule.rule } }
          }
          if (choice.kind !== 'remember' || choice.lifetime === 'always') throw new Error('a rule was not planned')
          const grant = grants.remember(facts, { lifetime: choice.lifetime, scopes: choice.scopes }, by)
          return { undo: undoFor({ grant }), remembered: { grant } }
        },
      }
    },

    undo: (token, by) => {
      const found = undoable.get(token)
      if (!found || isOver(found)) return 'too-late'
      const { thing } = found
      if ('grant' in thing) {
        undoable.delete(token)
        return grants.undo(thing.grant) ? 'undone' : 'too-late'
      }
      const { rule, folder } = thing
      if (!areAsMade(folder, rule.changes)) return 'changed'
      // It can be tried again where a file cannot be written.
      restore(folder, rule.changes, emptyRemembered)
      undoable.delete(token)
      queueMicrotask(() => policies.takeUp(rule.changes.map(({ file }) => file)))
      recordUndone(rule, by)
      return 'undone'
    },

    suggestion: (facts) => {
      try {
        const asked = askedCalls(db, facts, record.kept, askedLookedAt)
        return suggestionFor(facts, asked, now(), placesOf(facts), portsOf(facts))
      } catch (error) {
        options.log(`what to suggest cannot be told (${(error as Error).name})`)
        return undefined
      }
    },
  }
}

const changedMeanwhile =
  'What this would make is not what was shown: a policy file, the call or the day changed meanwhile. Look at it again.'
const asProblem = (message: string) => ({ at: '', message })

/** The name of exactly what would be made. What was shown before midnight would last a day longer after it. */
function nameOf(
  facts: CallFacts,
  choice: UiParams<'approvals.preview'>['choice'],
  rule: RulePlan | undefined,
  clock: LocalClock,
): string {
  const until = choice.kind === 'remember' && choice.lifetime === 'day' ? { until: nextMidnight(clock) } : {}
  const changes = rule?.changes.map(({ file, before, after }) => [file, before ?? null, after]) ?? []
  const all: unknown = JSON.parse(JSON.stringify({ v: 1, binding: facts.binding, choice, changes, ...until }))
  return sha256(canonicalJson(all as JsonValue))
}
