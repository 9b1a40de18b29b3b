// What a person answers: whether the card still is what they saw, whether it takes more than a click, whether what they
// want can be done. Here, not in the page: a page that is confused, or led astray, must not make it easier.
import { typedConfirmation } from '../core/approval/confirmation.ts'
import { type ApprovalEvent, callsOf } from '../core/approval/state.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import type { ShownCard, UiParams, UiResult } from '../core/wire/ui-contract.ts'
import type { Entry } from './approval-card.ts'
import type { Desk } from './approvals-desk.ts'
import type { ApprovalsOptions, Choice } from './approvals-ports.ts'
import type { Beside } from './approvals-record.ts'
import type { UnheardRefusals } from './approvals-refused.ts'
import { checkEdit } from './edited-arguments.ts'
import { sha256 } from './sha256.ts'

export type Approved = UiResult<'approvals.approve'>
export type Refused = UiResult<'approvals.refuse'>

export type Answers = {
  /** @throws if it cannot be recorded: nothing is approved then, nothing remembered, and the card stays. */
  approve(params: UiParams<'approvals.approve'>, by: string): Promise<Approved>
  /** @throws if it cannot be recorded: the card stays then. */
  refuse(params: UiParams<'approvals.refuse'>, by: string): Refused
  answerGroup(params: UiParams<'approvals.answer-group'>, by: string): Promise<UiResult<'approvals.answer-group'>>
}

type Options = Pick<ApprovalsOptions, 'remember' | 'osAuth'> & {
  desk: Desk
  /** Ends what is over, and what a wider refusal covers, before any click counts. */
  sweep(): void
  /** A grant was made: it may settle other cards. */
  granted(): void
  /** A person refused this card, as it was just before. */
  refused: UnheardRefusals['refused']
}

const notACall = { at: '', message: 'Only the arguments of a tool call can be edited.' }

type Ready = { ok: true; beside: Beside; remember?: Choice } | { ok: false; result: Approved }

export function createAnswers({ desk, remember, osAuth, sweep, granted, refused }: Options): Answers {
  /** Cards for which the system asks who sits there right now. */
  const confirming = new Set<string>()

  /** The open card a person means, if it still is what they saw. A card that nobody waits on allows one call. */
  const shown = ({ id, binding, waiting }: ShownCard): Entry | 'closed' | 'changed' => {
    sweep()
    const entry = desk.find(id)
    if (!entry) return 'closed'
    return entry.facts.binding === binding && callsOf(entry.approval) <= Math.max(1, waiting) ? entry : 'changed'
  }

  /** Answers, and makes what is to be remembered just before: undone where the answer cannot be put on record. */
  const answer = (entry: Entry, event: ApprovalEvent, by: string, beside: Beside, choice: Choice | undefined) => {
    if (!choice) return { status: desk.apply(entry, event, by, beside) }
    const check = remember.check(entry.facts, choice)
    if (!check.ok) return { problems: check.problems }
    const { undo, remembered } = check.make({ approval: entry.id, ticket: entry.ticket, by })
    try {
      return { status: desk.apply(entry, event, by, { ...beside, remembered }), undo }
    } catch (error) {
      remember.undo(undo, by)
      throw error
    }
  }

  const confirmed = async (entry: Entry): Promise<boolean> => {
    if (!osAuth || confirming.has(entry.id)) return false
    confirming.add(entry.id)
    try {
      return await osAuth.confirm(`approve the call with the ticket ${entry.ticket}`)
    } finally {
      confirming.delete(entry.id)
    }
  }

  /** Whether all that comes with the approval can be done. */
  const ready = ({ facts }: Entry, { edited, remember: wanted }: UiParams<'approvals.approve'>): Ready => {
    if (edited) {
      if (facts.ask.action !== 'tools/call')
        return { ok: false, result: { outcome: 'not-valid', problems: [notACall] } }
      const { problems } = checkEdit(facts.ask.definition?.inputSchema, edited)
      if (problems.length > 0) return { ok: false, result: { outcome: 'not-valid', problems } }
      const args = edited as JsonObject
      const beside = facts.ask.beside as JsonObject | undefined
      const same = argumentsHash(args, sha256, beside) === facts.ask.argumentsHash
      return { ok: true, beside: same ? {} : { edited: args } }
    }
    if (!wanted) return { ok: true, beside: {} }
    const choice: Choice = { kind: 'remember', ...wanted }
    const check = remember.check(facts, choice)
    return check.ok
      ? { ok: true, beside: {}, remember: choice }
      : { ok: false, result: { outcome: 'not-valid', problems: check.problems } }
  }

  const approve: Answers['approve'] = async (params, by) => {
    if (params.edited && params.remember) throw new RangeError('edited arguments cannot be remembered')
    const found = shown(params)
    if (typeof found === 'string') return { outcome: found }
    const { word } = typedConfirmation({ tool: found.facts.ask.tool, ticket: found.ticket })
    if (found.confirm === 'type-name' && params.typed !== word) return { outcome: 'not-confirmed' }
    const able = ready(found, params)
    if (!able.ok) return able.result
    if (found.confirm === 'os-auth') {
      if (!(await confirmed(found))) return { outcome: 'not-confirmed' }
      // The system's question takes seconds, in which everything may have happened.
      const still = shown(params)
      if (typeof still === 'string') return { outcome: still }
    }
    const waited = found.approval.waiting.length > 0
    const { status, problems, undo } = answer(found, { type: 'approve' }, by, able.beside, able.remember)
    if (problems) return { outcome: 'not-valid', problems }
    if (able.remember) granted()
    if (status !== 'approved') return { outcome: 'closed' }
    return { outcome: waited ? 'ran' : 'granted', ...(undo === undefined ? {} : { undo }) }
  }

  const refuse: Answers['refuse'] = ({ reason, block, ...card }, by) => {
    const entry = shown(card)
    if (typeof entry === 'string') return { outcome: entry }
    const choice: Choice | undefined = block && { kind: 'block', ...block }
    const event = { type: 'refuse' as const, ...(reason ? { reason } : {}) }
    const { id, facts, approval } = entry
    const { status, problems, undo } = answer(entry, event, by, {}, choice)
    if (problems) return { outcome: 'not-valid', problems }
    if (status === 'refused') refused({ id, facts, approval }, by, reason)
    return { outcome: status === 'refused' ? 'refused' : 'closed', ...(undo === undefined ? {} : { undo }) }
  }

  return {
    approve,
    refuse,
    answerGroup: async ({ group, answer: wanted, cards, reason }, by) => {
      const results: UiResult<'approvals.answer-group'>['cards'] = []
      for (const card of cards) {
        const { id } = card
        const entry = desk.find(id)
        if (entry && entry.burst !== group) {
          results.push({ id, outcome: 'changed' })
          continue
        }
        const { outcome } =
          wanted === 'approve' ? await approve(card, by) : refuse({ ...card, ...(reason ? { reason } : {}) }, by)
        // Nothing that could be invalid comes with it.
        results.push({ id, outcome: outcome === 'not-valid' ? 'changed' : outcome })
      }
      return { cards: results }
    },
  }
}
