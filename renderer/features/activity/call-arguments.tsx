// What the call was asked with and, where a person changed that, what ran instead, with the difference first.
import { useMemo } from 'react'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { ArgumentChange, changesOf } from '../../ui/argument-changes.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { lineDiff } from '../../ui/line-diff.ts'
import { Section } from './call-section.tsx'
import { type Recorded, RecordedValue } from './call-value.tsx'
import { parsedRecord, wholeHashes } from './recorded.ts'

function asArguments(recorded: Recorded): Readonly<Record<string, unknown>> | undefined {
  const value = parsedRecord(recorded)?.value
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

/** Argument by argument where both are on record whole, else line by line. */
function Changed({ asked, ran }: { asked: Recorded; ran: Recorded }) {
  const changes = useMemo(() => {
    const [before, after] = [asArguments(asked), asArguments(ran)]
    return before === undefined || after === undefined ? undefined : changesOf(before, after)
  }, [asked, ran])
  const hunks = useMemo(() => lineDiff(asked.text, ran.text), [asked, ran])
  if (changes === undefined ? hunks.length === 0 : changes.length === 0)
    return (
      <p className="text-muted">
        What is recorded of both is the same: the change lies in what was cut or kept out of the log.
      </p>
    )
  if (changes === undefined) return <DiffView hunks={hunks} label="What a person changed" />
  return changes.map((change) => <ArgumentChange key={change.name} change={change} />)
}

export function CallArguments({ detail }: { detail: CallDetail }) {
  const { arguments: asked, edited } = detail
  const hashes = wholeHashes(detail)
  if (asked === undefined && edited === undefined)
    return (
      <Section title="Arguments">
        <p className="text-muted">None are on record.</p>
      </Section>
    )
  return (
    <>
      {asked === undefined || edited === undefined ? null : (
        <Section title="What a person changed before it ran">
          <Changed asked={asked} ran={edited} />
        </Section>
      )}
      {edited === undefined ? null : (
        <RecordedValue title="Ran with" what="edited arguments" recorded={edited} wholeHash={hashes.edited} />
      )}
      {asked === undefined ? null : (
        <RecordedValue
          title={edited === undefined ? 'Arguments, as recorded' : 'Asked with'}
          what="arguments"
          recorded={asked}
          wholeHash={hashes.arguments}
        />
      )}
    </>
  )
}
