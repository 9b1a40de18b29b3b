// One argument in the editor: a field of the kind its schema asks for, and what is wrong with what stands in it.
import { useId, useMemo } from 'react'
import { visibleText } from '../../../core/text/visible-text.ts'
import type { SchemaProblem } from '../../../core/wire/ui-contract.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { type Field, firstText, type Touched, textOf } from './edit-fields.ts'

export const inputLook =
  'w-full rounded-[5px] border border-line-strong bg-sheet px-2.5 py-1.5 font-mono text-mono aria-invalid:border-deny'

type ControlProps = {
  id: string
  field: Field
  text: string
  invalid: boolean
  describedBy: string
  onText: (text: string) => void
}

function Control({ id, field, text, invalid, describedBy, onText }: ControlProps) {
  const common = { id, 'aria-invalid': invalid, 'aria-describedby': describedBy }
  switch (field.kind) {
    case 'boolean':
      return (
        <select
          {...common}
          value={text}
          onChange={(event) => onText(event.target.value)}
          className={`${inputLook} h-8`}
        >
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      )
    case 'choice':
      return (
        <select
          {...common}
          value={text}
          onChange={(event) => onText(event.target.value)}
          className={`${inputLook} h-8`}
        >
          {field.choices.map((choice, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: choices of one immutable schema
            <option key={index} value={String(index)}>
              {visibleText(typeof choice === 'string' ? choice : JSON.stringify(choice))
                .parts.map((part) => (part.kind === 'text' ? part.text : `[${part.label}]`))
                .join('')}
            </option>
          ))}
        </select>
      )
    case 'too-long':
      return <p className="text-muted">Too long to edit here: it stays as it was sent.</p>
    default:
      return (
        <textarea
          {...common}
          dir="ltr"
          rows={field.kind === 'json' ? 3 : 1}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          autoComplete="off"
          value={text}
          onChange={(event) => onText(event.target.value)}
          className={`${inputLook} max-h-72 ${text.includes('\n') ? 'resize-y' : 'resize-none'} [field-sizing:content]`}
        />
      )
  }
}

/** What a text field cannot show: characters that hide or pass for others. */
function Hidden({ text }: { text: string }) {
  const visible = useMemo(() => visibleText(text, true), [text])
  if (visible.deceptive === 0) return null
  return (
    <p className="max-h-40 overflow-y-auto border-l-2 border-deny-line pl-3 font-mono text-mono whitespace-pre-wrap">
      <HostileText text={text} multiline />
    </p>
  )
}

export function EditField({
  field,
  value,
  touched,
  problem,
  schemaProblems,
  onTouch,
}: {
  field: Field
  /** As it was sent. */
  value: unknown
  touched: Touched | undefined
  /** Why its text cannot be read. */
  problem: string | undefined
  schemaProblems: readonly SchemaProblem[]
  onTouch: (touched: Touched | undefined) => void
}) {
  const id = useId()
  const asSent = useMemo(() => (field.sent ? textOf(field, value) : ''), [field, value])
  const { name, sent, kind, required } = field
  const absent = touched === undefined ? !sent : touched.kind === 'left-out'
  const label = (
    <span className="min-w-0 break-words">
      <span className="font-mono text-mono">
        <HostileText text={name} />
      </span>{' '}
      <span className="font-normal text-muted">
        {required ? 'required' : ''}
        {touched === undefined ? '' : `${required ? ', ' : ''}changed`}
      </span>
    </span>
  )
  const text = touched?.kind === 'text' ? touched.text : asSent
  return (
    <div className="flex flex-col gap-1" data-field={name}>
      <div className="flex min-h-7 items-center justify-between gap-3">
        {absent || kind === 'too-long' ? label : <label htmlFor={id}>{label}</label>}
        <span className="flex shrink-0">
          {touched !== undefined ? (
            <Button variant="quiet" size="small" onClick={() => onTouch(undefined)}>
              {sent ? 'As sent' : 'Take out'}
            </Button>
          ) : null}
          {absent ? (
            touched === undefined ? (
              <Button
                variant="quiet"
                size="small"
                aria-label={`Add ${name}`}
                onClick={() => onTouch({ kind: 'text', text: firstText(field) })}
              >
                Add
              </Button>
            ) : null
          ) : sent && touched === undefined && !required ? (
            <Button
              variant="quiet"
              size="small"
              aria-label={`Leave out ${name}`}
              onClick={() => onTouch({ kind: 'left-out' })}
            >
              Leave out
            </Button>
          ) : null}
        </span>
      </div>
      {absent ? (
        touched === undefined ? null : (
          <p className="text-muted">Left out: it is not sent.</p>
        )
      ) : (
        <>
          <Control
            id={id}
            field={field}
            text={text}
            invalid={problem !== undefined || schemaProblems.length > 0}
            describedBy={`${id}-problems`}
            onText={(next) => onTouch(sent && next === asSent ? undefined : { kind: 'text', text: next })}
          />
          {kind === 'text' || kind === 'json' ? <Hidden text={text} /> : null}
        </>
      )}
      <div id={`${id}-problems`} className="flex flex-col text-deny empty:hidden">
        {problem === undefined ? null : <HostileText text={problem} />}
        {schemaProblems.map(({ at, message }) => (
          <HostileText key={`${at} ${message}`} text={message} />
        ))}
      </div>
    </div>
  )
}
