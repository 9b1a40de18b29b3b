// The usual ranges as buttons: what a drag over the histogram does, by keyboard.
import { ZoomOut } from 'lucide-react'
import { queryParts, withRange } from '../../../core/audit/query-edit.ts'
import { Button } from '../../ui/button.tsx'

const ranges = [
  ['1 h', '1h', 'The last hour'],
  ['24 h', '24h', 'The last 24 hours'],
  ['7 d', '7d', 'The last 7 days'],
  ['All', undefined, 'All there is'],
] as const

export function RangeChoice({ query, onStep }: { query: string; onStep: (query: string) => void }) {
  const parts = queryParts(query).filter(({ part }) => /^(?:from|to):/i.test(part))
  const [only, more] = parts.map(({ part }) => part.toLowerCase())
  const isNow = (from: string | undefined): boolean =>
    from === undefined ? only === undefined : more === undefined && only === `from:${from}`
  const own = !ranges.some(([, from]) => isNow(from))
  return (
    <fieldset className="flex items-center gap-1">
      <legend className="sr-only">Time range</legend>
      <div className="flex rounded-[5px] border border-line-strong p-0.5">
        {ranges.map(([word, from, about]) => (
          <button
            key={word}
            type="button"
            aria-pressed={isNow(from)}
            title={about}
            onClick={() => onStep(withRange(query, from === undefined ? {} : { from }))}
            className="h-6.5 rounded-[3px] px-2 whitespace-nowrap text-muted hover:text-text aria-pressed:bg-ink-tint aria-pressed:font-medium aria-pressed:text-ink"
          >
            {word}
          </button>
        ))}
      </div>
      {own ? (
        <Button variant="quiet" aria-label="Zoom out" title="Zoom out" onClick={() => onStep(withRange(query, {}))}>
          <ZoomOut size={14} strokeWidth={1.5} aria-hidden="true" />
        </Button>
      ) : null}
    </fieldset>
  )
}
