// From a decision to what follows: sent, held, refused; counted before, where a rule has a limit; judged again after a
// person has said yes.
import type { Decision } from '../core/schema/decision.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { Desk } from './call-desk.ts'
import type { Continued } from './continuations.ts'
import { editNote, withArguments } from './edited-call.ts'
import { redactedText, requestExcerpts } from './excerpt.ts'
import { type Approved, advance, atEnd, type GovernedCall } from './governed-call.ts'
import { bothHidden } from './hidden-values.ts'
import type { HoldEnd } from './hold-ends.ts'
import { askAgainLine } from './hold-states.ts'
import { sameLimits, sameReason } from './judge-call.ts'
import type { Place } from './outbox.ts'
import type { PolicyState } from './policy-source.ts'
import { denied } from './refusal.ts'

export type Verdicts = {
  /** Judges the call and does what the decision says. */
  settle(call: GovernedCall, policy: PolicyState): void
  /** Does what a decision without open limits says. */
  follow(call: GovernedCall, decision: Decision, place?: Place): void
  startHold(call: GovernedCall): void
  /** The call goes on with one that was approved. */
  goOn(call: GovernedCall, continued: Continued, policy: PolicyState): void
}

/** How often a held call is judged again because the policy changed. */
const mostRejudged = 5

