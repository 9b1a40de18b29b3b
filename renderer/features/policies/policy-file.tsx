// One policy file: its problems, its rules in words, and beside them its text.

import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { PolicyFileView } from '../../../core/wire/ui-contract.ts'
import type { PolicyPlace } from '../../state/navigation.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { FileBanner } from './file-banner.tsx'
import { RuleGroups } from './rule-groups.tsx'
import { YamlText } from './yaml-text.tsx'

const statusWords = { broken: 'Broken', removed: 'Removed from the folder' } as const

function Diagnostics({ file, onPlace }: { file: PolicyFileView; onPlace: (line: number) => void }) {
  // Of a removed file, and of one with a single mistake, they are what its banner says.
  const told = file.status === 'removed' || (file.status === 'broken' && file.diagnostics.length === 1)
  if (file.diagnostics.length === 0 || told) return null
  return (
    <ul aria-label="Problems" className="border-b border-line py-1">
      {file.diagnostics.map((problem) => {
        const error = problem.severity === 'error'
        const Icon = error ? CircleAlert : TriangleAlert
        return (
          <li key={`${problem.line}:${problem.column} ${problem.message}`}>
            <button
              type="button"
              onClick={() => onPlace(problem.line)}
              className="group flex w-full items-start gap-2 px-4 py-1.5 text-left -outline-offset-2 hover:bg-hover"
            >
              <Icon
                size={14}
                strokeWidth={1.75}
                aria-hidden="true"
                className={`mt-0.5 shrink-0 ${error ? 'text-deny' : 'text-hold'}`}
              />
              <span>
                <span className="sr-only">{error ? 'Error at ' : 'Warning at '}</span>
                <span className="mr-2 font-mono text-mono text-ink underline decoration-ink-line underline-offset-2 tabular group-hover:decoration-ink">
                  {problem.line}:{problem.column}
                </span>
                <HostileText text={problem.message} />
                {/[.!?]$/.test(problem.message) ? '' : '.'}
                {problem.suggestion === undefined ? null : (
                  <>
                    {' '}
                    <HostileText text={problem.suggestion} />
                  </>
                )}
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

export function PolicyFile({
  file,
  place,
  onPlace,
  onRemoved,
}: {
  file: PolicyFileView
  place: PolicyPlace | undefined
  onPlace: (line: number) => void
  onRemoved: () => void
}) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-10 shrink-0 flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-2">
        <h2 className="font-semibold">{file.name === undefined ? file.file : <HostileText text={file.name} />}</h2>
        <p className="text-muted">{file.servers.length === 0 ? 'every server' : `server ${file.servers.join(', ')}`}</p>
        {file.status === 'ok' ? null : <p className="font-medium text-deny">{statusWords[file.status]}</p>}
      </header>
      <FileBanner file={file} onPlace={onPlace} onRemoved={onRemoved} />
      <div className="grid min-h-0 flex-1 grid-cols-2 max-[60rem]:block max-[60rem]:overflow-y-auto">
        <Scroller label="Rules" className="min-h-0 overflow-y-auto pb-6 max-[60rem]:overflow-visible">
          <Diagnostics file={file} onPlace={onPlace} />
          <RuleGroups file={file} line={place?.line} onPlace={onPlace} />
        </Scroller>
        {file.status === 'removed' ? null : (
          <div className="min-h-0 border-l border-line max-[60rem]:border-t max-[60rem]:border-l-0">
            <YamlText text={file.text} place={place} diagnostics={file.diagnostics} label={`Text of ${file.file}`} />
          </div>
        )}
      </div>
    </div>
  )
}
