// The queue of held calls with all that it asks: the policy in force, grants, what a card says, how long clients wait.
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import { lockdownWords } from '../core/policy/lockdown-words.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import type { QueueCaps } from '../core/wire/limits.ts'
import type { ApprovalCard, UiEvent } from '../core/wire/ui-contract.ts'
import type { CallFacts, Session } from './approval-card.ts'
import { type Approvals, createApprovals } from './approvals.ts'
import type { BudgetsPort } from './approvals-ports.ts'
import type { Db } from './audit/driver.ts'
import { createCardFacts, programFolders } from './card-facts.ts'
import { createGrants, type Grants } from './grants.ts'
import type { OsAuth } from './host-contract.ts'
import type { Lockdown } from './lockdown.ts'
import type { OwnRecord } from './own-record.ts'
import { createPolicyBasis } from './policy-basis.ts'
import { createPolicyInForce, type PolicyInForce } from './policy-in-force.ts'
import { realPaths } from './real-paths.ts'
import { createReevaluation } from './reevaluate.ts'
import type { Remember } from './remember.ts'
import type { SessionRefusals } from './session-refusals.ts'

export type Queue = {
  approvals: Approvals
  grants: Grants
  inForce: PolicyInForce
  /** Paths as the session's proxy sees them. */
  paths(session: Session): PolicyPorts
  /** Another policy was published. */
  policyPublished(revision: string): void
}

export type QueueOptions = {
  db: Db
  layout: HomeLayout
  record: OwnRecord
  now(): number
  monotonic(): number
  budgets: BudgetsPort
  /** What is made later: asked when a card is opened or answered, never before. */
  later: {
    remember(): Pick<Remember, 'check' | 'undo' | 'suggestion'>
    lockdown(): Pick<Lockdown, 'state'>
    refusals(): Pick<SessionRefusals, 'of'>
  }
  osAuth: OsAuth | undefined
  caps: QueueCaps | undefined
  emit(event: UiEvent): void
  statusChanged(): void
  unrecorded(what: string, error: unknown): void
  log(line: string): void
}

const everythingRefused = 'everything of this session is refused'

export function createQueue(options: QueueOptions): Queue {
  const { db, layout, record, now, monotonic, later, emit, statusChanged, unrecorded, log } = options
  const inForce = createPolicyInForce()
  const paths = (session: Session) => realPaths(session.cwd)
  const judging = createReevaluation({ inForce: inForce.now, wasInForce: inForce.was, paths, log })
  const grants = createGrants({
    record,
    now,
    monotonic,
    unrecorded,
    changed: (all) => emit({ type: 'grants.changed', grants: all }),
    paths,
    basis: createPolicyBasis(inForce.now, inForce.was),
    hides: judging.hides,
  })
  const own = [layout.home, layout.run, ...programFolders()]
  const cardFacts = createCardFacts({ db, now, own, isHash: record.kept.isHash, log })
  const suggestionFor = (facts: CallFacts): Partial<Pick<ApprovalCard, 'suggestion'>> => {
    const suggestion = later.remember().suggestion(facts)
    return suggestion ? { suggestion } : {}
  }

  const approvals = createApprovals({
    ...judging,
    record,
    now,
    monotonic,
    grants,
    remember: {
      check: (facts, choice) => later.remember().check(facts, choice),
      undo: (undo, by) => later.remember().undo(undo, by),
    },
    observed: options.budgets.observed,
    refusing: ({ session }) => {
      const locked = later.lockdown().state()
      if (locked) return { by: locked.by, reason: lockdownWords(locked.since) }
      const refused = later.refusals().of(session)
      return refused && { by: refused.by, reason: refused.reason ?? everythingRefused }
    },
    basis: createPolicyBasis(inForce.now),
    about: (facts) => ({ ...cardFacts(facts.session, facts.ask), ...suggestionFor(facts) }),
    ...(options.osAuth ? { osAuth: options.osAuth } : {}),
    ...(options.caps ? { caps: options.caps } : {}),
    floodChanged: statusChanged,
    unrecorded,
    changed: (card) => {
      emit({ type: 'approval.changed', card })
      statusChanged()
    },
    closed: ({ id }, outcome) => {
      emit({ type: 'approval.closed', id, outcome })
      statusChanged()
    },
  })

  return {
    approvals,
    grants,
    inForce,
    paths,
    policyPublished: (revision) => {
      inForce.published(revision)
      // Lockdown comes as a policy, too: what it covers is refused, and not sent back to be judged again.
      approvals.refuseCovered()
      grants.policyChanged()
      approvals.policyChanged()
    },
  }
}