/** `adopt` is told of calls that are about to be held. */
export function createVerdicts(desk: Desk, adopt: (call: GovernedCall) => void): Verdicts {
  const { spool, holder, dispatch } = desk

  const settle = (call: GovernedCall, policy: PolicyState) => {
    const decision = desk.decide(call, policy)
    if (decision.kind === 'deny' || decision.limits === undefined) return follow(call, decision)
    const again = () => desk.decide(call, policy)
    const { state } = call
    const isAsBefore = (now: PolicyState) => now === policy && desk.refusal.reason() === undefined
    dispatch.push({
      type: 'wait',
      start: (place) => {
        if (call.state !== state) return place.open()
        call.release = place.open
        const counted = desk.reservations.settle(call, decision, again).then((stands) => {
          if (call.state !== state) place.open()
          else desk.whenPolicyIsThere((now) => followCounted(call, stands, place, isAsBefore(now) ? undefined : now))
          dispatch.flush()
        })
        dispatch.waitFor(counted)
      },
    })
  }

  /** The policy may have changed while the broker counted; `changed` is then the new one. */
  const followCounted = (call: GovernedCall, counted: Decision, place: Place, changed: PolicyState | undefined) => {
    const decision = changed ? desk.decide(call, changed) : counted
    if (!changed || decision.kind === 'deny' || sameLimits(counted, decision)) return follow(call, decision, place)
    makeVoid(call, decision, 'the policy changed while this call was counted')
  }

  const makeVoid = (call: GovernedCall, decision: Decision, reason: string) => {
    desk.record(call, decision, false)
    advance(call, ['deciding', 'holding'], 'ended')
    spool.add('call.cancelled', { call: call.id, by: 'policy', forwarded: false })
    desk.refuse(call, { decision: 'cancelled', reason, retry: 'identical' })
  }

  /** Both on record in one line where the call is sent at once. */
  const follow = (call: GovernedCall, decision: Decision, place?: Place) => {
    const allowed = decision.kind === 'allow'
    const shownLater = typeof call.origin === 'object'
    desk.record(call, decision, allowed && !shownLater)
    if (allowed && typeof call.origin === 'object') return call.origin.input.allowed(call)
    if (allowed) {
      advance(call, ['deciding', 'holding'], 'forwarding')
      // Reading what the server offers changes nothing; neither does what policy has no word on.
      const changes = call.rpc.action === 'tools/call' && call.request.risk.class !== 'read'
      call.durable = changes || call.heldAt !== undefined
      return send(call, place)
    }
    place?.open()
    if (decision.kind === 'hold' && desk.inputOver) {
      desk.drop(call)
    } else if (decision.kind === 'hold') {
      advance(call, 'deciding', 'holding')
      adopt(call)
      spool.add('hold.opened', { call: call.id, budgetMs: holder.budgetMs(call) })
      dispatch.push({ type: 'hold', call })
    } else {
      advance(call, ['deciding', 'holding'], 'ended')
      desk.refuse(call, denied(decision))
    }
  }

  const send = (call: GovernedCall, place?: Place) => {
    const line = call.raw ?? `${call.rpc.text}\n`
    dispatch.push({ type: 'send', calls: [call], line, ...(place === undefined ? {} : { place }) })
  }

  const startHold = (call: GovernedCall) => {
    if (call.state !== 'holding') return
    void holder.hold(call).then((ended) => {
      finishHold(call, ended)
      dispatch.flush()
    })
  }

  const closeHold = (call: GovernedCall, { record }: HoldEnd) => {
    const afterMs = Math.round(desk.monotonic() - (call.askedAt ?? call.receivedAt))
    const { reason } = record
    const kept = reason === undefined ? {} : { reason: redactedText(call.hidden?.text(reason) ?? reason) }
    spool.add('hold.closed', { call: call.id, afterMs, ...record, ...kept })
  }

  const finishHold = (call: GovernedCall, ended: HoldEnd) => {
    if (call.state !== 'holding') return // taken back, or its upstream died: already on record
    delete call.stopHold
    closeHold(call, ended)
    switch (ended.then) {
      case 'refuse':
        advance(call, 'holding', 'ended')
        return desk.refuse(call, ended.refusal)
      case 'ask-again':
        advance(call, 'holding', 'ended')
        desk.end(call)
        return dispatch.push({ type: 'line', line: askAgainLine(call.rpc, desk.states.give(call, ended.expiresAt)) })
      case 'rejudge':
        return desk.whenPolicyIsThere((policy) => rejudge(call, policy))
      case 'run': {
        const { approval, by, edited } = ended
        const approved: Approved = { approval, by, ...(edited === undefined ? {} : { edited }) }
        return desk.whenPolicyIsThere((policy) => judgeAgain(call, approved, policy))
      }
    }
  }

  /** By the policy as it is now the call may need no person, or may not run at all. */
  const rejudge = (call: GovernedCall, policy: PolicyState) => {
    if (call.state !== 'holding') return
    call.rejudged = (call.rejudged ?? 0) + 1
    const before = call.decision
    const decision = desk.decide(call, policy)
    if (call.rejudged > mostRejudged) {
      return makeVoid(call, decision, 'the policy changed again and again while this call was waiting')
    }
    if (decision.kind === 'deny' || (!call.exhausted && before && sameLimits(before, decision))) {
      return follow(call, decision)
    }
    // Something else is to be counted, or what was used up may not be any more.
    call.giveBack?.()
    delete call.exhausted
    delete call.limits
    settle(call, policy)
  }

  /**
   * Minutes may have passed, and links may have moved: what was approved is judged again, with the arguments that will
   * run. It runs if it would be held for the same reason now; a policy that asks for another reason asks about something
   * the person was not told. What was counted before stays counted, so it may want nothing else counted.
   */
  const judgeAgain = (call: GovernedCall, approved: Approved, policy: PolicyState) => {
    if (call.state !== 'holding') return
    if (desk.inputOver) return desk.drop(call)
    const before = call.decision
    if (approved.edited !== undefined) return judgeEdited(call, approved, approved.edited, policy)
    const decision = desk.decide(call, policy)
    if (before !== undefined) {
      if (decision.kind === 'hold' && sameReason(before, decision)) return forwardApproved(call, approved)
      if (decision.kind === 'deny') return follow(call, decision)
      if (decision.kind === 'allow' && sameLimits(before, decision)) {
        call.approved = approved
        return follow(call, decision)
      }
    }
    makeVoid(call, decision, 'the policy changed while this call was waiting, so its approval no longer applies')
  }

  const judgeEdited = (call: GovernedCall, approved: Approved, edited: JsonObject, policy: PolicyState) => {
    const before = call.decision
    const changed = withArguments(call, edited, desk.classify)
    const refuse = (kind: 'denied' | 'cancelled', reason: string, rules: Decision['rules'] = []) => {
      advance(call, ['deciding', 'holding'], 'ended')
      if (kind === 'cancelled') spool.add('call.cancelled', { call: call.id, by: 'policy', forwarded: false })
      desk.refuse(call, { decision: kind, reason, retry: 'never', rules: rules.map(({ id }) => id) })
    }
    if (!changed || !before) return refuse('cancelled', 'a person changed what cannot be changed in such a request')
    const decision = desk.decide(changed, policy)
    const same = decision.kind === 'hold' ? sameReason(before, decision) : sameLimits(before, decision)
    if (decision.kind !== 'deny' && same) return forwardApproved(call, approved, changed)
    desk.record(changed, decision, false)
    const { reason, message } = decision
    const why = message === undefined ? reason : `${message} (${reason}.)`
    const what = 'a person changed the arguments of this call, and with those'
    if (decision.kind === 'deny') return refuse('denied', `${what} it is denied: ${why}`, decision.rules)
    refuse('cancelled', `${what} it is held for another reason than they were told: ${why}`, decision.rules)
  }

  /** `changed`: the call as a person changed it. */
  const forwardApproved = (call: GovernedCall, approved: Approved, changed?: GovernedCall) => {
    call.approved = approved
    if (typeof call.origin === 'object') return call.origin.input.allowed(call)
    advance(call, ['deciding', 'holding'], 'forwarding')
    call.durable = true
    if (!changed) {
      spool.add('call.forwarded', { call: call.id })
      return send(call)
    }
    const { rpc, argumentsHash, hidden } = changed
    const { beside: _asBefore, ...edited } = requestExcerpts(rpc, argumentsHash, hidden)
    spool.add('call.forwarded', { call: call.id, edited })
    const both = bothHidden(call.hidden, hidden)
    if (both) call.hidden = both
    atEnd(call, desk.edits.add(editNote(call.rpc, rpc.arguments)))
    dispatch.push({ type: 'send', calls: [call], line: `${rpc.text}\n` })
  }

  /** Nobody is asked twice about a request that its server has answered by a question: this is the answer. */
  const goOn = (call: GovernedCall, continued: Continued, policy: PolicyState) => {
    const { approved, decision: before, exhausted, revision, times } = continued
    // Counted once is enough, and what was used up then is no other reason now.
    if (exhausted) call.exhausted = exhausted
    const decision = desk.decide(call, policy)
    // The rule may say more by now than its name and its reason tell.
    const same = decision.kind === 'hold' && call.revision === revision && sameReason(before, decision)
    if (!same || desk.inputOver) {
      delete call.exhausted
      return settle(call, policy)
    }
    call.wentOn = times
    desk.record(call, decision, false)
    const { approval, by, edited } = approved
    spool.add('hold.closed', { call: call.id, outcome: 'continued', afterMs: 0, approval, by })
    if (edited) judgeEdited(call, approved, edited, policy)
    else forwardApproved(call, approved)
  }

  return { settle, follow, startHold, goOn }
}
