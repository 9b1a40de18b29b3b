// Time left, and what happens when it is over. The broker's clock decides; this only shows it.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { clockTime, countdown, exactTime } from '../../ui/time.ts'
import { staysUndone, thing } from './card-words.ts'

function Line({ left, total, tone }: { left: number; total: number; tone: string }) {
  const share = total <= 0 ? 0 : Math.min(1, Math.max(0, left / total))
  return (
    <div aria-hidden="true" className="h-0.5 overflow-hidden bg-line">
      <div className={`clock-line h-full ${tone}`} style={{ transform: `scaleX(${share.toFixed(4)})` }} />
    </div>
  )
}

export function CardClock({ card }: { card: ApprovalCard }) {
  const now = useNow()
  const { caller, expiresAt, openedAt, ticket } = card
  const closes = (
    <>
      The card closes at{' '}
      <time title={exactTime(expiresAt)} className="tabular whitespace-nowrap">
        {clockTime(expiresAt)}
      </time>
      ; unanswered, {staysUndone(card)}.
    </>
  )
  if (caller.state === 'waiting') {
    const left = caller.until - now
    return (
      <div className="flex flex-col gap-2">
        <Line left={left} total={caller.until - openedAt} tone="bg-ink" />
        <p className="text-muted">
          <span className="mr-2 inline-block min-w-9 font-mono text-text tabular" title={exactTime(caller.until)}>
            {countdown(left)}
          </span>
          The caller waits. At zero it gets ticket <span className="font-mono text-mono text-text">{ticket}</span> and
          this card stays. {closes}
        </p>
      </div>
    )
  }
  const left = expiresAt - now
  return (
    <div className="flex flex-col gap-2">
      <Line left={left} total={expiresAt - openedAt} tone="bg-hold" />
      <p className="text-muted">
        <span className="mr-2 inline-block min-w-9 font-mono text-text tabular" title={exactTime(expiresAt)}>
          {countdown(left)}
        </span>
        {caller.state === 'released' ? (
          <>
            The caller was told to come back: ticket <span className="font-mono text-mono text-text">{ticket}</span> was
            given.{' '}
          </>
        ) : (
          <>The caller took the {thing(card)} back or went away. </>
        )}
        Approving allows the next identical {thing(card)}, once. {closes}
      </p>
    </div>
  )
}
