// Everything that refuses whole clients: the lockdown, and sessions refused by themselves.
import { useState } from 'react'
import type { BrokerStatus } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { askToLift, lockDown, useLockdown } from '../../state/lockdown.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'
import { Actor } from '../../ui/actor.tsx'
import { Button } from '../../ui/button.tsx'
import { dayTime } from '../../ui/day-time.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { exactTime } from '../../ui/time.ts'
import { FieldProblem, Row, Section } from './field.tsx'

type Session = BrokerStatus['sessions'][number]

function Lockdown({ lockdown }: Pick<BrokerStatus, 'lockdown'>) {
  const now = useNow()
  const { sending, problem } = useLockdown()
  return (
    <Row
      title="Lockdown"
      about={
        <>
          Refuses every call of every client: what waits, what would ask, and what policy allows. It holds while
          Countersign is closed and after a restart, until you lift it.
          {lockdown === undefined ? null : (
            <p className="pt-1 text-text" title={exactTime(lockdown.since)}>
              On since {dayTime(lockdown.since, now)}, <Actor by={lockdown.by} />.
            </p>
          )}
        </>
      }
      problem={problem}
    >
      {lockdown === undefined ? (
        <Button
          variant="refuse"
          aria-disabled={sending}
          onClick={(event) => {
            if (event.detail <= 1) void lockDown()
          }}
        >
          Refuse everything
        </Button>
      ) : (
        <Button
          aria-haspopup="dialog"
          onClick={(event) => {
            if (event.detail <= 1) askToLift(true)
          }}
        >
          Lift the lockdown…
        </Button>
      )}
    </Row>
  )
}

function Refused({ session: { session, client, server, refused } }: { session: Session }) {
  const now = useNow()
  const [problem, setProblem] = useState<string>()
  const resume = async (): Promise<void> => {
    try {
      const { outcome } = await request('sessions.resume', { session })
      setProblem(undefined)
      showToast(
        'plain',
        outcome === 'resumed'
          ? `${client} may ask again. What was refused stays refused.`
          : `${client} is not refused, or its session is over.`,
      )
    } catch (error) {
      setProblem(`It is not certain that it may ask again. ${problemText(error)}`)
    }
  }
  if (refused === undefined) return null
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line py-2">
      <span className="min-w-0 flex-1 basis-64 [overflow-wrap:anywhere]">
        <HostileText text={client} /> → <HostileText text={server} />{' '}
        <span className="text-muted tabular" title={exactTime(refused.since)}>
          since {dayTime(refused.since, now)}, <Actor by={refused.by} />
        </span>
      </span>
      <Button onClick={() => void resume()}>Let it ask again</Button>
      {problem === undefined ? null : (
        <div className="basis-full">
          <FieldProblem problem={problem} />
        </div>
      )}
    </li>
  )
}

function RefusedSessions({ sessions }: Pick<BrokerStatus, 'sessions'>) {
  const refused = sessions.filter((session) => session.refused !== undefined)
  return (
    <div className="border-b border-line pt-3">
      <p className="font-medium">Refused sessions</p>
      <p className="pb-3 text-muted">
        {refused.length === 0
          ? 'None. A card can refuse everything from its session; until the session ends, it would be here.'
          : 'All they ask is refused until they end, or until you let them ask again.'}
      </p>
      {refused.length === 0 ? null : (
        <ul aria-label="Refused sessions" className="-mb-px border-t border-line">
          {refused.map((session) => (
            <Refused key={session.session} session={session} />
          ))}
        </ul>
      )}
    </div>
  )
}

export function Refusing({ status }: { status: BrokerStatus }) {
  return (
    <Section title="Refusing everything">
      <Lockdown lockdown={status.lockdown} />
      <RefusedSessions sessions={status.sessions} />
    </Section>
  )
}
