// Everything that is recorded about one call.
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { coverScreen, goTo } from '../../state/navigation.ts'
import { onEvent, request } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Layer } from '../../ui/layer.tsx'
import { Outcome, outcomes } from '../../ui/outcome.tsx'
import { riskWords } from '../../ui/risk.tsx'
import { EmptyState, FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { byteSize, duration, exactTime } from '../../ui/time.ts'
import { CallTimeline } from './call-timeline.tsx'
import { actionOf, limitsOf, limitWords } from './recorded.ts'

type State =
  | { kind: 'loading' }
  | { kind: 'failed'; problem: string }
  | { kind: 'missing' }
  | { kind: 'ready'; detail: CallDetail }

function useDetail(call: string): { state: State; reload: () => void } {
  const [state, setState] = useState<State>({ kind: 'loading' })
  const load = useCallback(async () => {
    try {
      const { detail } = await request('activity.get', { call })
      setState(detail === undefined ? { kind: 'missing' } : { kind: 'ready', detail })
    } catch (error) {
      setState({ kind: 'failed', problem: problemText(error) })
    }
  }, [call])
  useEffect(() => {
    setState({ kind: 'loading' })
    void load()
    return onEvent((event) => {
      if (event.type === 'calls.changed' && event.calls.some((changed) => changed.call === call)) void load()
    })
  }, [call, load])
  return { state, reload: () => void load() }
}

/** Recorded JSON on one line becomes readable; anything else stays as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h3 className="label">{title}</h3>
      {children}
    </section>
  )
}

function Excerpt({ excerpt, label }: { excerpt: NonNullable<CallDetail['arguments']>; label: string }) {
  return (
    <>
      <TextBlock text={readable(excerpt.text)} label={label} laidOut={readable(excerpt.text) !== excerpt.text} />
      {excerpt.truncated ? (
        <p className="text-muted">The record was cut. The whole was {byteSize(excerpt.bytes)}.</p>
      ) : null}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid min-h-8 grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-3 border-b border-line py-1">
      <dt className="label">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

function RuleLink({ rule: { id, file, line } }: { rule: CallDetail['rules'][number] }) {
  return (
    <button
      type="button"
      onClick={() => goTo('policies', { call: undefined, policy: line === undefined ? { file } : { file, line } })}
      className="block text-left font-mono text-mono text-ink underline decoration-ink-line underline-offset-2"
    >
      {id} · {line === undefined ? file : `${file}:${line}`}
    </button>
  )
}

function Detail({ detail }: { detail: CallDetail }) {
  const { summary } = detail
  const action = actionOf(detail)
  const limits = limitsOf(detail)
  const last = detail.events.at(-1)
  return (
    <div className="flex flex-col gap-6 px-5 py-5">
      <div className="flex flex-col gap-1">
        <h2 className="text-summary font-semibold">
          <HostileText text={summary.tool} />
        </h2>
        {action === undefined ? null : (
          <p className="text-muted">
            <span className="font-mono text-mono text-text">{action}</span>, not a tool call
          </p>
        )}
        <Outcome outcome={summary.outcome} />
        <p className="text-muted">{outcomes[summary.outcome].means}</p>
      </div>
      <dl className="border-t border-line">
        <Fact name="Client">
          <HostileText text={summary.client} />
        </Fact>
        <Fact name="Server">
          <HostileText text={summary.server} />
        </Fact>
        <Fact name="Received">
          <span className="font-mono text-mono tabular">{exactTime(summary.receivedAt)}</span>
        </Fact>
        {summary.risk === undefined || action !== undefined ? null : <Fact name="Risk">{riskWords[summary.risk]}</Fact>}
        {detail.reason === undefined ? null : (
          <Fact name="Reason">
            <HostileText text={detail.reason} multiline />
          </Fact>
        )}
        {detail.rules.length === 0 ? null : (
          <Fact name="Rule">
            {detail.rules.map((rule) => (
              <RuleLink key={`${rule.file}/${rule.id}`} rule={rule} />
            ))}
          </Fact>
        )}
        {limits.length === 0 ? null : (
          <Fact name={limits.length === 1 ? 'Limit' : 'Limits'}>
            <div className="flex flex-col gap-1.5 py-0.5">
              {limits.map((limit) => (
                <div key={`${limit.rule.file}/${limit.rule.id}`} className="flex flex-wrap items-baseline gap-x-3">
                  <span className={limit.state === 'reserved' ? '' : 'text-hold'}>{limitWords(limit)}</span>
                  <RuleLink rule={limit.rule} />
                </div>
              ))}
            </div>
          </Fact>
        )}
        {detail.decidedBy === undefined ? null : (
          <Fact name="Decided by">
            <HostileText text={detail.decidedBy} />
          </Fact>
        )}
        {summary.heldMs === undefined ? null : <Fact name="Held for">{duration(summary.heldMs)}</Fact>}
        {summary.durationMs === undefined ? null : <Fact name="Server took">{duration(summary.durationMs)}</Fact>}
        {last === undefined ? null : (
          <Fact name="Chain">
            <span className="font-mono text-mono tabular">
              #{last.seq} {last.hash.slice(0, 16)}
            </span>
            <CopyButton value={last.hash} what="newest event hash" />
          </Fact>
        )}
      </dl>
      {detail.arguments === undefined ? null : (
        <Section title="Arguments, as recorded">
          <Excerpt excerpt={detail.arguments} label="Arguments" />
        </Section>
      )}
      {detail.result === undefined ? null : (
        <Section title="Result, the server's words">
          <Excerpt excerpt={detail.result} label="Result" />
        </Section>
      )}
      <Section title="What happened">
        <CallTimeline events={detail.events} />
      </Section>
    </div>
  )
}

function Body({ call }: { call: string }) {
  const { state, reload } = useDetail(call)
  switch (state.kind) {
    case 'loading':
      return <SkeletonRows rows={12} label="Loading the call" />
    case 'failed':
      return <FailedState what="The call could not be loaded" problem={state.problem} onRetry={reload} />
    case 'missing':
      return <EmptyState title="Not in the log">This call is not recorded here (any more).</EmptyState>
    case 'ready':
      return <Detail detail={state.detail} />
  }
}

export function CallDrawer({ call, onClose }: { call: string | undefined; onClose: () => void }) {
  return (
    <Layer open={call !== undefined} onClose={onClose} title="Call" shape="right" cover={coverScreen}>
      {call === undefined ? null : <Body call={call} />}
    </Layer>
  )
}
