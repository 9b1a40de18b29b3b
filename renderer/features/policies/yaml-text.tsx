// The file as it is on disk, with line numbers; the line of a chosen rule is marked, and each problem at its column.

import { Fragment, useEffect, useRef } from 'react'
import type { Diagnostic } from '../../../core/wire/ui-contract.ts'
import type { PolicyPlace } from '../../state/navigation.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { splitAt } from './split-at.ts'

function Row({ row, problems }: { row: string; problems: readonly Diagnostic[] }) {
  const pieces = splitAt(
    row,
    problems.map(({ column }) => column),
  )
  return (
    <>
      <span className={`block whitespace-pre-wrap ${problems.length > 0 ? 'pb-1.5' : ''}`}>
        {pieces.map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one immutable line
          <Fragment key={index}>
            {index > 0 ? <span aria-hidden="true" className="caret-mark" /> : null}
            <HostileText text={piece} multiline />
          </Fragment>
        ))}
      </span>
      {problems.map(({ column, severity, message }) => (
        <span
          key={`${column} ${message}`}
          className={`block pb-1 font-sans text-label ${severity === 'error' ? 'text-deny' : 'text-hold'}`}
        >
          Column {column}: <HostileText text={message} />
        </span>
      ))}
    </>
  )
}

function lookOf(problems: readonly Diagnostic[], current: boolean): string {
  if (problems.some(({ severity }) => severity === 'error'))
    return `${current ? 'border-deny' : 'border-deny-line'} bg-deny-tint`
  if (problems.length > 0) return `caret-warning ${current ? 'border-hold' : 'border-hold-line'} bg-hold-tint`
  return current ? 'border-ink bg-ink-tint' : 'border-transparent'
}

export function YamlText({
  text,
  place,
  diagnostics,
  label,
}: {
  text: string
  /** What was asked to be seen; asked for again, it is a new one. */
  place: PolicyPlace | undefined
  diagnostics: readonly Diagnostic[]
  label: string
}) {
  const marked = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place or text is what asks for scrolling
  useEffect(() => {
    // In braces: newer browsers return a promise, which would be taken for a clean-up.
    marked.current?.scrollIntoView({ block: 'center' })
  }, [place, text])
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
  return (
    <Scroller label={label} className="h-full overflow-auto bg-well py-2 font-mono text-mono">
      {lines.map((row, index) => {
        const number = index + 1
        const current = number === place?.line
        const problems = diagnostics.filter(({ line }) => line === number)
        return (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of one immutable text
            key={index}
            ref={current ? marked : undefined}
            data-line={number}
            aria-current={current ? 'location' : undefined}
            className={`flex border-l-2 ${lookOf(problems, current)}`}
          >
            <span aria-hidden="true" className="w-10 shrink-0 pr-3 text-right text-muted select-none tabular">
              {number}
            </span>
            <span className="min-w-0 flex-1 pr-3">
              <Row row={row} problems={problems} />
            </span>
          </div>
        )
      })}
    </Scroller>
  )
}
