// What deserves a look in the arguments: a small labelled sign at the value itself, and a way to go from one to the next.
import { CircleAlert } from 'lucide-react'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { ArgumentMark } from '../../core/wire/ui-contract.ts'
import { Button, Keys } from './button.tsx'
import { HostileText } from './hostile-text.tsx'
import { isWithin } from './json-pointer.ts'
import { count } from './time.ts'

export const markWords: Record<ArgumentMark['kind'], string> = {
  'outside-project': 'outside the project',
  'own-files': 'Countersign’s own files',
  'new-host': 'host never seen before',
  'shell-operator': 'shell operator',
  glob: 'names many things',
  secret: 'looks like a secret',
  invisible: 'hidden characters',
  lookalike: 'look-alike characters',
}

/** Longest `part` that a sign repeats; the value beside it has it in full. */
const longestPart = 80

type Signs = {
  readonly marks: readonly ArgumentMark[]
  /** The mark to go to, anew with each request. */
  readonly wanted: { readonly index: number } | undefined
}

const SignsContext = createContext<Signs>({ marks: [], wanted: undefined })

export type MarksState = {
  readonly signs: Signs
  /** Goes to the next mark, after the last to the first. */
  readonly next: () => void
}

export function useMarks(marks: readonly ArgumentMark[]): MarksState {
  const [wanted, setWanted] = useState<Signs['wanted']>()
  const next = useCallback(() => {
    if (marks.length > 0) setWanted((before) => ({ index: ((before?.index ?? -1) + 1) % marks.length }))
  }, [marks.length])
  const signs = useMemo(() => ({ marks, wanted }), [marks, wanted])
  return { signs, next }
}

export function MarksProvider({ signs, children }: { signs: Signs; children: ReactNode }) {
  return <SignsContext value={signs}>{children}</SignsContext>
}

/** The place of the mark that was asked for, where it lies within `at`: what is folded there has to open. */
export function useWantedWithin(at: string): { readonly at: string } | undefined {
  const { marks, wanted } = useContext(SignsContext)
  const place = wanted === undefined ? undefined : marks[wanted.index]?.at
  return useMemo(
    // A new object for each request, so that asking again opens again.
    () => (wanted !== undefined && place !== undefined && isWithin(place, at) ? { at: place } : undefined),
    [wanted, place, at],
  )
}

function Sign({ mark, wanted }: { mark: ArgumentMark; wanted: Signs['wanted'] }) {
  const element = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (wanted === undefined || element.current === null) return
    element.current.scrollIntoView({ block: 'center' })
    element.current.focus({ preventScroll: true })
  }, [wanted])
  const { kind, part } = mark
  return (
    <span
      ref={element}
      role="note"
      tabIndex={-1}
      data-sign={kind}
      className="inline-flex max-w-full items-baseline gap-1.5 rounded-[3px] border border-hold-line bg-hold-tint px-1.5 font-sans text-label text-hold"
    >
      <CircleAlert size={11} strokeWidth={2} aria-hidden="true" className="shrink-0 translate-y-0.5" />
      {markWords[kind]}
      {part === undefined || part === '' ? null : (
        <span className="min-w-0 font-mono text-text">
          <HostileText text={part.slice(0, longestPart)} />
          {part.length > longestPart ? '…' : ''}
        </span>
      )}
    </span>
  )
}

/** The signs of the value at `at`. */
export function MarkSigns({ at }: { at: string }) {
  const { marks, wanted } = useContext(SignsContext)
  const here = marks.flatMap((mark, index) => (mark.at === at ? [{ mark, index }] : []))
  if (here.length === 0) return null
  return (
    <span className="inline-flex max-w-full flex-wrap gap-1.5">
      {here.map(({ mark, index }) => (
        <Sign key={index} mark={mark} wanted={wanted?.index === index ? wanted : undefined} />
      ))}
    </span>
  )
}

export function MarksSummary({ marks, onNext }: { marks: readonly ArgumentMark[]; onNext: () => void }) {
  if (marks.length === 0) return null
  const kinds = [...new Set(marks.map(({ kind }) => markWords[kind]))]
  return (
    <div className="flex items-start gap-2">
      <CircleAlert size={14} strokeWidth={1.75} aria-hidden="true" className="mt-0.5 shrink-0 text-hold" />
      <p className="min-w-0 flex-1">
        <b className="font-semibold">{count(marks.length, 'thing')} to look at</b>
        <span className="text-muted">: {kinds.join(', ')}</span>
      </p>
      <Button variant="quiet" size="small" className="-mt-0.5" onClick={onNext} aria-keyshortcuts="n">
        Show {marks.length === 1 ? 'it' : 'next'} <Keys keys="n" />
      </Button>
    </div>
  )
}
