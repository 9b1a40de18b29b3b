// The query as text, with what could stand at the caret, and what was not understood. `/` leads here.
import { Search, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { QueryProblem } from '../../../core/audit/call-query.ts'
import { Options, Problems } from './query-bar-parts.tsx'
import { useSeenValues } from './seen-values.ts'
import { accept, type Suggestion, suggest } from './suggestions.ts'
import type { Summary } from './use-log.ts'

const longest = 4_000

export function QueryBar({
  query,
  problems,
  summary,
  onType,
  onStep,
  onLeave,
}: {
  query: string
  problems: readonly QueryProblem[]
  summary: Summary | undefined
  /** Each letter. */
  onType: (query: string) => void
  /** A deliberate change, which Back takes back. */
  onStep: (query: string) => void
  /** The keys belong to the rows again. */
  onLeave: () => void
}) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [caret, setCaret] = useState<number>()
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState<number>()
  const wantedCaret = useRef<number>(undefined)

  const seen = useSeenValues(summary)
  const focused = caret !== undefined
  const options = focused && open ? suggest(query, caret, { summary, seen }) : []
  const shown = options.length > 0
  // What is being written is not a mistake yet.
  const settled = problems.filter(({ at, length }) => !(focused && caret > at && caret <= at + length))

  useLayoutEffect(() => {
    const at = wantedCaret.current
    if (at === undefined || field.current === null) return
    wantedCaret.current = undefined
    field.current.setSelectionRange(at, at)
    setCaret(at)
  })

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : undefined
      const writes =
        target?.isContentEditable || target?.matches('input, textarea, select') || target?.closest('[role="dialog"]')
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  const pick = (option: Suggestion): void => {
    const { text, caret: next } = accept(query, option)
    wantedCaret.current = next
    setActive(undefined)
    setOpen(true)
    if (option.kind === 'dimension') onType(text)
    else onStep(text)
  }

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return
    const option = active === undefined ? undefined : options[active]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!shown) {
        setOpen(true)
        return
      }
      const next =
        active === undefined
          ? event.key === 'ArrowDown'
            ? 0
            : options.length - 1
          : active + (event.key === 'ArrowDown' ? 1 : -1)
      setActive(next < 0 || next >= options.length ? undefined : next)
    } else if ((event.key === 'Enter' || event.key === 'Tab') && option !== undefined) {
      event.preventDefault()
      pick(option)
    } else if (event.key === 'Enter') {
      if (shown) setOpen(false)
      else onLeave()
    } else if (event.key === 'Escape') {
      event.preventDefault()
      if (shown) setOpen(false)
      else onLeave()
      setActive(undefined)
    }
  }

  return (
    <search className="relative min-w-0 flex-1 basis-80">
      <div className="relative">
        <label htmlFor={`${id}-field`} className="sr-only">
          Filter calls
        </label>
        <Search size={14} strokeWidth={1.5} aria-hidden="true" className="absolute top-2.25 left-2.5 text-muted" />
        <input
          ref={field}
          id={`${id}-field`}
          role="combobox"
          aria-expanded={shown}
          aria-controls={`${id}-options`}
          aria-autocomplete="list"
          aria-activedescendant={shown && active !== undefined ? `${id}-options-${active}` : undefined}
          aria-invalid={settled.length > 0}
          aria-describedby={`${id}-problems`}
          aria-keyshortcuts="/"
          autoComplete="off"
          spellCheck={false}
          value={query}
          maxLength={longest}
          placeholder='outcome:refused tool:write_* from:24h "exact words"'
          onChange={(event) => {
            setOpen(true)
            setActive(undefined)
            setCaret(event.target.selectionStart ?? event.target.value.length)
            onType(event.target.value)
          }}
          // Also sent after the focus is gone.
          onSelect={(event) => {
            if (document.activeElement === event.currentTarget) setCaret(event.currentTarget.selectionStart ?? 0)
          }}
          onFocus={(event) => {
            setCaret(event.currentTarget.selectionStart ?? 0)
            setOpen(true)
          }}
          onBlur={() => {
            setCaret(undefined)
            setActive(undefined)
          }}
          onKeyDown={onKeyDown}
          className="h-8 w-full rounded-[5px] border border-line-strong bg-sheet pr-9 pl-8 font-mono text-mono placeholder:text-muted aria-invalid:border-deny-line"
        />
        {query === '' ? (
          <span aria-hidden="true" className="absolute top-2 right-3 font-mono text-label text-muted">
            /
          </span>
        ) : (
          <button
            type="button"
            aria-label="Clear the filter"
            onClick={() => {
              onStep('')
              field.current?.focus()
            }}
            className="absolute top-1 right-1 grid size-6 place-items-center rounded-[4px] text-muted hover:bg-hover hover:text-text"
          >
            <X size={14} strokeWidth={1.5} aria-hidden="true" />
          </button>
        )}
        {shown ? <Options id={`${id}-options`} options={options} active={active} onPick={pick} /> : null}
      </div>
      <div id={`${id}-problems`} role="status">
        {settled.length === 0 ? null : <Problems text={query} problems={settled} onFix={onStep} />}
      </div>
    </search>
  )
}
