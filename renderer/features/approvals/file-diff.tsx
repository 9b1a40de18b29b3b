// What the file would become, next to what it is now: read by the broker when the card is shown.
import type { UiResult } from '../../../core/wire/ui-contract.ts'
import { DiffView } from '../../ui/diff-view.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import type { ReviewSide } from '../../ui/review.tsx'

export type FileDiffState =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'read'; readonly diff: UiResult<'approvals.file-diff'> }

const titles = {
  changed: 'What changes in the file',
  created: 'A new file',
  same: 'The file stays as it is',
} as const

function Unknown({ problem }: { problem: string }) {
  return (
    <p className="border-l-2 border-hold-line pl-3">
      <b className="font-semibold">What it does to the file cannot be shown.</b> <HostileText text={problem} />
      <span className="text-muted"> The arguments below are all that is known.</span>
    </p>
  )
}

/** @param side set where the text below shows the same, so that seeing one of them is enough */
export function FileDiff({
  file,
  state,
  side,
  asSent,
}: {
  file: string
  state: FileDiffState
  side: ReviewSide | undefined
  /** A person is making something else of it: this is what the client wanted. */
  asSent: boolean
}) {
  if (state.state === 'loading') {
    return (
      <section aria-label="File" className="flex flex-col gap-2">
        <h3 className="label">The file</h3>
        <p role="status" className="h-16 rounded-[5px] border border-line bg-well px-3 py-2 text-muted">
          Reading <HostileText text={file} />…
        </p>
      </section>
    )
  }
  const diff = state.state === 'failed' ? ({ state: 'unknown', problem: state.problem } as const) : state.diff
  return (
    <section aria-label="File" data-diff={diff.state} className="flex flex-col gap-2">
      <h3 className="label">
        {diff.state === 'unknown' ? 'The file' : titles[diff.state]}
        {asSent ? ', by what the client sent' : ''}
      </h3>
      {diff.state === 'unknown' ? (
        <Unknown problem={diff.problem} />
      ) : (
        <>
          <p className="font-mono text-mono break-words">
            <HostileText text={diff.path} />
          </p>
          {diff.hunks.length === 0 ? (
            <p className="text-muted">
              {diff.state === 'created' ? 'It will be empty.' : 'It already holds exactly this.'}
            </p>
          ) : (
            <DiffView hunks={diff.hunks} label="Changes of the file" reviewId="#diff" {...(side && { side })} />
          )}
          <p className="text-label text-muted">
            {diff.state === 'created'
              ? 'There is no such file now; there may be one before the call runs.'
              : 'Compared with the file as it is now; it may change before the call runs.'}
          </p>
        </>
      )}
    </section>
  )
}
