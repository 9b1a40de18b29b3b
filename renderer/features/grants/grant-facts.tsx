// The facts of a permission: when it ends, what it let through, who made it.
import { type ReactNode, useState } from 'react'
import type { Grant } from '../../../core/wire/ui-contract.ts'
import { goTo } from '../../state/navigation.ts'
import { Actor } from '../../ui/actor.tsx'
import { ago, clockTime, count, exactTime } from '../../ui/time.ts'
import { lifetimeWords, nextEnd } from './lifetime.ts'

/** Calls that are shown at first. */
const fewCalls = 5

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-3 py-0.5 narrow:grid-cols-1 narrow:gap-0">
      <dt className="label pt-px">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

function Calls({ grant: { calls, uses }, now }: { grant: Grant; now: number }) {
  const [all, setAll] = useState(false)
  const shown = all ? calls : calls.slice(0, fewCalls)
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
      <span className="tabular">{count(uses, 'call')}</span>
      {shown.map(({ call, at }) => (
        <button
          key={call}
          type="button"
          onClick={() => goTo('activity', { call })}
          aria-label={`Call at ${clockTime(at)}, in Activity`}
          title={`${exactTime(at)}, ${ago(at, now)}`}
          className="font-mono text-mono text-ink underline decoration-ink-line underline-offset-2 tabular hover:decoration-ink"
        >
          {clockTime(at)}
        </button>
      ))}
      {shown.length < calls.length ? (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="rounded-sm text-muted underline decoration-line-strong underline-offset-2 hover:text-text"
        >
          {calls.length - shown.length} more
        </button>
      ) : null}
      {shown.length === calls.length && calls.length < uses ? (
        <span className="text-muted">and {count(uses - calls.length, 'earlier one')}</span>
      ) : null}
    </span>
  )
}

export function GrantFacts({ grant, now }: { grant: Grant; now: number }) {
  const { kind, uses, by, madeAt, ticket, expiresAt } = grant
  const end = nextEnd(grant)
  return (
    <dl>
      <Fact name="Ends">
        <span
          className="tabular"
          title={
            end.at === expiresAt
              ? exactTime(expiresAt)
              : `At the latest ${exactTime(expiresAt)}; unused ${exactTime(end.at)}`
          }
        >
          {lifetimeWords(grant, now)}
        </span>
      </Fact>
      {kind === 'once' ? null : (
        <Fact name="Let through">
          {uses === 0 ? <span className="text-muted">Nothing yet</span> : <Calls grant={grant} now={now} />}
        </Fact>
      )}
      <Fact name="Made">
        <span title={exactTime(madeAt)} className="tabular">
          {ago(madeAt, now)}
        </span>{' '}
        <Actor by={by} />, on ticket <span className="font-mono text-mono">{ticket}</span>
      </Fact>
    </dl>
  )
}
