// How the day goes, in one line above the explorer. It does not follow the query.
import type { ReactNode } from 'react'
import { HostileText } from '../../ui/hostile-text.tsx'
import { duration } from '../../ui/time.ts'
import type { Overview } from './use-log.ts'

const figure = (number: number): string => number.toLocaleString('en-US')

function Figure({ name, children, wide = false }: { name: string; children: ReactNode; wide?: boolean }) {
  return (
    <div className={`flex shrink-0 items-baseline gap-2 ${wide ? 'narrow:hidden' : ''}`}>
      <dt className="label">{name}</dt>
      <dd className="min-w-8 font-medium tabular">{children}</dd>
    </div>
  )
}

const barWidth = 5
const sparkHeight = 20

/** Calls an hour; each hour with any has a bar that can be seen. */
function Sparkline({ hours }: { hours: readonly number[] }) {
  const most = Math.max(1, ...hours)
  const sum = hours.reduce((all, hour) => all + hour, 0)
  return (
    <svg
      role="img"
      aria-label={`${figure(sum)} calls in the last 24 hours, at most ${figure(Math.max(0, ...hours))} in one hour`}
      width={hours.length * barWidth}
      height={sparkHeight}
      className="shrink-0 text-ink-line"
    >
      <title>Calls in each of the last 24 hours</title>
      {hours.map((number, hour) => {
        const high = number === 0 ? 1 : Math.max(2, (number / most) * sparkHeight)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place
            key={hour}
            x={hour * barWidth}
            y={sparkHeight - high}
            width={barWidth - 1}
            height={high}
            className={number === 0 ? 'fill-line' : 'fill-current'}
          />
        )
      })}
    </svg>
  )
}

export function OverviewStrip({ overview }: { overview: Overview | undefined }) {
  return (
    <section
      aria-label="Overview"
      className="flex h-11 shrink-0 items-center gap-8 overflow-hidden border-b border-line px-4 whitespace-nowrap narrow:h-9 narrow:gap-4"
    >
      {overview === undefined ? (
        <span className="h-2 w-72 rounded-sm bg-hover" aria-hidden="true" />
      ) : (
        <>
          <dl className="flex min-w-0 flex-1 items-baseline gap-7 overflow-hidden narrow:gap-4">
            <Figure name="Today">{figure(overview.today)}</Figure>
            <Figure name="Held">{figure(overview.held)}</Figure>
            <Figure name="Refused">{figure(overview.refused)}</Figure>
            <Figure name="Median answer" wide>
              {overview.medianAnswerMs === undefined ? '–' : duration(overview.medianAnswerMs)}
            </Figure>
            {overview.servers.length === 0 ? null : (
              <div className="flex min-w-0 items-baseline gap-2 narrow:hidden">
                <dt className="label">Busiest, 7 days</dt>
                <dd className="one-line flex h-5 min-w-0 flex-wrap gap-x-4 overflow-hidden">
                  {overview.servers.slice(0, 3).map(({ server, calls }) => (
                    <span key={server}>
                      <HostileText text={server.slice(0, 40)} />{' '}
                      <span className="font-mono text-mono text-muted tabular">{figure(calls)}</span>
                    </span>
                  ))}
                </dd>
              </div>
            )}
          </dl>
          <span className="flex shrink-0 items-center gap-2">
            <span className="label max-[60rem]:hidden">24 h</span>
            <Sparkline hours={overview.hours} />
          </span>
        </>
      )}
    </section>
  )
}
