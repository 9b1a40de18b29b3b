// Takes back what an answer left behind, for the few seconds in which the broker lets it.
import { request } from '../../state/session.ts'
import { showToast, type ToastAction } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'

/** How long it is offered, in milliseconds; the broker decides whether it is still in time. */
const offeredFor = 5000

const words = {
  undone: {
    approved: 'Undone: nothing is remembered. The answer itself stands.',
    refused: 'Undone: nothing is blocked. The refusal itself stands.',
  },
  'too-late': {
    approved: 'Too late to undo. See what is remembered, or take the rule out in Policies.',
    refused: 'Too late to undo. Take the rule out in Policies.',
  },
  changed: {
    approved: 'Not undone: the policy file was edited since. Take the rule out in Policies.',
    refused: 'Not undone: the policy file was edited since. Take the rule out in Policies.',
  },
} as const

/** Nothing where the answer left nothing behind. */
export function undoAction(undo: string | undefined, answer: 'approved' | 'refused'): ToastAction | undefined {
  if (undo === undefined) return undefined
  const run = (): void => {
    request('remembered.undo', { undo }).then(
      ({ outcome }) => showToast(outcome === 'undone' ? 'plain' : 'hold', words[outcome][answer]),
      (error: unknown) => showToast('hold', `It is not certain that this was undone. ${problemText(error)}`),
    )
  }
  return { label: 'Undo', forMs: offeredFor, run }
}
