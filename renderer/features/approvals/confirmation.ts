// What approving a card takes beside the click: nothing, a word to type, or the system asking who sits there.
import { type TypedConfirmation, typedConfirmation } from '../../../core/approval/confirmation.ts'
import type { ApprovalCard, BrokerStatus } from '../../../core/wire/ui-contract.ts'

export type Confirmation =
  | { readonly kind: 'none' }
  | { readonly kind: 'typed'; readonly what: TypedConfirmation }
  /** `name`: what the system calls it. */
  | { readonly kind: 'system'; readonly name: string }

export const systemNames: Record<NonNullable<BrokerStatus['osAuth']>, string> = {
  'touch-id': 'Touch ID',
  'windows-hello': 'Windows Hello',
}

type Asked = Pick<ApprovalCard, 'confirm' | 'level' | 'tool' | 'ticket'>

/** A critical call takes a typed word also where its rule asks for no more than a click. */
export function confirmationOf(card: Asked, osAuth: BrokerStatus['osAuth']): Confirmation {
  if (card.confirm === 'os-auth' && osAuth !== undefined) return { kind: 'system', name: systemNames[osAuth] }
  if (card.confirm === 'click' && card.level !== 'critical') return { kind: 'none' }
  return { kind: 'typed', what: typedConfirmation(card) }
}
