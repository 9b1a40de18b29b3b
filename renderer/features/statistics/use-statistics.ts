// The figures of a number of days, asked anew when a card was answered.
import { useEffect, useMemo, useState } from 'react'
import type { UiResult } from '../../../core/wire/ui-contract.ts'
import { onEvent, request, useSession } from '../../state/session.ts'
import { useLatest } from '../../state/use-latest.ts'

export type Statistics = UiResult<'statistics.get'>
export type Loaded =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'ready'; readonly statistics: Statistics }

export function useStatistics(days: number): Loaded & { readonly reload: () => void } {
  const [round, setRound] = useState(0)
  const live = useSession(({ connection }) => connection.state === 'live')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round is the same question anew
  const question = useMemo(() => (live ? { days } : undefined), [live, days, round])
  const { asked, answer, problem } = useLatest(question, (about) => request('statistics.get', about))
  useEffect(
    () =>
      onEvent((event) => {
        if (event.type === 'approval.closed') setRound((before) => before + 1)
      }),
    [],
  )
  const reload = (): void => setRound((before) => before + 1)
  // Of the same days, older figures are better than none while newer ones are on their way.
  if (asked?.days !== days) return { state: 'loading', reload }
  if (answer !== undefined) return { state: 'ready', statistics: answer, reload }
  return problem === undefined ? { state: 'loading', reload } : { state: 'failed', problem, reload }
}
