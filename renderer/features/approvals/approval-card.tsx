// One held call, in the order the eye needs it: what, where, how bad, how long, exactly; then the answers.

import { useEffect, useMemo, useState } from 'react'
import { typedConfirmation } from '../../../core/approval/confirmation.ts'
import type { ApprovalCard as Card } from '../../../core/wire/ui-contract.ts'
import { isConfirm, isInvoluntary, isPlain, isWriting } from '../../state/keys.ts'
import type { ClosedCard } from '../../state/model.ts'
import { useNavigation } from '../../state/navigation.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { ReviewEnd, ReviewProvider, useReview } from '../../ui/review.tsx'
import { riskLevel } from '../../../core/approval/risk-level.ts'
import { Scroller } from '../../ui/scroller.tsx'
import { ValueTree } from '../../ui/value-tree.tsx'
import { CardClock } from './card-clock.tsx'
import { CardFacts } from './card-facts.tsx'
import { CardFrame } from './card-frame.tsx'
import { closedWords, deceptiveOn, effectOf, thing } from './card-words.ts'
import { useAnswer } from './decide.ts'
import { DecisionBar } from './decision-bar.tsx'
import { useInert } from './inert.ts'
import { sentenceFor } from './sentence.ts'

type Props = {
  card: Card
  closed: ClosedCard['outcome'] | undefined
  onSettled: (id: string) => void
  onLater: () => void
  onNext: (() => void) | undefined
}

function Head({ card }: { card: Card }) {
  const sentence = sentenceFor(card)
  const call = card.action === 'tools/call'
  return (
    <div className="flex flex-col gap-1">
      {call ? (
        <p className="text-muted">
          <HostileText text={card.who.client} /> asks <HostileText text={card.where.server} />
        </p>
      ) : null}
      <h2 className="text-summary font-semibold text-balance">
        {sentence.map((part, index) =>
          typeof part === 'string' ? (
            part
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one immutable sentence
            <span key={index} className="font-medium text-ink">
              <HostileText text={part.value} />
            </span>
          ),
        )}
      </h2>
      {call && sentence.some((part) => typeof part !== 'string' && part.value === card.tool) ? null : (
        <p className="font-mono text-mono text-muted">{call ? <HostileText text={card.tool} /> : card.action}</p>
      )}
    </div>
  )
}

/** Give it the card's id as key: what was typed, read or unlocked for one card must not carry over. */
export function ApprovalCard({ card, closed, onSettled, onLater, onNext }: Props) {
  const deceptive = useMemo(() => deceptiveOn(card), [card])
  const level = riskLevel(card.risk.class, deceptive)
  const content = useMemo(() => JSON.stringify([card, closed]), [card, closed])
  const { inert, isInert } = useInert(content, level)
  const { review, complete, continueReading } = useReview()
  const answer = useAnswer(onSettled)
  const [typing, setTyping] = useState({ binding: card.binding, text: '' })
  const [reason, setReason] = useState<string>()
  const live = useSession(({ connection }) => connection.state === 'live')
  const confirmation = level === 'critical' || card.confirm !== 'click' ? typedConfirmation(card) : undefined
  // What was typed for one thing does not count for another.
  const typed = typing.binding === card.binding ? typing.text : ''
  const confirmed = confirmation === undefined || typed === confirmation.word

  const blocked = !live
    ? 'Not connected: nothing can be answered now.'
    : !complete
      ? 'Some of it is still out of sight.'
      : !confirmed
        ? `Not approved until the ${confirmation?.kind} is typed.`
        : undefined
  const locked = inert || blocked !== undefined || answer.sending || closed !== undefined

  const approve = (): void => {
    if (locked || isInert()) return
    answer.approve(card, typed)
  }
  const refuse = (): void => {
    if (answer.sending || closed !== undefined || !live) return
    answer.refuse(card, reason ?? '')
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isInvoluntary(event) || useNavigation.getState().layers > 0) return
      if (isConfirm(event)) {
        event.preventDefault()
        if (reason === undefined) approve()
        else refuse()
      } else if (event.key === 'Escape') {
        event.preventDefault()
        if (reason !== undefined) setReason(undefined)
        else if (isWriting(event.target) && event.target instanceof HTMLElement) event.target.blur()
        else onLater()
      } else if (event.key === 'd' && isPlain(event) && !isWriting(event.target) && closed === undefined) {
        event.preventDefault()
        setReason((before) => before ?? '')
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })

  return (
    <article
      aria-label={`Held ${thing(card)} ${card.ticket}`}
      data-card={card.id}
      data-level={level}
      className="arrive flex h-full min-h-0 flex-col short:h-auto short:min-h-full"
    >
      <Scroller label={`The ${thing(card)}`} className="relative min-h-0 flex-1 overflow-y-auto">
        <ReviewProvider review={review}>
          <CardFrame card={card} level={level} deceptive={deceptive} head={<Head card={card} />}>
            {closed === undefined ? <CardClock card={card} /> : null}
            <section aria-label="Exactly this" className="flex flex-col gap-2">
              <h3 className="label">Exactly this</h3>
              {Object.keys(card.arguments).length === 0 ? (
                <p className="text-muted">No arguments.</p>
              ) : (
                <ValueTree value={card.arguments} path="" />
              )}
              {card.beside === undefined ? null : (
                <>
                  <h4 className="label">Sent beside the arguments</h4>
                  <ValueTree value={card.beside} path="#beside" />
                </>
              )}
              <ReviewEnd id="#end" />
            </section>
            <CardFacts card={card} />
          </CardFrame>
        </ReviewProvider>
      </Scroller>
      {closed === undefined ? (
        <DecisionBar
          blocked={blocked}
          locked={locked}
          effect={effectOf(card)}
          note={answer.note}
          sending={answer.sending}
          thing={thing(card)}
          confirm={
            confirmation && {
              confirmation,
              typed,
              onType: (text) => setTyping({ binding: card.binding, text }),
            }
          }
          refusing={reason === undefined ? undefined : { reason, onReason: setReason }}
          onContinueReading={live && !complete ? continueReading : undefined}
          onApprove={approve}
          onRefuse={refuse}
          onStartRefusing={() => setReason('')}
          onStopRefusing={() => setReason(undefined)}
          onLater={onLater}
        />
      ) : (
        <section
          aria-label="Closed"
          className="flex shrink-0 flex-wrap items-center justify-between gap-3 border-t border-line bg-paper px-6 py-3 narrow:px-4"
        >
          <p role="status" className="font-medium">
            {answer.sending ? 'Sending your answer…' : closedWords(card, closed)}
          </p>
          <Button onClick={onNext ?? onLater}>{onNext === undefined ? 'Put away' : 'Show next'}</Button>
        </section>
      )}
    </article>
  )
}
