// uPlot as the explorer uses it: a line of times, a scale, a range chosen by a drag; the columns are drawn by us.
import uPlot from 'uplot'
import { clockTime } from '../../ui/time.ts'
import { type Palette, paintColumns } from './histogram-paint.ts'
import { type Columns, inGroups, type OutcomeGroup, outcomeGroups } from './outcome-groups.ts'

export type Drawn = {
  readonly columns: Columns
  readonly starts: readonly number[]
  readonly columnMs: number
  readonly palette: Palette
  readonly text: string
  readonly line: string
  readonly onRange: (from: number, to: number) => void
  readonly onZoomOut: () => void
  readonly onColumn: (column: number | undefined) => void
}

const uncoloured = { ink: '', ground: '' }
export const undrawn: Drawn = {
  columns: inGroups({}),
  starts: [],
  columnMs: 1,
  palette: { allowed: uncoloured, held: uncoloured, unanswered: uncoloured, failed: uncoloured, denied: uncoloured },
  text: '',
  line: '',
  onRange: () => {},
  onZoomOut: () => {},
  onColumn: () => {},
}

const axisFont = '11px "Inter Variable", system-ui, sans-serif'

/** Colours as the theme has them now: a canvas cannot read variables. */
export function readPalette(probe: Element): Pick<Drawn, 'palette' | 'text' | 'line'> {
  const read = (name: string): { ink: string; ground: string } => {
    const style = getComputedStyle(probe.querySelector(`[data-probe="${name}"]`) ?? probe)
    return { ink: style.color, ground: style.backgroundColor }
  }
  const palette = Object.fromEntries(outcomeGroups.map((group) => [group, read(group)])) as Record<
    OutcomeGroup,
    { ink: string; ground: string }
  >
  const { ink: text, ground: line } = read('axis')
  return { palette, text, line }
}

export function makePlot(target: HTMLElement, drawn: { readonly current: Drawn }): uPlot {
  const axis = { font: axisFont, stroke: () => drawn.current.text, ticks: { show: false } }
  return new uPlot(
    {
      width: Math.max(1, target.clientWidth),
      height: target.clientHeight,
      ms: 1,
      padding: [8, 28, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        bind: {
          dblclick: () => () => {
            drawn.current.onZoomOut()
            return null
          },
        },
      },
      scales: {
        x: {
          range: () => {
            const { starts, columnMs } = drawn.current
            return [starts[0] ?? 0, (starts.at(-1) ?? 0) + columnMs]
          },
        },
        y: { range: (_plot, _least, most) => [0, Math.max(1, most ?? 1) * 1.08] },
      },
      axes: [
        {
          ...axis,
          size: 20,
          gap: 4,
          grid: { show: false },
          space: 72,
          values: (_plot, splits, _axis, _space, step) => splits.map((at) => axisTime(at, step)),
        },
        {
          ...axis,
          size: 48,
          gap: 6,
          space: 28,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7],
          values: (_plot, splits) => splits.map((value) => value.toLocaleString('en-US')),
          grid: { stroke: () => drawn.current.line, width: 1 },
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        draw: [
          (plot) =>
            paintColumns(
              plot,
              drawn.current.columns,
              drawn.current.starts,
              drawn.current.columnMs,
              drawn.current.palette,
            ),
        ],
        setCursor: [
          (plot) => {
            const { left } = plot.cursor
            const { starts, columnMs, onColumn } = drawn.current
            const at = left === undefined || left < 0 ? -1 : (plot.posToVal(left, 'x') - (starts[0] ?? 0)) / columnMs
            onColumn(at >= 0 && at < starts.length ? Math.floor(at) : undefined)
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select
            const { starts, columnMs, onRange } = drawn.current
            if (width <= 0) return
            const start = starts[0] ?? 0
            const column = (position: number): number => (plot.posToVal(position, 'x') - start) / columnMs
            onRange(
              start + Math.max(0, Math.floor(column(left))) * columnMs,
              start + Math.min(starts.length, Math.ceil(column(left + width))) * columnMs,
            )
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    },
    dataOf(drawn.current),
    target,
  )
}

export function dataOf({ columns, starts }: Pick<Drawn, 'columns' | 'starts'>): uPlot.AlignedData {
  return [
    [...starts],
    starts.map((_, column) => outcomeGroups.reduce((sum, group) => sum + (columns[group][column] ?? 0), 0)),
  ]
}

/** Calls back when the theme changes, by its setting or by the system. */
export function onTheme(listener: () => void): () => void {
  const query = window.matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(listener)
  query.addEventListener('change', listener)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => {
    query.removeEventListener('change', listener)
    observer.disconnect()
  }
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const day = 86_400_000

const dayName = (at: number): string => `${months[new Date(at).getMonth()]} ${new Date(at).getDate()}`
const timeName = (at: number, step: number): string => (step < 60_000 ? clockTime(at) : clockTime(at).slice(0, 5))

/** `Nov 19` for a day, `14:00` in one. Both in milliseconds. */
function axisTime(at: number, step: number): string {
  return step >= day || clockTime(at) === '00:00:00' ? dayName(at) : timeName(at, step)
}

/** `Nov 19`, `Nov 16 to Nov 22`, `Nov 19, 14:00–15:00`. Both in milliseconds. */
export function columnName(from: number, ms: number): string {
  if (ms > day) return `${dayName(from)} to ${dayName(from + ms - 1)}`
  return ms === day ? dayName(from) : `${dayName(from)}, ${timeName(from, ms)}–${timeName(from + ms, ms)}`
}
