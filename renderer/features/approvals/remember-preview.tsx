// What remembering would make: in words, as changes of the policy files, and measured on the past.
import { useMemo } from 'react'
import type { UiResult } from '../../../core/wire/ui-contract.ts'
import { DiffView } from '../../ui/diff-view.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { lineDiff } from '../../ui/line-diff.ts'
import { ReviewEnd } from '../../ui/review.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { count, exactTime } from '../../ui/time.ts'

export type Preview = UiResult<'approvals.preview'>

export function pastWords({ matched, unknown, of }: Preview['past']): string {
  if (of === 0) return 'No earlier call of this tool by this client is on record.'
  if (of === 1 && unknown === 0) {
    return `Would ${matched === 1 ? '' : 'not '}have matched the one call of this tool by this client that is on record.`
  }
  const unsure = unknown > 0 ? ` Of ${unknown} more, too little is on record to tell.` : ''
  return `Would have matched ${matched} of the last ${count(of, 'call')} of this tool by this client.${unsure}`
}

function FileChange({ file: { file, before, after } }: { file: Preview['files'][number] }) {
  const hunks = useMemo(() => lineDiff(before ?? '', after), [before, after])
  return (
    <div className="flex flex-col gap-1">
      <p>
        <span className="font-mono text-mono">
          <HostileText text={file} />
        </span>
        {before === undefined ? <span className="text-muted"> (new file)</span> : null}
      </p>
      <DiffView hunks={hunks} label={`Changes of ${file}`} />
    </div>
  )
}

/** Give it the preview's name as key: another one has to be seen anew. */
export function RememberPreview({ preview }: { preview: Preview }) {
  const { words, lifetimeWords, files, past, problems } = preview
  return (
    <>
      {problems.length === 0 ? null : (
        <ul role="alert" className="flex flex-col gap-1 border-l-2 border-deny-line pl-3 text-deny">
          {problems.map((problem) => (
            <li key={problem}>
              <HostileText text={problem} />
            </li>
          ))}
        </ul>
      )}
      {words.length === 0 ? null : (
        <ul className="flex flex-col gap-0.5">
          {words.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of one immutable preview
            <li key={index} className="break-words">
              <Sentence parts={line} valueClass="font-mono text-mono text-ink" />
            </li>
          ))}
        </ul>
      )}
      {lifetimeWords === undefined ? null : <p>{lifetimeWords}</p>}
      <p title={past.since === undefined ? undefined : `Since ${exactTime(past.since)}`} className="tabular text-muted">
        {pastWords(past)}
      </p>
      {files.map((file) => (
        <FileChange key={file.file} file={file} />
      ))}
      <ReviewEnd id={`preview ${preview.preview ?? ''}`} />
    </>
  )
}
