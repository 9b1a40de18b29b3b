// Similar calls of one burst on one card: what they share once, what differs in full, and one answer for those that are
// ticked. Every call was on the screen before it can be approved with the others.
import { useMemo, useState } from 'react'
import type { RiskLevel } from '../../../core/approval/risk-level.ts'
import { riskLevels } from '../../../core/approval/risk-level.ts'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { useSession } from '../../state/session.ts'
import { MarksProvider } from '../../ui/argument-marks.tsx'
import { Button, Keys } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { ReviewEnd, ReviewProvider, useReview } from '../../ui/review.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { count } from '../../ui/time.ts'
import { ValueTree } from '../../ui/value-tree.tsx'
import { AnswerShell, ApproveRow, RefuseForm } from './answer-bar.tsx'
import type { QueueRow } from './arrange.ts'
import { budgetWords } from './budget-words.ts'
import { RefuseSession } from './card-answer.tsx'
import { CardFacts } from './card-facts.tsx'
import { CardFrame } from './card-frame.tsx'
import { groupEffectOf, thing } from './card-words.ts'
import { type GroupNote, useGroupAnswer } from './group-answer.ts'
import { compareCards } from './group-compare.ts'
import { GroupTable } from './group-table.tsx'
import { useInert } from './inert.ts'
import { contentOf } from './shown-card.ts'
import { useCardKeys } from './use-card-keys.ts'

const noBoxes: ReadonlyMap<string, boolean> = new Map()
const noOutcomes: GroupNote['outcomes'] = new Map()
const rank = (level: RiskLevel): number => riskLevels.indexOf(level)
const mostCare = (cards: readonly ApprovalCard[], first: ApprovalCard): ApprovalCard =>
  cards.reduce((most, card) => (rank(card.level) > rank(most.level) ? card : most), first)

type Props = {
  row: QueueRow
  group: string
  first: ApprovalCard
  onSettled: (ids: readonly string[]) => void
  onOpen: (id: string) => void
  onLater: () => void
}

