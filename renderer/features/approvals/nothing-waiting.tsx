// The screen at rest: nothing waits. Today's figures and the last decisions say that it is working.
import { useEffect, useState } from 'react'
import { everyCall } from '../../../core/audit/call-filter.ts'
import { type CallSummary, callOutcomes, type UiEvent } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { goTo } from '../../state/navigation.ts'
import { onEvent, request, useSession } from '../../state/session.ts'
import { AskedFor } from '../../ui/asked-for.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Outcome } from '../../ui/outcome.tsx'
import { ago, count, exactTime } from '../../ui/time.ts'

const shown = 6

function Today() {
  const today = useSession(({ model }) => model?.status.today)
  const counts = callOutcomes.flatMap((outcome) => {
    const number = today?.[outcome] ?? 0
    return number > 0 ? [{ outcome, number }] : []
  })
  return (
    <section aria-label="Today">
      <h3 className="label border-b border-line pb-1.5">Today</h3>
      {counts.length === 0 ? (
        <p className="py-2 text-muted">No calls yet today.</p>
      ) : (
        <ul className="grid grid-cols-2 gap-x-8 narrow:grid-cols-1">
          {counts.map(({ outcome, number }) => (
            <li key={outcome} className="flex h-8 items-center justify-between border-b border-line">
              <Outcome outcome={outcome} />
              <span className="font-mono text-mono tabular">{number.toLocaleString('en-US')}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function LastDecisions() {
  const now = useNow()
  const [calls, setCalls] = useState<readonly CallSummary[]>()
  useEffect(() => {
    let wanted = true
    const load = (): void => {
      request('activity.search', { filter: everyCall, offset: 0, limit: shown }).then(
        (page) => {
          if (wanted) setCalls(page.calls)
        },
        // The banner already says that the broker is out of reach; the last list stays.
        () => {
          if (wanted) setCalls((before) => before ?? [])
        },
      )
    }
    load()
    const stop = onEvent((event: UiEvent) => {
      if (event.type === 'calls.changed') load()
    })
    return () => {
      wanted = false
      stop()
    }
  }, [])
  if (calls === undefined || calls.length === 0) return null
  return (
    <section aria-label="Last calls">
      <h3 className="label border-b border-line pb-1.5">Last calls</h3>
      <ul>
        {calls.map((call) => (
          <li key={call.call} className="border-b border-line">
            <button
              type="button"
              onClick={() => goTo('activity', { call: call.call })}
              className="grid h-8 w-full grid-cols-[11rem_minmax(0,1fr)_auto] items-center gap-3 text-left hover:bg-hover narrow:grid-cols-[minmax(0,1fr)_auto]"
            >
              <span className="flex narrow:hidden">
                <Outcome outcome={call.outcome} />
              </span>
              <span className="truncate">
                <AskedFor call={call} longest={60} />{' '}
                <span className="text-muted">
                  <HostileText text={call.server.slice(0, 40)} />
                </span>
              </span>
              <span className="text-muted tabular" title={exactTime(call.receivedAt)}>
                {ago(call.receivedAt, now)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** @param waiting calls that still wait, put off by the person */
export function NothingWaiting({ waiting }: { waiting: number }) {
  const sessions = useSession(({ model }) => model?.status.sessions.length ?? 0)
  const locked = useSession(({ model }) => model?.status.lockdown !== undefined)
  const who = sessions === 0 ? 'No client is connected.' : `${count(sessions, 'session')} connected.`
  const what = locked ? 'Every call is refused until the lockdown is lifted.' : 'Calls that need you will appear here.'
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-160 flex-col gap-8 px-6 py-16 narrow:px-4 narrow:py-8">
        <div className="flex flex-col gap-1">
          <h2 className="text-summary font-semibold">
            {waiting === 0 ? 'Nothing waiting' : `${count(waiting, 'call')} put off`}
          </h2>
          <p className="text-muted">
            {waiting > 0 ? 'They stay in the list until you answer or their time is over.' : `${who} ${what}`}
          </p>
        </div>
        <Today />
        <LastDecisions />
      </div>
    </div>
  )
}
