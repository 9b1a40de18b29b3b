// Why the call was decided as it was: the policy of then, judged again when somebody asks.
import { Check, CircleHelp, type LucideIcon, Minus, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { LogResult, TraceLine } from '../../../core/wire/log-contract.ts'
import { request } from '../../state/session.ts'
import { useLatest } from '../../state/use-latest.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { Section } from './call-section.tsx'

type Explained = LogResult<'activity.explain'>

type Shape = { readonly icon: LucideIcon; readonly tone: string; readonly word: string }
const shapes: Record<NonNullable<TraceLine['holds']>, Shape> = {
  yes: { icon: Check, tone: 'text-allow', word: 'held: ' },
  no: { icon: X, tone: 'text-muted', word: 'did not hold: ' },
  unknown: { icon: CircleHelp, tone: 'text-unknown', word: 'could not be told: ' },
}

/** Deeper lines are not indented further: a narrow window has no room for it. */
const indents = [1, 2, 3, 4, 5, 6]

function Line({ line: { depth, text, holds } }: { line: TraceLine }) {
  const shape = holds === undefined ? undefined : shapes[holds]
  const Icon = shape?.icon ?? Minus
  return (
    <li className="flex items-start gap-2 py-0.5">
      {indents.slice(0, depth).map((level) => (
        <span
          key={level}
          aria-hidden="true"
          className="-my-0.5 ml-1.5 w-2.5 shrink-0 self-stretch border-l border-line"
        />
      ))}
      <Icon
        size={13}
        strokeWidth={1.75}
        aria-hidden="true"
        className={`mt-0.75 shrink-0 ${shape?.tone ?? 'text-line-strong'}`}
      />
      <span className={`min-w-0 flex-1 ${holds === 'no' ? 'text-muted' : ''}`}>
        {shape === undefined ? null : <span className="sr-only">{shape.word}</span>}
        <HostileText text={text} multiline />
      </span>
    </li>
  )
}

function Answer({ explained }: { explained: Explained }) {
  if (explained.state === 'unknown')
    return (
      <p className="flex items-start gap-2">
        <CircleHelp size={14} strokeWidth={1.75} aria-hidden="true" className="mt-0.5 shrink-0 text-unknown" />
        <span>
          It cannot be told any more. <HostileText text={explained.problem} />
        </span>
      </p>
    )
  const { trace, rules, doubts } = explained
  return (
    <>
      {doubts.length === 0 ? null : (
        <ul className="flex flex-col gap-1 border-l-2 border-hold-line pl-3" aria-label="Doubts">
          {doubts.map((doubt) => (
            <li key={doubt}>
              <HostileText text={doubt} />
            </li>
          ))}
        </ul>
      )}
      {trace.length === 0 ? null : (
        <ol aria-label="How it was decided" className="flex flex-col">
          {trace.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of one immutable trace
            <Line key={index} line={line} />
          ))}
        </ol>
      )}
      {rules.map(({ rule: { id, file, line }, text }) => (
        <div key={`${file}/${id}`} className="flex flex-col gap-1">
          <p className="text-muted">
            <span className="font-mono text-mono">
              <HostileText text={id} />
            </span>{' '}
            as it was then in{' '}
            <span className="font-mono text-mono">
              <HostileText text={line === undefined ? file : `${file}:${line}`} />
            </span>
          </p>
          <TextBlock text={text} label={`Rule ${id} as it was then`} laidOut />
        </div>
      ))}
      {trace.length === 0 && rules.length === 0 && doubts.length === 0 ? (
        <p className="text-muted">No rule named it.</p>
      ) : null}
    </>
  )
}

export function CallWhy({ call }: { call: string }) {
  const [round, setRound] = useState(0)
  const question = useMemo(() => (round === 0 ? undefined : { call }), [call, round])
  const { asked, answer, problem } = useLatest(question, (about) => request('activity.explain', about))
  const result = useRef<HTMLDivElement>(null)
  const settled = question !== undefined && asked === question
  useEffect(() => {
    // The button that had the focus is gone.
    if (settled) result.current?.focus({ preventScroll: true })
  }, [settled])
  return (
    <Section title="Why">
      {question === undefined ? (
        <Button className="self-start" onClick={() => setRound(1)}>
          Explain the decision
        </Button>
      ) : (
        <div ref={result} tabIndex={-1} className="flex flex-col gap-3 outline-none">
          {settled ? null : <SkeletonRows rows={4} label="Judging it again by the policy of then" />}
          {settled && answer !== undefined ? <Answer explained={answer} /> : null}
          {settled && problem !== undefined ? (
            <FailedState
              what="It could not be explained"
              problem={problem}
              onRetry={() => setRound((before) => before + 1)}
            />
          ) : null}
        </div>
      )}
    </Section>
  )
}
