// What is recorded about one call, renewed while the call goes on.
import { useCallback, useEffect, useState } from 'react'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { onEvent, request, useSession } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'

export type DetailState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'ready'; readonly detail: CallDetail }

/** @param call nothing where none is looked at */
export function useCallDetail(call: string | undefined): { readonly state: DetailState; readonly reload: () => void } {
  const [known, setKnown] = useState<{ readonly call: string; readonly state: DetailState }>()
  const [round, setRound] = useState(0)
  const live = useSession(({ connection }) => connection.state === 'live')
  const reload = useCallback(() => setRound((before) => before + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round is the same question anew
  useEffect(() => {
    if (!live || call === undefined) return
    let wanted = true
    const answered = (state: DetailState): void => {
      if (wanted) setKnown({ call, state })
    }
    request('activity.get', { call }).then(
      ({ detail }) => answered(detail === undefined ? { kind: 'missing' } : { kind: 'ready', detail }),
      (error: unknown) => answered({ kind: 'failed', problem: problemText(error) }),
    )
    return () => {
      wanted = false
    }
  }, [call, live, round])
  useEffect(
    () =>
      onEvent((event) => {
        if (event.type === 'calls.changed' && event.calls.some((changed) => changed.call === call)) reload()
      }),
    [call, reload],
  )
  // Of a call that is opened again, what was read the last time may be old.
  useEffect(() => {
    if (call === undefined) setKnown(undefined)
  }, [call])
  return { state: known !== undefined && known.call === call ? known.state : { kind: 'loading' }, reload }
}
