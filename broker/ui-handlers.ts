// What each request of a user interface does. The transports differ; this does not.

import type { UiEvent, UiResult } from '../core/wire/ui-contract.ts'
import type { UiHandlers } from './api/router.ts'
import type { CallFacts } from './approval-card.ts'
import type { Approvals } from './approvals.ts'
import type { Db } from './audit/driver.ts'
import { getCall } from './audit/query.ts'
import type { AuditReader } from './audit/reader-contract.ts'
import type { Budgets } from './budgets.ts'
import { checkEdit } from './edited-arguments.ts'
import { explainCall } from './explain-call.ts'
import type { Grants } from './grants.ts'
import type { Lockdown } from './lockdown.ts'
import type { LogCheck } from './log-check.ts'
import { type LogMetricsOptions, logMetrics } from './log-metrics.ts'
import type { Policies } from './policies.ts'
import type { Remember } from './remember.ts'
import type { SessionRefusals } from './session-refusals.ts'
import type { SettingsStore } from './settings.ts'

export type UiHandlersOptions = {
  db: Db
  reader: AuditReader
  check: LogCheck
  spoolFolder: string
  telemetry: NonNullable<LogMetricsOptions['telemetry']>
  /** The person's home folder. */
  home: string
  approvals: Approvals
  grants: Grants
  remember: Remember
  refusals: SessionRefusals
  lockdown: Lockdown
  budgets: Budgets
  policies: Policies
  settings: SettingsStore
  fileDiff(facts: CallFacts): Promise<UiResult<'approvals.file-diff'>>
  snapshot(): UiResult<'snapshot'>
  /** Whether this session has begun and not ended. */
  isOpen(session: string): boolean
  statusChanged(): void
  emit(event: UiEvent): void
  now(): number
}

const closed = 'This call does not wait any more.'

export function createUiHandlers(options: UiHandlersOptions): UiHandlers {
  const { db, reader, check, approvals, grants, remember, refusals, lockdown, budgets, policies, settings } = options

  return {
    snapshot: options.snapshot,
    'approvals.approve': (params, actor) => approvals.approve(params, actor),
    'approvals.refuse': (params, actor) => approvals.refuse(params, actor),
    'approvals.answer-group': (params, actor) => approvals.answerGroup(params, actor),
    'approvals.scopes': ({ id }) => {
      const facts = approvals.facts(id)
      return facts ? remember.scopes(facts) : { arguments: [], problem: closed }
    },
    'approvals.preview': ({ id, choice }) => {
      const facts = approvals.facts(id)
      if (facts) return remember.preview(facts, choice)
      return { problems: [closed], words: [], files: [], past: { matched: 0, unknown: 0, of: 0 } }
    },
    'approvals.check-edit': ({ id, edited }) => {
      const facts = approvals.facts(id)
      return facts ? checkEdit(facts.ask.definition?.inputSchema, edited) : { problems: [], unchecked: closed }
    },
    'approvals.file-diff': async ({ id }) => {
      const facts = approvals.facts(id)
      return facts ? options.fileDiff(facts) : { state: 'unknown', problem: closed }
    },
    'sessions.refuse': ({ session, reason }, actor) => {
      if (!options.isOpen(session)) return { outcome: 'gone', cards: 0 }
      let cards = 0
      try {
        refusals.refuse(session, actor, reason)
      } finally {
        cards = approvals.refuseCovered()
        options.statusChanged()
      }
      return { outcome: 'refused', cards }
    },
    'sessions.resume': ({ session }, actor) => {
      const resumed = refusals.resume(session, actor)
      options.statusChanged()
      return { outcome: resumed ? 'resumed' : 'not-refused' }
    },
    'lockdown.set': ({ on }, actor) => {
      try {
        lockdown.set(on, actor)
      } finally {
        // Also where it could not be published: what waits here is refused all the same.
        approvals.refuseCovered()
      }
      return { on: lockdown.state() !== undefined }
    },
    'grants.revoke': ({ id }, actor) => ({ outcome: grants.revoke(id, actor) ? 'revoked' : 'gone' }),
    'grants.revoke-all': (_, actor) => ({ revoked: grants.revokeAll(actor) }),
    'remembered.undo': ({ undo }, actor) => ({ outcome: remember.undo(undo, actor) }),
    'budgets.list': () => ({ clients: budgets.list() }),
    'budgets.set': ({ client, ms, forget }) => {
      budgets.set(client, ms, forget)
      return { clients: budgets.list() }
    },
    'statistics.get': (params) => reader.request('statistics.get', params),
    'activity.search': (params) => reader.request('activity.search', params),
    'activity.summary': (params) => reader.request('activity.summary', params),
    'activity.overview': (params) => reader.request('activity.overview', params),
    'activity.get': (params) => reader.request('activity.get', params),
    'activity.explain': ({ call }) => {
      const detail = getCall(db, call)
      return detail
        ? explainCall(db, detail, options.home)
        : { state: 'unknown', problem: 'This call is not on record.' }
    },
    'log.metrics': (params) => logMetrics(options, params),
    'log.verify': () => check.begin(),
    'log.verify-state': () => check.state(),
    'policies.list': () => policies.list(),
    'policies.accept-removal': ({ file }, actor) => ({ outcome: policies.acceptRemoval(file, actor) }),
    'settings.set': (change) => {
      const changed = settings.set(change)
      options.emit({ type: 'settings.changed', settings: changed })
      return changed
    },
  }
}
