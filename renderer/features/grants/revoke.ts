// Takes permissions back. Nothing runs by them from then on; what ran stays run.
import type { Grant } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'
import { count } from '../../ui/time.ts'

/** @returns whether it is surely over. */
export async function revoke({ id, tool, server, client }: Grant): Promise<boolean> {
  const what = `${tool} of ${server}, for ${client}`
  try {
    const { outcome } = await request('grants.revoke', { id })
    showToast('plain', outcome === 'revoked' ? `Revoked: ${what}. Such calls need you again.` : `It was over: ${what}.`)
    return true
  } catch (error) {
    showToast('hold', `It is not certain that this is revoked: ${what}. ${problemText(error)}`)
    return false
  }
}

/** @throws if no answer came back. */
export async function revokeAll(): Promise<void> {
  const { revoked } = await request('grants.revoke-all', {})
  showToast('plain', `Revoked ${count(revoked, 'permission')}. Such calls need you again.`)
}
