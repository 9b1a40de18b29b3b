// One policy file: its problems, its rules in words, and beside them its text.

import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { PolicyFileView } from '../../../core/wire/ui-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { RuleGroups } from './rule-groups.tsx'
import { YamlText } from './yaml-text.tsx'

function Diagnostics({ file, onPlace }: { file: PolicyFileView; onPlace: (line: number) => void }) {
  if (file.diagnostics.length === 0) return null
  return (
    <ul aria-label="Problems" className="border-b border-line">
      {file.diagnostics.map((problem) => {
        const error = problem.severity === 'error'
        const Icon = error ? CircleAlert : TriangleAlert
        return (
          <li key={`${problem.line}:${problem.column} ${problem.message}`}>
            <button
              type="button"
              onClick={() => onPlace(problem.line)}
              className={`flex w-full items-start gap-2 px-4 py-2 text-left -outline-offset-2 ${error ? 'bg-deny-tint text-deny' : 'bg-hold-tint text-hold'}`}
            >
              <Icon size={14} strokeWidth={1.75} aria-hidden="true" className="mt-0.5 shrink-0" />
              <span>
                <span className="mr-2 font-mono text-mono tabular">
                  {problem.line}:{problem.column}
                </span>
                {error ? 'Error: ' : 'Warning: '}
                <HostileText text={problem.message} />
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
  line,
  onPlace,
}: {
  file: PolicyFileView
  line: number | undefined
  onPlace: (line: number) => void
}) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-10 shrink-0 flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-2">
        <h2 className="font-semibold">{file.name === undefined ? file.file : <HostileText text={file.name} />}</h2>
        <p className="text-muted">{file.servers.length === 0 ? 'every server' : `server ${file.servers.join(', ')}`}</p>
        {file.status === 'broken' ? (
          <p className="font-medium text-deny">Broken: calls it governs are denied until it is mended.</p>
        ) : null}
      </header>
      <div className="grid min-h-0 flex-1 grid-cols-2 max-[60rem]:block max-[60rem]:overflow-y-auto">
        <Scroller label="Rules" className="min-h-0 overflow-y-auto pb-6 max-[60rem]:overflow-visible">
          <Diagnostics file={file} onPlace={onPlace} />
          <RuleGroups file={file} line={line} onPlace={onPlace} />
        </Scroller>
        <div className="min-h-0 border-l border-line max-[60rem]:border-t max-[60rem]:border-l-0">
          <YamlText text={file.text} line={line} diagnostics={file.diagnostics} label={`Text of ${file.file}`} />
        </div>
      </div>
    </div>
  )
}
