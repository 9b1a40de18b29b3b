// A recorded value as a tree, as the text that was recorded, and to be copied; where the record was cut, it says so.
import { useMemo, useState } from 'react'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { byteSize } from '../../ui/time.ts'
import { ValueTree } from '../../ui/value-tree.tsx'
import { Section } from './call-section.tsx'
import { parsedRecord } from './recorded.ts'

export type Recorded = NonNullable<CallDetail['arguments']>

export function RecordedValue({
  title,
  what,
  recorded,
  wholeHash,
}: {
  title: string
  /** What it is called on the buttons; with it the value is told from others in the drawer. */
  what: string
  recorded: Recorded
  /** Over the whole, where what is recorded is less. */
  wholeHash: string | undefined
}) {
  const { text, bytes, truncated } = recorded
  const parsed = useMemo(() => parsedRecord(recorded), [recorded])
  const [raw, setRaw] = useState(false)
  return (
    <Section
      title={title}
      aside={
        <>
          {parsed === undefined ? null : (
            <Button variant="quiet" size="small" onClick={() => setRaw(!raw)}>
              {raw ? 'Tree' : 'Raw'} <span className="sr-only">form of the {what}</span>
            </Button>
          )}
          <CopyButton value={text} what={`${what} as recorded`} />
        </>
      }
    >
      {parsed === undefined || raw ? (
        <TextBlock text={text} label={`${title}, as recorded`} laidOut foldLong />
      ) : (
        <ValueTree value={parsed.value} path={`${what}#`} />
      )}
      {truncated ? (
        <p className="border-l-2 border-hold-line pl-3 text-muted">
          The record was cut here. The whole was <span title={`${bytes} bytes`}>{byteSize(bytes)}</span>
          {wholeHash === undefined ? (
            ', of which no hash was kept.'
          ) : (
            <>
              ; its hash is <span className="font-mono text-mono">{wholeHash.slice(0, 16)}…</span>{' '}
              <CopyButton value={wholeHash} what={`hash of the whole ${what}`} />
            </>
          )}
        </p>
      ) : null}
    </Section>
  )
}
