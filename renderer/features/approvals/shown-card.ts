// What of a card an answer is bound to, and what of it a person has to look at again when it changes.
import type { ApprovalCard, ShownCard } from '../../../core/wire/ui-contract.ts'

export const shownOf = ({ id, binding, waiting }: ApprovalCard): ShownCard => ({ id, binding, waiting })

/**
 * A text that changes whenever the card asks for something else or says something else about it. What was answered
 * before is left out: it may grow at any moment, and changes nothing of what would be approved.
 */
export function contentOf(card: ApprovalCard): string {
  const { id, binding, waiting, argumentsHash, action, tool, level, deceptive, confirm, file } = card
  const { caller, sentence, marks, risk, rule, who, where, budget } = card
  // One that comes back by itself is away for a moment only: Approve must not go dead each time.
  const comesBack = caller.state === 'released' && caller.asksAgain === true
  const wait = comesBack ? ['waiting', Math.max(1, waiting)] : [caller.state, waiting]
  const called = [id, binding, argumentsHash, action, tool, level, deceptive, confirm, file, wait]
  return JSON.stringify([called, sentence, marks, risk, rule, who.client, where, budget])
}
