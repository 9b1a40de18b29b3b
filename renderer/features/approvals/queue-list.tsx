// The queue: held calls by client session, oldest wait first.
import { useNow } from '../../state/clock.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { riskLevel } from '../../../core/approval/risk-level.ts'
import { countdown } from '../../ui/time.ts'
import type { QueueGroup, QueueRow } from './arrange.ts'
import { deceptiveOn } from './card-words.ts'
import { LevelMark } from './level-mark.tsx'
import { hintFor } from './sentence.ts'

const closedWords: Record<NonNullable<QueueRow['closed']>, string> = {
  approved: 'approved',
  refused: 'refused',
  expired: 'expired',
  cancelled: 'taken back',
  gone: 'settled',
}

function timeWord(row: QueueRow, now: number): string {
  if (row.closed !== undefined) return closedWords[row.closed]
  if (row.card.caller.state === 'waiting') return countdown(row.card.caller.until - now)
  return row.card.caller.state === 'released' ? 'ticket' : 'gone'
}

function Row({ row, selected, onSelect }: { row: QueueRow; selected: boolean; onSelect: (id: string) => void }) {
  const now = useNow()
  const { card, closed } = row
  const hint = hintFor(card)
  return (
    <li>
      <button
        type="button"
        data-row={card.id}
        aria-current={selected}
        onClick={() => onSelect(card.id)}
        className={`flex h-8 w-full items-center gap-2 border-l-2 pr-3 pl-3 text-left -outline-offset-2 ${selected ? 'border-ink bg-ink-tint' : 'border-transparent hover:bg-hover'}`}
      >
        <LevelMark level={riskLevel(card.risk.class, deceptiveOn(card))} />
        <span
          className={`one-line flex min-w-0 flex-1 items-center gap-2 overflow-hidden ${closed === undefined ? '' : 'line-through decoration-line-strong'}`}
        >
          <span className="shrink-0 font-medium">
            {card.action === 'tools/call' ? <HostileText text={card.tool.slice(0, 40)} /> : card.action}
          </span>
          <span className="min-w-0 truncate text-muted">
            <HostileText text={hint.slice(0, 60)} />
          </span>
        </span>
        <span className="min-w-9 shrink-0 text-right font-mono text-label text-muted tabular">
          {timeWord(row, now)}
        </span>
      </button>
    </li>
  )
}

function folderName(folder: string): string {
  return folder.split(/[/\\]/).findLast((piece) => piece !== '') ?? folder
}

export function QueueList({
  groups,
  selected,
  onSelect,
  onFreeze,
}: {
  groups: readonly QueueGroup[]
  selected: string | undefined
  onSelect: (id: string) => void
  /** The pointer entered (true) or left (false) the list. */
  onFreeze: (frozen: boolean) => void
}) {
  return (
    <div
      className="min-h-0 flex-1 overflow-y-auto pb-4"
      onPointerEnter={() => onFreeze(true)}
      onPointerLeave={() => onFreeze(false)}
    >
      {groups.map((group) => (
        <section key={group.key} aria-label={`Session of ${group.who.client}`}>
          <h2
            className="label flex h-8 items-end gap-1.5 overflow-hidden px-4 pb-1 whitespace-nowrap"
            title={group.who.folder}
          >
            <span className="text-text">
              <HostileText text={group.who.client.slice(0, 40)} />
            </span>
            <span className="truncate">
              <HostileText text={folderName(group.who.folder).slice(0, 60)} />
            </span>
          </h2>
          <ul>
            {group.rows.map((row) => (
              <Row key={row.card.id} row={row} selected={row.card.id === selected} onSelect={onSelect} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
