// Refuses everything of one session with one click, and takes that back.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'
import { count } from '../../ui/time.ts'

export function resumeSession(session: string, client: string): void {
  request('sessions.resume', { session }).then(
    ({ outcome }) =>
      outcome === 'resumed'
        ? showToast('plain', `${client} is asked about again. What was refused stays refused.`)
        : showToast('hold', `Nothing to take back: ${client} is not refused, or its session is over.`),
    (error: unknown) =>
      showToast('hold', `It is not certain that ${client} is asked about again. ${problemText(error)}`),
  )
}

export async function refuseSession({ session, client }: ApprovalCard['who'], server: string): Promise<void> {
  try {
    const { outcome, cards } = await request('sessions.refuse', { session })
    if (outcome === 'gone') {
      showToast('hold', `The session of ${client} is over. Nothing was refused.`)
      return
    }
    const whole = `Refused ${count(cards, 'call')} of ${client} to ${server}, and all this session asks from now on.`
    showToast('deny', whole, {
      label: 'Resume',
      run: () => resumeSession(session, client),
    })
  } catch (error) {
    showToast('hold', `It is not certain that ${client} is refused: look at the list. ${problemText(error)}`)
  }
}
