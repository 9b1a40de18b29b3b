// The home screen: the queue on the left, the card being read on the right. The card stays until the person moves on.
import { List } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ApprovalCard as Card } from '../../../core/wire/ui-contract.ts'
import { isInvoluntary, isPlain, isWriting } from '../../state/keys.ts'
import type { ClosedCard } from '../../state/model.ts'
import { coverScreen, putOff, selectCard, useNavigation } from '../../state/navigation.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { Layer } from '../../ui/layer.tsx'
import { count } from '../../ui/time.ts'
import { ApprovalCard } from './approval-card.tsx'
import { arrange, nextOpen, rowIds } from './arrange.ts'
import { NothingWaiting } from './nothing-waiting.tsx'
import { QueueList } from './queue-list.tsx'

const noCards: readonly Card[] = []
const noneClosed: readonly ClosedCard[] = []

export function ApprovalsScreen() {
  const open = useSession(({ model }) => model?.approvals ?? noCards)
  const closed = useSession(({ model }) => model?.closed ?? noneClosed)
  const selected = useNavigation(({ card }) => card)
  const setAside = useNavigation((navigation) => navigation.setAside)
  const [frozen, setFrozen] = useState(false)
  const [drawer, setDrawer] = useState(false)
  const order = useRef<readonly string[]>([])

  const groups = useMemo(() => arrange(open, closed, selected, order.current, frozen), [open, closed, selected, frozen])
  useEffect(() => {
    order.current = rowIds(groups)
  }, [groups])

  const rows = groups.flatMap((group) => group.rows)
  const current = rows.find(({ card }) => card.id === selected)

  // Only an empty table takes a card by itself; one that is being read is never replaced.
  useEffect(() => {
    if (current !== undefined) return
    const first = rows.find(({ card, closed: gone }) => gone === undefined && !setAside.has(card.id))
    if (first !== undefined) selectCard(first.card.id)
  })

  const onSettled = useCallback((id: string) => {
    // The person may have moved on while the answer was under way.
    if (useNavigation.getState().card !== id) return
    const { model } = useSession.getState()
    const now = arrange(model?.approvals ?? noCards, model?.closed ?? noneClosed, id, order.current, true)
    // Put off, not only left: the reply may come before the event that closes the card, which then looks open still.
    putOff(id, nextOpen(now, id, useNavigation.getState().setAside))
  }, [])

  const next = selected === undefined ? undefined : nextOpen(groups, selected, setAside)
  const later = (): void => {
    if (current === undefined) return
    if (current.closed === undefined) putOff(current.card.id, next)
    else selectCard(next)
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isPlain(event) || isWriting(event.target) || event.isComposing || useNavigation.getState().layers > 0) return
      const inScroller = event.target instanceof Element && event.target.closest('[data-scroller]') !== null
      const down = event.key === 'j' || (event.key === 'ArrowDown' && !inScroller)
      const up = event.key === 'k' || (event.key === 'ArrowUp' && !inScroller)
      if (!down && !up) return
      event.preventDefault()
      // One step a press: running through the list with a held key would pass cards unread.
      if (isInvoluntary(event)) return
      const ids = order.current
      const at = ids.indexOf(useNavigation.getState().card ?? '')
      const id = at < 0 ? ids[down ? 0 : ids.length - 1] : ids[at + (down ? 1 : -1)]
      if (id === undefined) return
      selectCard(id)
      document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  const waiting = open.length
  const list = (
    <QueueList
      groups={groups}
      selected={selected}
      onFreeze={setFrozen}
      onSelect={(id) => {
        selectCard(id)
        setDrawer(false)
      }}
    />
  )
  return (
    <div className="flex h-full min-h-0 flex-col">
      <h1 className="sr-only">Approvals</h1>
      <p className="sr-only" aria-live="polite">
        {waiting === 0 ? 'Nothing waiting' : `${count(waiting, 'call')} waiting for you`}
      </p>
      <div className="flex min-h-0 flex-1">
        {rows.length > 0 ? (
          <aside aria-label="Waiting calls" className="flex w-72 shrink-0 flex-col border-r border-line narrow:hidden">
            {list}
          </aside>
        ) : null}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col short:overflow-y-auto">
          {rows.length > 0 ? (
            <div className="flex h-10 shrink-0 items-center border-b border-line px-2 wide:hidden">
              <Button variant="quiet" onClick={() => setDrawer(true)} aria-haspopup="dialog">
                <List size={16} strokeWidth={1.5} aria-hidden="true" />
                <span className="tabular">{waiting} waiting</span>
              </Button>
            </div>
          ) : null}
          <div className="min-h-0 flex-1 short:flex-none">
            {current === undefined ? (
              <NothingWaiting waiting={waiting} />
            ) : (
              <ApprovalCard
                key={current.card.id}
                card={current.card}
                closed={current.closed}
                onSettled={onSettled}
                onLater={later}
                onNext={next === undefined ? undefined : () => selectCard(next)}
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
