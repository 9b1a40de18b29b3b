// The state of an edit: what the person touched, what the call would be then, and what the broker's check says of it.
import { useCallback, useMemo, useState } from 'react'
import type { ApprovalCard, SchemaProblem } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { useLatest } from '../../state/use-latest.ts'
import { type Change, changesOf } from '../../ui/argument-changes.tsx'
import { applyTouches, type Edited, type Field, fieldsOf, readAll, type Touched, type Touches } from './edit-fields.ts'

export type Edit = {
  readonly fields: readonly Field[]
  readonly touches: Touches
  /** Nothing puts the argument back as it was sent. */
  readonly touch: (name: string, touched: Touched | undefined) => void
  /** The text of all arguments, where they are edited as one. */
  readonly json: string | undefined
  /** Nothing goes back to the form and drops the text. */
  readonly setJson: (text: string | undefined) => void
  readonly result: Edited
  readonly changes: readonly Change[]
  /** What is wrong by the tool's schema. */
  readonly problems: readonly SchemaProblem[]
  /** Why the server's schema could not be asked. */
  readonly unchecked: string | undefined
  /** Why it cannot be approved as it stands. */
  readonly blocked: string | undefined
}

const none: Touches = new Map()
const noChanges: readonly Change[] = []

export function useEdit(card: ApprovalCard, on: boolean): Edit {
  const { id, arguments: args, definition } = card
  const fields = useMemo(() => (on ? fieldsOf(args, definition?.inputSchema) : []), [on, args, definition])
  const [touches, setTouches] = useState(none)
  const [json, setJson] = useState<string>()
  const touch = useCallback((name: string, touched: Touched | undefined) => {
    setTouches((before) => {
      const after = new Map(before)
      if (touched === undefined) after.delete(name)
      else after.set(name, touched)
      return after
    })
  }, [])
  const result = useMemo<Edited>(
    () => (json === undefined ? applyTouches(args, fields, touches) : readAll(json)),
    [json, args, fields, touches],
  )
  const changes = useMemo(() => (on && result.ok ? changesOf(args, result.edited) : noChanges), [on, args, result])
  const question = useMemo(
    () => (on && result.ok && changes.length > 0 ? { id, edited: result.edited } : undefined),
    [on, result, changes, id],
  )
  const checked = useLatest(question, (about) => request('approvals.check-edit', about))
  const current = checked.asked === question
  const problems = current ? (checked.answer?.problems ?? []) : []
  const blocked = !result.ok
    ? 'What is written cannot be read yet.'
    : changes.length === 0
      ? 'Nothing is changed yet.'
      : !current
        ? 'Being checked…'
        : checked.answer === undefined
          ? `It could not be checked. ${checked.problem ?? ''}`
          : problems.length > 0
            ? 'The tool’s schema does not take it.'
            : undefined
  return {
    fields,
    touches,
    touch,
    json,
    setJson,
    result,
    changes,
    problems,
    unchecked: current ? checked.answer?.unchecked : undefined,
    blocked,
  }
}
