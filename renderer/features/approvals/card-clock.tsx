// Time left, how long the client waits, and what happens when it is over. The broker's clock decides; this only shows it.
import type { ReactNode } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { clockTime, countdown, exactTime } from '../../ui/time.ts'
import { budgetWords } from './budget-words.ts'
import { identical, staysUndone, thing } from './card-words.ts'

function Line({ left, total, tone }: { left: number; total: number; tone: string }) {
  const share = total <= 0 ? 0 : Math.min(1, Math.max(0, left / total))
  return (
    <div aria-hidden="true" className="h-0.5 overflow-hidden bg-line">
      <div className={`clock-line h-full ${tone}`} style={{ transform: `scaleX(${share.toFixed(4)})` }} />
    </div>
  )
}

function Clock({ until, since, tone, children }: { until: number; since: number; tone: string; children: ReactNode }) {
  // The clock that ticks may be a second behind the card.
  const left = Math.min(until - useNow(), until - since)
  return (
    <div className="flex flex-col gap-2">
      <Line left={left} total={until - since} tone={tone} />
      <div className="flex gap-3">
        <span className="min-w-9 shrink-0 font-mono text-text tabular" title={exactTime(until)}>
          {countdown(left)}
        </span>
        <p className="min-w-0 text-muted">{children}</p>
      </div>
    </div>
  )
}

function Closes({ card }: { card: ApprovalCard }) {
  return (
    <>
      The card closes at{' '}
      <time title={exactTime(card.expiresAt)} className="whitespace-nowrap tabular">
        {clockTime(card.expiresAt)}
      </time>
      ; unanswered, {staysUndone(card)}.
    </>
  )
}

function Ticket({ children }: { children: string }) {
  return (
    <>
      ticket <span className="font-mono text-mono text-text">{children}</span>
    </>
  )
}

export function CardClock({ card }: { card: ApprovalCard }) {
  const { caller, expiresAt, openedAt, ticket, waiting } = card
  switch (caller.state) {
    case 'waiting':
      return (
        <Clock until={caller.until} since={openedAt} tone="bg-ink">
          {waiting > 1 ? (
            <b className="font-semibold text-text">{identical(card, waiting)} wait on this card. </b>
          ) : null}
          {budgetWords(card.budget)}
          {card.budget.source === 'task' ? (
            '. '
          ) : (
            <>
              , then gets <Ticket>{ticket}</Ticket>, and this card stays.{' '}
            </>
          )}
          <Closes card={card} />
        </Clock>
      )
    case 'released':
      return (
        <Clock until={expiresAt} since={openedAt} tone="bg-hold">
          {caller.asksAgain === true ? (
            <>The client’s time was over; it asks again by itself within moments, and what you answer counts then. </>
          ) : (
            <>
              The client’s time was over: <Ticket>{ticket}</Ticket> was given, and it was told to come back. Approving
              allows the next identical {thing(card)}, once.{' '}
            </>
          )}
          <Closes card={card} />
        </Clock>
      )
    case 'gone':
      return (
        <Clock until={expiresAt} since={openedAt} tone="bg-hold">
          The client took the {thing(card)} back or went away. Approving allows the next identical {thing(card)}, once.{' '}
          <Closes card={card} />
        </Clock>
      )
  }
}
