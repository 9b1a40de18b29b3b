// The file as it is on disk, with line numbers; the line of a chosen rule and of each problem is marked.

import { useEffect, useRef } from 'react'
import type { Diagnostic } from '../../../core/wire/ui-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Scroller } from '../../ui/scroller.tsx'

export function YamlText({
  text,
  line,
  diagnostics,
  label,
}: {
  text: string
  line: number | undefined
  diagnostics: readonly Diagnostic[]
  label: string
}) {
  const marked = useRef<HTMLDivElement>(null)
  const problems = new Set(diagnostics.map((problem) => problem.line))
  // biome-ignore lint/correctness/useExhaustiveDependencies: another line or text is what asks for scrolling
  useEffect(() => marked.current?.scrollIntoView({ block: 'nearest' }), [line, text])
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
  return (
    <Scroller label={label} className="h-full overflow-auto bg-well py-2 font-mono text-mono">
      {lines.map((row, index) => {
        const number = index + 1
        const bad = problems.has(number)
        return (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of one immutable text
            key={index}
            ref={number === line ? marked : undefined}
            data-line={number}
            className={`flex border-l-2 ${bad ? 'border-deny-line bg-deny-tint' : number === line ? 'border-ink bg-ink-tint' : 'border-transparent'}`}
          >
            <span aria-hidden="true" className="w-10 shrink-0 pr-3 text-right text-muted select-none tabular">
              {number}
            </span>
            <span className="min-w-0 flex-1 pr-3 whitespace-pre-wrap">
              <HostileText text={row} multiline />
            </span>
          </div>
        )
      })}
    </Scroller>
  )
}
