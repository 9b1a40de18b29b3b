// The values calls have, with how many have each. A click chooses one, another takes it back; shift-click, or the button
// beside it, excludes it. What is chosen and what is excluded differ by their signs.
import { CircleSlash2, Square, SquareCheck } from 'lucide-react'
import { type MouseEvent, useState } from 'react'
import { type CallFilter, facets } from '../../../core/audit/call-filter.ts'
import { Button } from '../../ui/button.tsx'
import { type Facet, FacetValue, facetWords, valueName } from './facet-words.tsx'
import type { Summary } from './use-log.ts'

/** Values in a list before it is asked for more. */
const few = 6

type State = 'chosen' | 'excluded' | 'plain'
export type Choose = (dimension: Facet, value: string, state: State) => void

function statesOf(filter: CallFilter, dimension: Facet): ReadonlyMap<string, State> {
  const states = new Map<string, State>()
  for (const term of filter.terms)
    if (term.dimension === dimension)
      for (const value of term.values) states.set(value, term.exclude ? 'excluded' : 'chosen')
  return states
}

const signs = { chosen: SquareCheck, excluded: CircleSlash2, plain: Square } as const
const texts: Record<State, string> = {
  chosen: 'font-medium',
  excluded: 'text-muted line-through decoration-1',
  plain: '',
}

function Value({
  dimension,
  value,
  count,
  state,
  choose,
}: {
  dimension: Facet
  value: string
  count: number | undefined
  state: State
  choose: Choose
}) {
  const Sign = signs[state]
  const name = valueName(dimension, value)
  const click = (event: MouseEvent): void => {
    if (event.shiftKey) choose(dimension, value, state === 'excluded' ? 'plain' : 'excluded')
    else choose(dimension, value, state === 'plain' ? 'chosen' : 'plain')
  }
  return (
    <li className="group relative flex h-7 items-center rounded-[4px] hover:bg-hover has-focus-visible:bg-hover">
      <button
        type="button"
        aria-pressed={state === 'plain' ? 'false' : state === 'chosen' ? 'true' : 'mixed'}
        onClick={click}
        className="flex h-full min-w-0 flex-1 items-center gap-1.5 rounded-[4px] px-2 text-left select-none -outline-offset-2"
      >
        <Sign
          size={14}
          strokeWidth={1.5}
          aria-hidden="true"
          className={`shrink-0 ${state === 'chosen' ? 'text-ink' : state === 'excluded' ? 'text-deny' : 'text-line-strong'}`}
        />
        <span className={`one-line min-w-0 flex-1 truncate ${texts[state]}`}>
          <FacetValue dimension={dimension} value={value} />
        </span>{' '}
        <span className="shrink-0 font-mono text-mono text-muted tabular group-focus-within:mr-6 group-hover:mr-6">
          {count === undefined ? '–' : count.toLocaleString('en-US')}
        </span>
        {state === 'excluded' ? <span className="sr-only">excluded</span> : null}
      </button>
      <button
        type="button"
        aria-label={`${state === 'excluded' ? 'Do not exclude' : 'Exclude'} ${name}`}
        title={state === 'excluded' ? 'Do not exclude' : 'Exclude'}
        onClick={() => choose(dimension, value, state === 'excluded' ? 'plain' : 'excluded')}
        className="absolute right-0 grid size-7 place-items-center rounded-[4px] text-muted opacity-0 -outline-offset-2 group-focus-within:opacity-100 group-hover:opacity-100 hover:text-deny"
      >
        <CircleSlash2 size={14} strokeWidth={1.5} aria-hidden="true" />
      </button>
    </li>
  )
}

function FacetGroup({
  dimension,
  filter,
  summary,
  choose,
}: {
  dimension: Facet
  filter: CallFilter
  summary: Summary | undefined
  choose: Choose
}) {
  const [long, setLong] = useState(false)
  const states = statesOf(filter, dimension)
  const facet = summary?.facets[dimension]
  const counts = new Map(facet?.values.map(({ value, count }) => [value, count]))
  const all = [...counts.keys()]
  // Nothing is hidden to save the line that says so.
  const short = all.length <= few + 1
  const listed = long || short ? all : all.slice(0, few)
  const values = [...listed, ...[...states.keys()].filter((value) => !listed.includes(value))]
  if (values.length === 0) return null
  const beyond = (facet?.more ?? 0) > 0 ? ' or more' : ''
  return (
    <section aria-label={facetWords[dimension]} className="px-2 pb-3">
      <h2 className="label px-2 pb-1">{facetWords[dimension]}</h2>
      <ul>
        {values.map((value) => (
          <Value
            key={value}
            dimension={dimension}
            value={value}
            count={counts.get(value)}
            state={states.get(value) ?? 'plain'}
            choose={choose}
          />
        ))}
      </ul>
      {short ? null : (
        <button
          type="button"
          aria-expanded={long}
          onClick={() => setLong(!long)}
          className="mx-2 rounded-sm py-0.5 text-label text-muted underline decoration-line-strong underline-offset-2 hover:text-text"
        >
          {long ? 'Fewer' : `${all.length - few}${beyond} more`}
        </button>
      )}
    </section>
  )
}

export function Facets({
  filter,
  summary,
  stale,
  problem,
  choose,
  onRetry,
}: {
  filter: CallFilter
  summary: Summary | undefined
  /** The counts are those of an earlier query. */
  stale: boolean
  problem: string | undefined
  choose: Choose
  onRetry: () => void
}) {
  return (
    <div aria-busy={stale} className="py-3">
      {problem === undefined ? null : (
        <p role="alert" className="flex flex-col items-start gap-2 px-4 pb-3 text-muted">
          The counts could not be loaded. {problem}
          <Button size="small" onClick={onRetry}>
            Try again
          </Button>
        </p>
      )}
      {summary === undefined && problem === undefined ? <FacetSkeleton /> : null}
      {facets.map((dimension) => (
        <FacetGroup key={dimension} dimension={dimension} filter={filter} summary={summary} choose={choose} />
      ))}
    </div>
  )
}

function FacetSkeleton() {
  return (
    <div role="status" aria-label="Loading the counts" className="flex flex-col gap-3 px-4">
      {['w-24', 'w-32', 'w-20', 'w-28', 'w-36', 'w-24', 'w-28', 'w-20'].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines without identity
        <span key={index} aria-hidden="true" className={`h-2 rounded-sm bg-hover ${width}`} />
      ))}
    </div>
  )
}
