// Any JSON value in full: objects and lists as indented rows, strings in quotes, long text as numbered lines.
import { useState } from 'react'
import { Button } from './button.tsx'
import { HostileText } from './hostile-text.tsx'
import { ReviewEnd } from './review.tsx'
import { TextBlock } from './text-block.tsx'
import { count } from './time.ts'

/** Entries of one object or list shown before an expander. */
const firstEntries = 100
/** A string without line breaks that is longer than this becomes a text block. */
const inlineLength = 320

function Leaf({ value }: { value: unknown }) {
  if (typeof value === 'string') {
    return (
      <span className="font-mono text-mono">
        <span className="text-muted select-none">“</span>
        <HostileText text={value} />
        <span className="text-muted select-none">”</span>
      </span>
    )
  }
  if (Array.isArray(value)) return <span className="text-muted">empty list</span>
  if (typeof value === 'object' && value !== null) return <span className="text-muted">no fields</span>
  return <span className="font-mono text-mono text-ink tabular">{String(value)}</span>
}

const isBlock = (value: unknown): value is string =>
  typeof value === 'string' && (value.includes('\n') || value.length > inlineLength)

function entriesOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item, index): [string, unknown] => [String(index + 1), item])
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** @param path identifies this value among the reviewed ones; unique within one card. */
export function ValueTree({ value, path }: { value: unknown; path: string }) {
  const entries = entriesOf(value)
  const [shown, setShown] = useState(firstEntries)
  if (entries.length === 0)
    return isBlock(value) ? <TextBlock text={value} label="Text" reviewId={path} /> : <Leaf value={value} />
  const list = Array.isArray(value)
  const rest = entries.length - shown
  return (
    <>
      <dl className="flex flex-col gap-1.5">
        {entries.slice(0, shown).map(([key, item]) => {
          const below = isBlock(item) || entriesOf(item).length > 0
          const here = `${path}/${key}`
          return (
            <div key={key} className={below ? 'flex flex-col gap-1' : 'flex items-baseline gap-3'}>
              <dt
                className={`shrink-0 font-mono text-mono text-muted ${below ? '' : list ? 'w-6 text-right' : 'w-28 narrow:w-20'} break-words`}
              >
                <HostileText text={key} />
              </dt>
              <dd className={below && !isBlock(item) ? 'ml-1 border-l border-line pl-3' : 'min-w-0 flex-1'}>
                {isBlock(item) ? (
                  <TextBlock text={item} label={`Value of ${key}`} reviewId={here} />
                ) : (
                  <ValueTree value={item} path={here} />
                )}
              </dd>
            </div>
          )
        })}
      </dl>
      {rest > 0 ? (
        <Button className="mt-2" onClick={() => setShown(shown + 400)}>
          Show more ({count(rest, list ? 'item' : 'field')} left)
        </Button>
      ) : null}
      {entries.length > firstEntries ? <ReviewEnd id={`${path}#entries`} ready={rest <= 0} /> : null}
    </>
  )
}
