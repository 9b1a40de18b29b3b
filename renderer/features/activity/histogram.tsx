// Calls over time, stacked by what became of them. A drag chooses a range; the buttons of the query bar do the same by
// keyboard.
import { useEffect, useMemo, useRef, useState } from 'react'
import type uPlot from 'uplot'
import { count } from '../../ui/time.ts'
import { columnName, type Drawn, dataOf, makePlot, onTheme, readPalette, undrawn } from './histogram-plot.ts'
import { groupWords, inGroups, type OutcomeGroup, outcomeGroups } from './outcome-groups.ts'
import type { Summary } from './use-log.ts'

const noColumns: Summary['histogram'] = { start: 0, columnMs: 1, counts: {} }

/** The colours of each group, for the canvas to read. */
const looks: Record<OutcomeGroup, string> = {
  allowed: 'text-allow-line bg-allow-tint',
  held: 'text-hold bg-hold-tint',
  unanswered: 'text-unknown bg-unknown-tint',
  failed: 'text-deny-line bg-sheet',
  denied: 'text-deny bg-deny-tint',
}

export function Histogram({
  histogram = noColumns,
  onRange,
  onZoomOut,
}: {
  histogram: Summary['histogram'] | undefined
  /** Milliseconds since the epoch. */
  onRange: (from: number, to: number) => void
  onZoomOut: () => void
}) {
  const target = useRef<HTMLDivElement>(null)
  const probe = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [column, setColumn] = useState<number>()
  const columns = useMemo(() => inGroups(histogram.counts), [histogram])
  const starts = useMemo(
    () => columns.allowed.map((_, index) => histogram.start + index * histogram.columnMs),
    [columns, histogram],
  )
  const drawn = useRef<Drawn>(undrawn)
  drawn.current = {
    ...drawn.current,
    columns,
    starts,
    columnMs: histogram.columnMs,
    onRange,
    onZoomOut,
    onColumn: setColumn,
  }

  useEffect(() => {
    const element = target.current
    if (element === null || probe.current === null) return
    const recolour = (): void => {
      if (probe.current !== null) drawn.current = { ...drawn.current, ...readPalette(probe.current) }
      made.redraw(false, true)
    }
    drawn.current = { ...drawn.current, ...readPalette(probe.current) }
    const made = makePlot(element, drawn)
    plot.current = made
    const observer = new ResizeObserver(() =>
      made.setSize({ width: Math.max(1, element.clientWidth), height: element.clientHeight }),
    )
    observer.observe(element)
    const stop = onTheme(recolour)
    return () => {
      stop()
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [])

  useEffect(() => {
    plot.current?.setData(dataOf({ columns, starts }))
  }, [columns, starts])

  const shown = column !== undefined && column < starts.length ? column : undefined
  const sums = outcomeGroups.map((group) => ({
    group,
    number: shown === undefined ? columns[group].reduce((sum, one) => sum + one, 0) : (columns[group][shown] ?? 0),
  }))
  const words = sums.flatMap(({ group, number }) =>
    number > 0 ? `${groupWords[group]}: ${number.toLocaleString('en-US')}` : [],
  )
  return (
    <section aria-label="Calls over time" className="histogram shrink-0 border-b border-line pb-1.5">
      <div ref={probe} aria-hidden="true" className="hidden">
        {outcomeGroups.map((group) => (
          <span key={group} data-probe={group} className={looks[group]} />
        ))}
        <span data-probe="axis" className="bg-line text-muted" />
      </div>
      <div
        ref={target}
        role="img"
        aria-label={`${count(starts.length, 'column')}. ${words.join(', ')}`}
        className={`h-26 overflow-hidden narrow:h-18 ${starts.length === 0 ? 'invisible' : ''}`}
      />
      <div
        className={`${starts.length === 0 ? 'invisible' : ''} flex min-h-5 items-center gap-x-4 pr-4 pl-12 whitespace-nowrap narrow:pl-4`}
      >
        <span className="w-36 shrink-0 text-label max-[64rem]:w-32 text-muted tabular narrow:hidden">
          {shown === undefined ? 'In all' : columnName(starts[shown] ?? 0, histogram.columnMs)}
        </span>
        <ul aria-label="Legend" className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-0.5 max-[64rem]:gap-x-3">
          {sums.map(({ group, number }) => (
            <li key={group} className="flex items-center gap-1.5 text-label text-muted">
              <span aria-hidden="true" className={`size-2.5 shrink-0 rounded-[2px] group-${group}`} />
              {groupWords[group]}
              <span className="min-w-6 font-mono text-text tabular">{number.toLocaleString('en-US')}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