/** Give it the row's id as key. */
export function GroupCard({ row, group, first, onSettled, onOpen, onLater }: Props) {
  const cards = useMemo(() => row.cards.map(({ card }) => card), [row])
  const open = useMemo(() => row.cards.flatMap(({ card, closed }) => (closed === undefined ? [card] : [])), [row])
  const compared = useMemo(() => compareCards(cards), [cards])
  const commonSigns = useMemo(
    () => ({
      wanted: undefined,
      marks: first.marks.map((mark) => (mark.at.startsWith('#') ? mark : { ...mark, at: `#common${mark.at}` })),
    }),
    [first],
  )
  const [known] = useState(() => new Set(cards.map(({ id }) => id)))
  // What the person decided by a box of their own; what came in later is left out until they take it in.
  const [boxes, setBoxes] = useState(noBoxes)
  const [reason, setReason] = useState<string>()
  const late = new Set(cards.flatMap(({ id }) => (known.has(id) ? [] : [id])))
  const ticked = new Set(open.flatMap(({ id }) => ((boxes.get(id) ?? known.has(id)) ? [id] : [])))
  const chosen = open.filter(({ id }) => ticked.has(id))

  const careful = mostCare(cards, first)
  const level = careful.level
  const content = useMemo(() => JSON.stringify([cards.map(contentOf), open.length]), [cards, open])
  const { inert, isInert } = useInert(`${content} ${reason === undefined}`, level)
  const { review, complete, continueReading } = useReview()
  const { sending, note, answer } = useGroupAnswer(onSettled)
  const live = useSession(({ connection }) => connection.state === 'live')

  const what = thing(first)
  // The newest of those that still wait: what is known of a client may have changed since the first.
  const budget = (open.findLast(({ caller }) => caller.state === 'waiting') ?? first).budget
  const blocked = !live
    ? 'Not connected: nothing can be answered now.'
    : open.length === 0
      ? 'All of them are settled.'
      : !complete
        ? 'Some of it is still out of sight.'
        : chosen.length === 0
          ? 'None of them is ticked.'
          : chosen.some(({ level: of, confirm }) => of === 'critical' || confirm !== 'click')
            ? 'One of them asks for more than a click: open it.'
            : undefined
  const locked = inert || sending || blocked !== undefined
  const approve = (): void => {
    if (!locked && !isInert()) answer(group, 'approve', chosen, '')
  }
  const refuse = (): void => {
    if (!sending && live && open.length > 0) answer(group, 'refuse', open, reason ?? '')
  }
  useCardKeys(
    () => (reason === undefined ? approve() : refuse()),
    () => (reason === undefined ? onLater() : setReason(undefined)),
    reason === undefined && open.length > 0 ? { d: () => setReason('') } : {},
  )

  const commonNames = Object.keys(compared.common)
  const noteLine =
    note === undefined ? null : (
      <p role="alert" className="border-l-2 border-deny-line pl-3 text-deny">
        <HostileText text={note.words} />
      </p>
    )
  return (
    <article
      aria-label={`${count(open.length, `similar held ${what}`)}`}
      data-group={group}
      data-level={level}
      className="arrive flex h-full min-h-0 flex-col short:h-auto short:min-h-full"
    >
      <Scroller label={`The ${what}s`} className="relative min-h-0 flex-1 overflow-y-auto">
        <ReviewProvider review={review}>
          <CardFrame
            card={careful}
            level={level}
            deceptive={cards.reduce((sum, { deceptive }) => sum + deceptive, 0)}
            confirmation={{ kind: 'none' }}
            head={
              <div className="flex flex-col gap-1">
                <p className="text-muted">
                  <HostileText text={first.who.client} /> asks <HostileText text={first.where.server} />
                </p>
                <h2 className="text-summary font-semibold">
                  {count(open.length, `similar ${what}`)} of{' '}
                  <span className="font-medium text-ink">
                    <HostileText text={first.tool} />
                  </span>
                </h2>
              </div>
            }
          >
            <p className="text-muted">
              They came together. {budgetWords(budget)}. One answer settles the ticked ones, each by itself; the others
              stay.
            </p>
            {commonNames.length === 0 && (first.beside === undefined || !compared.sameBeside) ? null : (
              <section aria-label="The same in all" className="flex flex-col gap-2">
                <MarksProvider signs={commonSigns}>
                  <h3 className="label">The same in all</h3>
                  {commonNames.length === 0 ? null : <ValueTree value={compared.common} path="#common" />}
                  {first.beside === undefined || !compared.sameBeside ? null : (
                    <>
                      <h4 className="label">Sent beside the arguments</h4>
                      <ValueTree value={first.beside} path="#beside" />
                    </>
                  )}
                </MarksProvider>
                <ReviewEnd id="#common-end" />
              </section>
            )}
            <GroupTable
              rows={row.cards}
              compared={compared}
              ticked={ticked}
              late={late}
              outcomes={note?.outcomes ?? noOutcomes}
              reason={first.rule.reason}
              onTick={(id, on) => setBoxes((before) => new Map(before).set(id, on))}
              onOpen={onOpen}
            />
            <ReviewEnd id="#end" />
            <CardFacts card={first} exact={false} />
          </CardFrame>
        </ReviewProvider>
      </Scroller>
      <AnswerShell note={noteLine}>
        {reason === undefined ? (
          <ApproveRow
            verb={
              chosen.length === open.length
                ? `Approve all ${open.length}`
                : `Approve ${chosen.length} of ${open.length}`
            }
            blocked={blocked}
            locked={locked}
            effect={groupEffectOf(chosen, what)}
            confirm={undefined}
            onContinueReading={live && !complete ? continueReading : undefined}
            onApprove={approve}
            aside={<RefuseSession who={first.who} where={first.where} />}
          >
            <Button variant="refuse" onClick={() => setReason('')} aria-keyshortcuts="d">
              Refuse all {open.length}… <Keys keys="d" />
            </Button>
            <Button variant="quiet" onClick={onLater} aria-keyshortcuts="Escape">
              Later <Keys keys="Esc" />
            </Button>
          </ApproveRow>
        ) : (
          <RefuseForm
            verb={`Refuse ${open.length}`}
            reason={reason}
            sending={sending}
            onReason={setReason}
            onRefuse={refuse}
            onBack={() => setReason(undefined)}
          />
        )}
      </AnswerShell>
    </article>
  )
}
