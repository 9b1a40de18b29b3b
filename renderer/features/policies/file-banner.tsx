// What is wrong with a file as a whole, and what that means for calls, in the broker's own words; then the way out.
import { FileWarning, FileX } from 'lucide-react'
import type { PolicyFileView } from '../../../core/wire/ui-contract.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { RemoveFile } from './remove-file.tsx'

/** The broker's sentence about this file, which says what counts meanwhile. */
function useProblem(file: PolicyFileView): string {
  const problems = useSession(({ model }) => model?.status.policy.problems)
  const said = problems?.find((problem) => problem.startsWith(`${file.file} `))
  if (said !== undefined) return said
  return file.status === 'removed' ? `${file.file} was removed from the folder.` : `${file.file} has an error.`
}

export function FileBanner({
  file,
  onPlace,
  onRemoved,
}: {
  file: PolicyFileView
  onPlace: (line: number) => void
  onRemoved: () => void
}) {
  const problem = useProblem(file)
  if (file.status === 'ok') return null
  const removed = file.status === 'removed'
  const Icon = removed ? FileX : FileWarning
  const [first] = file.diagnostics
  return (
    <section
      aria-label="Problem with this file"
      className="flex shrink-0 flex-wrap items-start gap-x-3 gap-y-2 border-b border-deny-line bg-deny-tint px-4 py-2"
    >
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" className="mt-1.5 shrink-0 text-deny" />
      <p role="status" className="min-w-0 flex-1 basis-64 py-1">
        <HostileText text={problem} />
      </p>
      {removed ? <RemoveFile file={file.file} onDone={onRemoved} /> : null}
      {!removed && first !== undefined && file.text !== '' ? (
        <Button onClick={() => onPlace(first.line)}>
          Go to line {first.line}, column {first.column}
        </Button>
      ) : null}
    </section>
  )
}
