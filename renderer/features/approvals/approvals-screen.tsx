// The home screen: the queue on the left, the card being read on the right. The card stays until the person moves on.
import { List } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ApprovalCard as Card } from '../../../core/wire/ui-contract.ts'
import type { ClosedCard } from '../../state/model.ts'
import { coverScreen, putOff, selectCard, useNavigation } from '../../state/navigation.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { Layer } from '../../ui/layer.tsx'
import { count } from '../../ui/time.ts'
import { ApprovalCard } from './approval-card.tsx'
import { arrange, nextOpen, type QueueSession, restOfGroup, rowIds, rowWith, waitsIn } from './arrange.ts'
import { GroupCard } from './group-card.tsx'
import { NothingWaiting } from './nothing-waiting.tsx'
import { QueueList, useRefusedSessions } from './queue-list.tsx'
import { useListKeys } from './use-list-keys.ts'

const noCards: readonly Card[] = []
const noneClosed: readonly ClosedCard[] = []

/** Where to go from what was answered: to the rest of its group, else to the next row. */
function after(sessions: readonly QueueSession[], from: string, answered: readonly string[]): string | undefined {
  const { setAside } = useNavigation.getState()
  const row = rowWith(sessions, from)
  const settled = new Set(answered)
  const left = row?.group === undefined ? undefined : restOfGroup(row, settled)
  return left ?? nextOpen(sessions, from, setAside)
}

export function ApprovalsScreen() {
  const open = useSession(({ model }) => model?.approvals ?? noCards)
  const closed = useSession(({ model }) => model?.closed ?? noneClosed)
  const selected = useNavigation(({ card }) => card)
  const setAside = useNavigation((navigation) => navigation.setAside)
  const refused = useRefusedSessions()
  const [frozen, setFrozen] = useState(false)
  const [drawer, setDrawer] = useState(false)
  const order = useRef<readonly string[]>([])

  const sessions = useMemo(
    () => arrange(open, closed, selected, order.current, frozen),
    [open, closed, selected, frozen],
  )
  useEffect(() => {
    order.current = rowIds(sessions)
  }, [sessions])
  useListKeys(order)

  const row = rowWith(sessions, selected)
  const current = row?.cards.find(({ card }) => card.id === selected)
  const asGroup = row !== undefined && row.id === selected && row.group !== undefined
  const onTable = current !== undefined || asGroup

  // Only an empty table takes a card by itself; one that is being read is never replaced.
  useEffect(() => {
    if (onTable) return
    const first = sessions.flatMap(({ rows }) => rows).find((one) => waitsIn(one, setAside))
    if (first !== undefined) selectCard(first.id)
  })

  // A settled card is kept for who is reading it; who comes back to the screen is not.
  useEffect(
    () => () => {
      const { card } = useNavigation.getState()
      if (useSession.getState().model?.closed.some(({ card: { id } }) => id === card) === true) selectCard(undefined)
    },
    [],
  )

  const onAnswered = useCallback((from: string, answered: readonly string[]) => {
    const { model } = useSession.getState()
    const now = arrange(model?.approvals ?? noCards, model?.closed ?? noneClosed, from, order.current, true)
    // Put off, not only left: the reply may come before the event that closes the card, which then looks open still.
    const next = after(now, from, answered)
    // The person may have moved on while the answer was under way.
    putOff(answered, useNavigation.getState().card === from ? next : useNavigation.getState().card)
  }, [])
  const onSettled = useCallback((id: string) => onAnswered(id, [id]), [onAnswered])

  const next = selected === undefined ? undefined : nextOpen(sessions, selected, setAside)
  const later = (): void => {
    if (row === undefined) return
    if (current?.closed === undefined) putOff([row.id], next)
    else selectCard(next)
  }
  const waiting = open.length
  const listed = sessions.length > 0 || refused.length > 0
  const list = (
    <QueueList
      sessions={sessions}
      selected={row?.id}
      onFreeze={setFrozen}
      onSelect={(id) => {
        selectCard(id)
        setDrawer(false)
      }}
    />
  )
  const [first] = row?.cards ?? []
  return (
    <div className="flex h-full min-h-0 flex-col">
      <h1 className="sr-only">Approvals</h1>
      <p className="sr-only" aria-live="polite">
        {waiting === 0 ? 'Nothing waiting' : `${count(waiting, 'call')} waiting for you`}
      </p>
      <div className="flex min-h-0 flex-1">
        {listed ? (
          <aside aria-label="Waiting calls" className="flex w-72 shrink-0 flex-col border-r border-line narrow:hidden">
            {list}
          </aside>
        ) : null}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col short:overflow-y-auto">
          {listed ? (
            <div className="flex h-10 shrink-0 items-center border-b border-line px-2 wide:hidden">
              <Button variant="quiet" onClick={() => setDrawer(true)} aria-haspopup="dialog">
                <List size={16} strokeWidth={1.5} aria-hidden="true" />
                <span className="tabular">{waiting} waiting</span>
              </Button>
            </div>
          ) : null}
          <div className="min-h-0 flex-1 short:flex-none">
            {asGroup && row.group !== undefined && first !== undefined ? (
              <GroupCard
                key={row.id}
                row={row}
                group={row.group}
                first={first.card}
                onSettled={(ids) => onAnswered(row.id, ids)}
                onOpen={selectCard}
                onLater={later}
              />
            ) : current === undefined ? (
              <NothingWaiting waiting={waiting} />
            ) : (
              <ApprovalCard
                key={`${current.card.id} ${current.card.argumentsHash}`}
                card={current.card}
                closed={current.closed}
                onSettled={onSettled}
                onLater={later}
                onNext={next === undefined ? undefined : () => selectCard(next)}
                onGroup={row?.group === undefined ? undefined : () => selectCard(row.id)}
              />
            )}
          </div>
        </div>
      </div>
      <Layer open={drawer} onClose={() => setDrawer(false)} title="Waiting calls" shape="left" cover={coverScreen}>
        {list}
      </Layer>
    </div>
  )
}
