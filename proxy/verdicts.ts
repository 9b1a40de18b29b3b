// From a decision to what follows: sent, held, refused; counted before, where a rule has a limit; judged again after a
// person has said yes.
import type { Decision } from '../core/schema/decision.ts'
import type { Desk } from './call-desk.ts'
import { redactedText } from './excerpt.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import type { HoldEnd } from './hold.ts'
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
}

export function createVerdicts(desk: Desk): Verdicts {
  const { spool, holder, dispatch } = desk

  const settle = (call: GovernedCall, policy: PolicyState) => {
    const decision = desk.decide(call, policy)
    if (decision.kind === 'deny' || decision.limits === undefined) return follow(call, decision)
    const again = () => desk.decide(call, policy)
    dispatch.push({
      type: 'wait',
      start: (place) => {
        if (call.state !== 'deciding') return place.open()
        call.release = place.open
        const counted = desk.reservations.settle(call, decision, again).then((stands) => {
          if (call.state !== 'deciding') place.open()
          else desk.whenPolicyIsThere((now) => followCounted(call, stands, place, now === policy ? undefined : now))
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

  const forwardApproved = (call: GovernedCall) => {
    if (typeof call.origin === 'object') return call.origin.input.allowed(call)
    advance(call, 'holding', 'forwarding')
    call.durable = true
    spool.add('call.forwarded', { call: call.id })
    send(call)
  }

  const startHold = (call: GovernedCall) => {
    if (call.state !== 'holding') return
    void holder.hold(call).then((ended) => {
      finishHold(call, ended)
      dispatch.flush()
    })
  }

  const finishHold = (call: GovernedCall, ended: HoldEnd) => {
    if (call.state !== 'holding') return // taken back, or its upstream died: already on record
    const afterMs = Math.round(desk.monotonic() - (call.heldAt ?? call.receivedAt))
    const { reason } = ended.record
    const kept = reason === undefined ? {} : { reason: redactedText(call.hidden?.text(reason) ?? reason) }
    spool.add('hold.closed', { call: call.id, afterMs, ...ended.record, ...kept })
    if (!ended.run) {
      advance(call, 'holding', 'ended')
      desk.refuse(call, ended.refusal)
      return
    }
    desk.whenPolicyIsThere((policy) => judgeAgain(call, policy))
  }

  /**
   * Minutes may have passed, and links may have moved: what was approved is judged again. It runs if it would be held for
   * the same reason now; a policy that asks for another reason asks about something the person was not told. What was
   * counted before stays counted, so it may want nothing else counted.
   */
  const judgeAgain = (call: GovernedCall, policy: PolicyState) => {
    if (call.state !== 'holding') return
    const before = call.decision
    const decision = desk.decide(call, policy)
    if (before !== undefined) {
      if (decision.kind === 'hold' && sameReason(before, decision)) return forwardApproved(call)
      if (decision.kind === 'deny') return follow(call, decision)
      if (decision.kind === 'allow' && sameLimits(before, decision)) return follow(call, decision)
    }
    makeVoid(call, decision, 'the policy changed while this call was waiting, so its approval no longer applies')
  }

  return { settle, follow, startHold }
}
