// The figures of the log itself, asked anew every few seconds while they are looked at: no event tells of them.
import { useEffect, useMemo, useState } from 'react'
import type { LogResult } from '../../core/wire/log-contract.ts'
import { request, useSession } from './session.ts'
import { useLatest } from './use-latest.ts'

export type Metrics = LogResult<'log.metrics'>
export type LoadedMetrics =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'ready'; readonly metrics: Metrics }

/** How often, in milliseconds. */
const every = 10_000

export function useMetrics(days: number): LoadedMetrics & { readonly reload: () => void } {
  const [round, setRound] = useState(0)
  const live = useSession(({ connection }) => connection.state === 'live')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round is the same question anew
  const question = useMemo(() => (live ? { days } : undefined), [live, days, round])
  const { asked, answer, problem } = useLatest(question, (about) => request('log.metrics', about))
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') setRound((before) => before + 1)
    }, every)
    return () => window.clearInterval(timer)
  }, [])
  const reload = (): void => setRound((before) => before + 1)
  // Of the same days, older figures are better than none while newer ones are on their way.
  if (asked?.days !== days) return { state: 'loading', reload }
  if (answer !== undefined) return { state: 'ready', metrics: answer, reload }
  return problem === undefined ? { state: 'loading', reload } : { state: 'failed', problem, reload }
}
