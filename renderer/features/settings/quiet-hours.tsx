// Hours without notifications: two times, off until somebody wants them.
import { useEffect, useId, useRef, useState } from 'react'
import type { Settings } from '../../../core/wire/ui-contract.ts'
import { Check, FieldProblem, Row } from './field.tsx'
import { useSave } from './use-save.ts'

type Hours = NonNullable<Settings['quietHours']>

const usual: Hours = { from: '22:00', to: '07:00' }
const written = /^([01]\d|2[0-3]):[0-5]\d$/

function problemOf({ from, to }: Hours): string | undefined {
  if (!written.test(from) || !written.test(to)) return 'Not saved: write both times in full.'
  return from === to ? 'Not saved: hours that end when they begin are none. Change one of the times.' : undefined
}

function Times({ hours, disabled, onSave }: { hours: Hours; disabled: boolean; onSave: (hours: Hours) => void }) {
  const [draft, setDraft] = useState(hours)
  const [problem, setProblem] = useState<string>()
  const { from, to } = hours
  useEffect(() => {
    setDraft({ from, to })
    setProblem(undefined)
  }, [from, to])
  const note = useId()
  const row = useRef<HTMLFieldSetElement>(null)
  const commit = (): void => {
    const wrong = problemOf(draft)
    setProblem(wrong)
    if (wrong === undefined && (draft.from !== from || draft.to !== to)) onSave(draft)
  }
  const field = (part: keyof Hours, label: string) => (
    <label className="flex items-center gap-2">
      {label}
      <input
        type="time"
        value={draft[part]}
        disabled={disabled}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : note}
        onChange={(event) => setDraft({ ...draft, [part]: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
        }}
        className="h-8 rounded-[5px] border border-line-strong bg-sheet px-2 font-mono tabular disabled:opacity-50 aria-invalid:border-deny-line"
      />
    </label>
  )
  return (
    <fieldset
      ref={row}
      className="flex basis-full flex-wrap items-center gap-x-4 gap-y-2"
      // Not with every digit: a time that is half written is another time.
      onBlur={(event) => {
        if (!row.current?.contains(event.relatedTarget)) commit()
      }}
    >
      <legend className="sr-only">Quiet hours</legend>
      {field('from', 'From')}
      {field('to', 'until')}
      {draft.from > draft.to ? <span className="text-muted">the next day</span> : null}
      <FieldProblem id={note} problem={problem} />
    </fieldset>
  )
}

export function QuietHours({ hours, disabled }: { hours: Settings['quietHours']; disabled: boolean }) {
  const { problem, save } = useSave()
  return (
    <Row
      title="Quiet hours"
      about="No notifications in these hours, by the clock of this computer. Calls wait in the list all the same, and expire there."
      problem={problem}
    >
      <Check
        label="Keep quiet hours"
        checked={hours !== undefined}
        disabled={disabled}
        onChange={(on) => void save({ quietHours: on ? usual : null })}
      />
      {hours === undefined ? null : (
        <Times hours={hours} disabled={disabled} onSave={(quietHours) => void save({ quietHours })} />
      )}
    </Row>
  )
}
