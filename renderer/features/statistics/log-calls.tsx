// Calls by what became of them, and how long they were held and worked on.
import { callOutcomes } from '../../../core/wire/log-contract.ts'
import type { Metrics } from '../../state/use-metrics.ts'
import { Meter, percent } from '../../ui/meter.tsx'
import { Outcome, outcomes } from '../../ui/outcome.tsx'
import { count, duration } from '../../ui/time.ts'
import { cell, head } from './more-rows.tsx'
import { figure } from './part.tsx'

function ByOutcome({ calls }: Pick<Metrics, 'calls'>) {
  const rows = callOutcomes.flatMap((outcome) => {
    const number = calls[outcome] ?? 0
    return number === 0 ? [] : [{ outcome, number }]
  })
  const all = rows.reduce((sum, { number }) => sum + number, 0)
  return (
    <dl>
      {rows.map(({ outcome, number }) => (
        <div
          key={outcome}
          className="grid min-h-8 grid-cols-[12rem_5rem_minmax(0,1fr)_3rem] items-center gap-x-4 border-b border-line narrow:grid-cols-[minmax(0,1fr)_4rem_3rem]"
        >
          <dt>
            <Outcome outcome={outcome} />
          </dt>
          <dd className="text-right font-mono tabular">{figure(number)}</dd>
          <dd aria-hidden="true" className="narrow:hidden">
            <Meter part={number} of={all} tone={outcomes[outcome].tone} />
          </dd>
          <dd className="text-right text-muted tabular">{percent(number, all)}</dd>
        </div>
      ))}
      <div className="grid min-h-8 grid-cols-[12rem_5rem_minmax(0,1fr)] items-center gap-x-4 border-b border-line narrow:grid-cols-[minmax(0,1fr)_4rem_3rem]">
        <dt className="font-medium">In all</dt>
        <dd className="text-right font-mono font-medium tabular">{figure(all)}</dd>
      </div>
    </dl>
  )
}

const time = (ms: number | undefined): string => (ms === undefined ? '–' : duration(ms))

function Times({ held, answered }: Pick<Metrics, 'held' | 'answered'>) {
  const number = 'text-right font-mono tabular whitespace-nowrap'
  return (
    <table className="mt-6 w-full border-separate border-spacing-0">
      <thead>
        <tr>
          <th scope="col" className={`${head} text-left`}>
            How long
          </th>
          {['Half within', '95 % within', 'Longest'].map((word) => (
            <th key={word} scope="col" className={`${head} w-28 text-right narrow:w-20`}>
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[
          { name: 'Held for a person', of: held, words: count(held.calls, 'call') },
          { name: 'Server worked', of: answered, words: count(answered.calls, 'answered call') },
        ].map(({ name, of, words }) => (
          <tr key={name}>
            <th scope="row" className={`${cell} text-left font-normal`}>
              {name} <span className="text-muted tabular">{words}</span>
            </th>
            <td className={`${cell} ${number}`}>{time(of.p50Ms)}</td>
            <td className={`${cell} ${number}`}>{time(of.p95Ms)}</td>
            <td className={`${cell} ${number}`}>{time(of.longestMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function LogCalls({ metrics, days }: { metrics: Metrics; days: number }) {
  if (Object.values(metrics.calls).every((number) => number === 0))
    return (
      <p className="border-b border-line py-3 text-muted">
        {days === 1 ? 'No calls in the last day.' : `No calls in ${days} days.`} What becomes of each will stand here.
      </p>
    )
  return (
    <>
      <ByOutcome calls={metrics.calls} />
      <Times held={metrics.held} answered={metrics.answered} />
    </>
  )
}
