// Under the query bar: what could stand at the caret, and what was not understood.
import type { QueryProblem } from '../../../core/audit/call-query.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import type { Suggestion } from './suggestions.ts'

export function Options({
  id,
  options,
  active,
  onPick,
}: {
  id: string
  options: readonly Suggestion[]
  active: number | undefined
  onPick: (option: Suggestion) => void
}) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label="Suggestions"
      className="arrive absolute inset-x-0 top-9 z-20 max-h-80 overflow-y-auto rounded-md border border-line bg-sheet py-1 shadow-float"
    >
      {options.map((option, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        <div
          key={option.insert}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          // Before the field loses the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(option)}
          className={`flex h-8 cursor-pointer items-center gap-3 px-3 ${index === active ? 'bg-ink-tint' : 'hover:bg-hover'}`}
        >
          <span className="one-line max-w-[70%] shrink-0 truncate font-mono text-mono">
            <HostileText text={option.insert.slice(0, 200)} />
          </span>{' '}
          <span className="min-w-0 flex-1 truncate text-muted">{option.about}</span>{' '}
          {option.count === undefined ? null : (
            <span className="font-mono text-mono text-muted tabular">{option.count.toLocaleString('en-US')}</span>
          )}
        </div>
      ))}
    </div>
  )
}

export function Problems({
  text,
  problems,
  onFix,
}: {
  text: string
  problems: readonly QueryProblem[]
  onFix: (text: string) => void
}) {
  return (
    <ul aria-label="Not understood" className="flex flex-col gap-1 pt-1.5">
      {problems.map(({ at, length, message, suggestion }) => (
        <li key={`${at} ${message}`} className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
          <span className="one-line max-w-full truncate rounded-[3px] border-b-2 border-deny-line bg-deny-tint px-1 font-mono text-mono">
            <HostileText text={text.slice(at, at + length).slice(0, 80)} />
          </span>
          <span className="text-muted">
            <HostileText text={message} />
          </span>
          {suggestion === undefined ? null : (
            <button
              type="button"
              onClick={() => onFix(`${text.slice(0, at)}${suggestion}${text.slice(at + length)}`)}
              className="text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
            >
              Use{' '}
              <span className="font-mono text-mono">
                <HostileText text={suggestion.slice(0, 120)} />
              </span>
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}
