// The editor of a held call: a form by the tool's schema, or all of it as JSON.
import { useEffect, useId, useRef } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { isWithin, pointerTo, pointerWords } from '../../ui/json-pointer.ts'
import { EditChanges } from './edit-changes.tsx'
import { EditField, inputLook } from './edit-field.tsx'
import type { Edit } from './use-edit.ts'

/** All arguments longer than this are not offered as one text, in UTF-16 units. */
const longestText = 300_000

function AllAsJson({ edit, text }: { edit: Edit; text: string }) {
  const id = useId()
  const problem = edit.result.ok ? undefined : edit.result.problems.get('')
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="label">
        All arguments, as JSON
      </label>
      <textarea
        id={id}
        dir="ltr"
        rows={8}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        onChange={(event) => edit.setJson(event.target.value)}
        className={`${inputLook} max-h-96 resize-y [field-sizing:content]`}
      />
      <p id={`${id}-problem`} className="text-deny empty:hidden">
        {problem === undefined ? '' : <HostileText text={problem} />}
      </p>
    </div>
  )
}

export function EditArguments({ card, edit }: { card: ApprovalCard; edit: Edit }) {
  const form = useRef<HTMLElement>(null)
  const { fields, json, result, problems } = edit
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('textarea, select')?.focus()
  }, [])
  const loose = problems.filter(
    ({ at }) => json !== undefined || !fields.some(({ name }) => isWithin(at, pointerTo('', name))),
  )
  const start = (): void => edit.setJson(JSON.stringify(result.ok ? result.edited : card.arguments, undefined, 2))
  const long = fields.some(({ kind }) => kind === 'too-long') || JSON.stringify(card.arguments).length > longestText
  return (
    <section ref={form} aria-label="Edit the arguments" className="flex flex-col gap-3 border-l-2 border-ink-line pl-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="label">Edit, then approve</h3>
        {long ? null : json === undefined ? (
          <Button variant="quiet" size="small" onClick={start}>
            Edit all as JSON
          </Button>
        ) : (
          <Button variant="quiet" size="small" onClick={() => edit.setJson(undefined)}>
            Back to the form
          </Button>
        )}
      </div>
      <p className="text-muted">The model is told that a person changed the arguments. Both versions are recorded.</p>
      {json === undefined ? (
        fields.map((field) => (
          <EditField
            key={field.name}
            field={field}
            value={Object.hasOwn(card.arguments, field.name) ? card.arguments[field.name] : undefined}
            touched={edit.touches.get(field.name)}
            problem={result.ok ? undefined : result.problems.get(field.name)}
            schemaProblems={problems.filter(({ at }) => isWithin(at, pointerTo('', field.name)))}
            onTouch={(touched) => edit.touch(field.name, touched)}
          />
        ))
      ) : (
        <AllAsJson edit={edit} text={json} />
      )}
      <div role="status" className="flex flex-col gap-1 text-deny empty:hidden">
        {loose.map(({ at, message }) => (
          <p key={`${at} ${message}`}>
            <HostileText text={at === '' ? message : `${pointerWords(at)}: ${message}`} />
          </p>
        ))}
      </div>
      {edit.unchecked === undefined ? null : (
        <p className="text-hold">
          Not checked by the tool’s schema: <HostileText text={edit.unchecked} />
        </p>
      )}
      <EditChanges changes={edit.changes} />
    </section>
  )
}
