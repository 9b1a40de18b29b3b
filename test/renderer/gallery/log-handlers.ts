// What the fake broker answers about one call and about the log itself.
import type { LogMethod, LogParams, LogResult } from '../../../core/wire/log-contract.ts'
import { detailOf } from './call-details.ts'
import type { GalleryState } from './host.ts'
import { checks, explanations, metrics } from './log-fixtures.ts'

type Answered = Extract<LogMethod, 'activity.get' | 'activity.explain' | `log.${string}`>

export function logHandlers(state: GalleryState): { [M in Answered]: (params: LogParams<M>) => LogResult<M> } {
  return {
    'activity.get': ({ call }) => {
      const summary = state.calls.find((known) => known.call === call)
      return summary === undefined ? {} : { detail: detailOf(summary) }
    },
    'activity.explain': () => explanations.explained,
    'log.metrics': ({ days }) => ({ ...metrics.normal, since: metrics.normal.since + (7 - days) * 86_400_000 }),
    'log.verify': () => checks.running,
    'log.verify-state': () => ({ state: 'none' }),
  }
}
