// Any JSON value in full: objects and lists as indented rows, strings in quotes, long text as numbered lines, each with
// the signs of what deserves a look in it.
import { useEffect, useMemo, useState } from 'react'
import { MarkSigns, useWantedWithin } from './argument-marks.tsx'
import { Button } from './button.tsx'
import { HostileText } from './hostile-text.tsx'
import { isWithin, pointerTo } from './json-pointer.ts'
import { ReviewEnd, type ReviewSide } from './review.tsx'
import { TextBlock } from './text-block.tsx'
import { count } from './time.ts'
import { entriesOf, firstEntries, planTree, type TreePlan } from './tree-plan.ts'

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

export const isBlock = (value: unknown): value is string =>
  typeof value === 'string' && (value.includes('\n') || value.length > inlineLength)

const isEmpty = (value: object): boolean =>
  Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null && !isEmpty(value)

type Place = {
  /** JSON Pointer of the value: it names it among the reviewed ones and the marked ones of a card. */
  path: string
  plan: TreePlan
  sides: ReadonlyMap<string, ReviewSide> | undefined
}

/** What the first glance has no room for. It counts as unseen until it was opened and seen to its end. */
function Closed({ value, path, sides }: { value: object } & Omit<Place, 'plan'>) {
  const [open, setOpen] = useState(false)
  const wanted = useWantedWithin(path)
  useEffect(() => {
    if (wanted !== undefined) setOpen(true)
  }, [wanted])
  if (open) return <Entries value={value} path={path} plan={planTree(value, path)} sides={sides} />
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        Show {Array.isArray(value) ? count(value.length, 'item') : count(Object.keys(value).length, 'field')}
      </Button>
      <ReviewEnd id={`${path}#closed`} ready={false} />
    </>
  )
}

function Value({ value, name, path, plan, sides }: { value: unknown; name: string } & Place) {
  if (isBlock(value)) {
    return (
      <TextBlock
        text={value}
        label={`Value of ${name}`}
        reviewId={path}
        side={sides?.get(path)}
        brief={plan.brief.has(path)}
      />
    )
  }
  if (!isContainer(value)) return <Leaf value={value} />
  if (!plan.open.has(path)) return <Closed value={value} path={path} sides={sides} />
  return <Entries value={value} path={path} plan={plan} sides={sides} />
}

function Entries({ value, path, plan, sides }: { value: object } & Place) {
  const entries = useMemo(() => entriesOf(value), [value])
  const [shown, setShown] = useState(firstEntries)
  const wanted = useWantedWithin(path)
  useEffect(() => {
    if (wanted === undefined) return
    const index = entries.findIndex(([key]) => isWithin(wanted.at, pointerTo(path, key)))
    setShown((before) => Math.max(before, index + 1))
  }, [wanted, entries, path])
  const list = Array.isArray(value)
  const rest = entries.length - shown
  return (
    <>
      <dl className="flex flex-col gap-1.5">
        {entries.slice(0, shown).map(([key, item]) => {
          const below = isBlock(item) || isContainer(item)
          const here = pointerTo(path, key)
          // Items of a list are counted from one.
          const name = list ? String(Number(key) + 1) : key
          return (
            <div key={key} className={below ? 'flex flex-col gap-1' : 'flex items-baseline gap-3'}>
              <dt
                className={`font-mono text-mono text-muted ${below ? 'flex flex-wrap items-baseline gap-x-3 gap-y-1' : list ? 'w-6 shrink-0 text-right' : 'w-28 shrink-0 narrow:w-20'} break-words`}
              >
                <HostileText text={name} />
                {below ? <MarkSigns at={here} /> : null}
              </dt>
              <dd
                className={
                  below && !isBlock(item)
                    ? 'ml-1 border-l border-line pl-3'
                    : below
                      ? 'min-w-0'
                      : 'flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3 gap-y-1'
                }
              >
                <Value value={item} name={name} path={here} plan={plan} sides={sides} />
                {below ? null : <MarkSigns at={here} />}
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

/**
 * @param path JSON Pointer of this value; unique within one card
 * @param sides long texts, by pointer, that can be seen elsewhere instead
 */
export function ValueTree({
  value,
  path,
  sides,
}: {
  value: unknown
  path: string
  sides?: ReadonlyMap<string, ReviewSide> | undefined
}) {
  const plan = useMemo(() => planTree(value, path), [value, path])
  return (
    <>
      <MarkSigns at={path} />
      <Value value={value} name="this" path={path} plan={plan} sides={sides} />
    </>
  )
}
