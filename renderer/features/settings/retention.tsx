// How much of the log is kept. Lowering it gives calls up for good, so it says which and asks once more.
import { useEffect, useId, useState } from 'react'
import { coverScreen } from '../../state/navigation.ts'
import { request } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { count, exactTime } from '../../ui/time.ts'
import { Check, FieldNote, Row } from './field.tsx'
import { type Bound, bounds, hintFor, isLower, type Retention, readBound, withBound } from './retention-words.ts'
import { useSave } from './use-save.ts'

/** As the bound counts them. */
const megabyte = 1024 * 1024
const inMegabytes = (bytes: number): string => `${(bytes / megabyte).toFixed(1)} MB`
const day = 86_400_000

/** A second click meant for the box must not land on the answer, in milliseconds. */
const inertFor = 500

/** What would go at once if the bound were in force. */
async function wouldGo(bound: Bound, value: number, now: number): Promise<string> {
  if (bound === 'days') {
    const to = Math.max(0, now - value * day)
    const { total, searchedTo } = await request('activity.search', {
      filter: { terms: [], words: [], to },
      offset: 0,
      limit: 1,
    })
    if (total === 0)
      return 'No call is that old yet, so nothing goes today. From then on calls go as they reach that age.'
    const least = searchedTo === undefined ? '' : 'At least '
    return `${least}${count(total, 'call')} received before ${exactTime(to).slice(0, 16)} would go, with ${total === 1 ? 'its' : 'their'} arguments and results.`
  }
  const { database } = await request('log.metrics', { days: 1 })
  const bytes = database.bytes - database.freeBytes
  const over = bytes - value * megabyte
  const takes = `The database holds ${inMegabytes(bytes)}.`
  return over <= 0
    ? `${takes} That is within the bound, so nothing goes today.`
    : `${takes} About ${inMegabytes(over)} of it would go, the oldest calls first.`
}

type Wanted = { readonly bound: Bound; readonly value: number }

function Question({ wanted: { bound, value } }: { wanted: Wanted }) {
  const [goes, setGoes] = useState<string>()
  useEffect(() => {
    let shown = true
    wouldGo(bound, value, Date.now()).then(
      (words) => {
        if (shown) setGoes(words)
      },
      (error: unknown) => {
        if (shown) setGoes(`How much would go could not be found out. ${problemText(error)}`)
      },
    )
    return () => {
      shown = false
    }
  }, [bound, value])
  const { label, unit } = bounds[bound]
  return (
    <>
      <p className="font-medium">
        {label} {value.toLocaleString('en-US')} {unit}.
      </p>
      <p role="status" className="min-h-10 tabular">
        {goes ?? 'Finding out what would go…'}
      </p>
      <p className="text-muted">
        What goes is gone from this machine and cannot be brought back. A signed checkpoint takes its place, and what
        remains can still be checked.
      </p>
    </>
  )
}

/** @param round another one takes back what was written and not saved */
function Field({
  bound,
  value,
  round,
  onSave,
}: {
  bound: Bound
  value: number
  round: number
  onSave: (value: number) => void
}) {
  const { label, unit } = bounds[bound]
  const [draft, setDraft] = useState(String(value))
  const [problem, setProblem] = useState<string>()
  const note = useId()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round is the same value anew
  useEffect(() => {
    setDraft(String(value))
    setProblem(undefined)
  }, [value, round])
  const commit = (): void => {
    const read = readBound(bound, draft)
    setProblem('problem' in read ? read.problem : undefined)
    if ('value' in read && read.value !== value) onSave(read.value)
  }
  return (
    <>
      <span className="flex items-center gap-1.5">
        <input
          type="text"
          inputMode="numeric"
          autoComplete="off"
          aria-label={`${label}, in ${unit}`}
          aria-invalid={problem !== undefined}
          aria-describedby={note}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit()
            if (event.key === 'Escape') {
              setDraft(String(value))
              setProblem(undefined)
            }
          }}
          className="h-8 w-24 rounded-[5px] border border-line-strong bg-sheet px-2 text-right font-mono tabular aria-invalid:border-deny-line"
        />
        {unit}
      </span>
      <div className="basis-full">
        <FieldNote id={note} hint={hintFor(bound)} problem={problem} />
      </div>
    </>
  )
}

const about: Record<Bound, { title: string; words: string }> = {
  days: {
    title: 'By age',
    words: 'Older calls are given up, with their arguments and results and the spools they came from.',
  },
  megabytes: {
    title: 'By size',
    words: 'What the database may hold. Beyond it the oldest calls are given up first; the last hour always stays.',
  },
}

function BoundRow({ retention, bound }: { retention: Retention; bound: Bound }) {
  const { problem, save } = useSave()
  const [wanted, setWanted] = useState<Wanted>()
  /** Counts the questions that were answered. */
  const [kept, setKept] = useState(0)
  const value = retention[bound]
  const set = (next: number | undefined): void => {
    if (next !== undefined && isLower(value, next)) setWanted({ bound, value: next })
    else void save({ retention: withBound(retention, bound, next) })
  }
  const { label, usual } = bounds[bound]
  const { title, words } = about[bound]
  return (
    <Row
      title={title}
      about={value === undefined ? `${words} Off: nothing is given up by ${bound === 'days' ? 'age' : 'size'}.` : words}
      problem={problem}
    >
      <span className="flex flex-wrap items-center gap-3">
        <Check label={label} checked={value !== undefined} onChange={(on) => set(on ? usual : undefined)} />
        {value === undefined ? null : <Field bound={bound} value={value} round={kept} onSave={set} />}
      </span>
      <ConfirmDialog
        open={wanted !== undefined}
        title="Keep less of the log"
        cover={coverScreen}
        action="Give it up"
        keep="Keep as it is"
        failed="It is not certain what is kept now."
        inertFor={inertFor}
        onConfirm={async () => {
          if (wanted === undefined) return
          await request('settings.set', { retention: withBound(retention, bound, wanted.value) })
        }}
        onClose={() => {
          setWanted(undefined)
          setKept((before) => before + 1)
        }}
      >
        {wanted === undefined ? null : <Question wanted={wanted} />}
      </ConfirmDialog>
    </Row>
  )
}

export function KeptLog({ retention }: { retention: Retention }) {
  return (
    <>
      <p className="border-b border-line py-3 text-muted">
        {retention.days === undefined && retention.megabytes === undefined
          ? 'Everything is kept, for as long as the disk has room.'
          : 'What is given up is gone from this machine. What remains can still be checked: a signed checkpoint stands in the place of what went.'}
      </p>
      <BoundRow retention={retention} bound="days" />
      <BoundRow retention={retention} bound="megabytes" />
    </>
  )
}
