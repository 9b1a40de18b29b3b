// The recorded call that something is to be made of.
import { useMemo } from 'react'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { request, useSession } from '../../state/session.ts'
import { useLatest } from '../../state/use-latest.ts'

export type DraftCall =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'missing' }
  | { readonly state: 'ready'; readonly detail: CallDetail }

export function useDraftCall(call: string): DraftCall {
  const live = useSession(({ connection }) => connection.state === 'live')
  const question = useMemo(() => (live ? { call } : undefined), [call, live])
  const { asked, answer, problem } = useLatest(question, (about) => request('activity.get', about))
  if (asked?.call !== call) return { state: 'loading' }
  if (problem !== undefined) return { state: 'failed', problem }
  return answer?.detail === undefined ? { state: 'missing' } : { state: 'ready', detail: answer.detail }
}
