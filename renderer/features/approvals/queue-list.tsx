// The queue: held calls by client session, oldest wait first.
import { Ban } from 'lucide-react'
import type { BrokerStatus } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { count } from '../../ui/time.ts'
import type { QueueRow, QueueSession } from './arrange.ts'
import { hintFor, thing } from './card-words.ts'
import { LevelMark } from './level-mark.tsx'
import { groupTimeWord } from './queue-words.ts'
import { resumeSession } from './session-refusal.ts'

type Session = BrokerStatus['sessions'][number]
const noSessions: readonly Session[] = []

function Row({ row, selected, onSelect }: { row: QueueRow; selected: boolean; onSelect: (id: string) => void }) {
  const now = useNow()
  const first = row.cards[0]
  if (first === undefined) return null
  const { card } = first
  const open = row.cards.filter(({ closed }) => closed === undefined).length
  const similar = open > 0 ? open : row.cards.length
  return (
    <li>
      <button
        type="button"
        data-row={row.id}
        aria-current={selected}
        onClick={() => onSelect(row.id)}
        className={`flex h-8 w-full items-center gap-2 border-l-2 pr-3 pl-3 text-left -outline-offset-2 ${selected ? 'border-ink bg-ink-tint' : 'border-transparent hover:bg-hover'}`}
      >
        <LevelMark level={card.level} />
        <span
          className={`one-line flex min-w-0 flex-1 items-center gap-2 overflow-hidden ${open > 0 ? '' : 'line-through decoration-line-strong'}`}
        >
          <span className="shrink-0 font-medium">
            {card.action === 'tools/call' ? <HostileText text={card.tool.slice(0, 40)} /> : card.action}
          </span>
          <span className="min-w-0 truncate text-muted">
            {row.group === undefined ? (
              <HostileText text={hintFor(card).slice(0, 60)} />
            ) : (
              count(similar, `similar ${thing(card)}`)
            )}
          </span>
        </span>
        <span className="min-w-9 shrink-0 text-right font-mono text-label text-muted tabular">
          {groupTimeWord(row.cards, now)}
        </span>
      </button>
    </li>
  )
}

function folderName(folder: string): string {
  return folder.split(/[/\\]/).findLast((piece) => piece !== '') ?? folder
}

function Refused({ session, client }: { session: string; client: string }) {
  return (
    <p className="flex items-center justify-between gap-2 px-4 pb-1 text-deny">
      <span className="flex items-center gap-1.5">
        <Ban size={13} strokeWidth={1.75} aria-hidden="true" />
        Refusing everything
      </span>
      <Button size="small" onClick={() => resumeSession(session, client)}>
        Resume
      </Button>
    </p>
  )
}

function Heading({ client, about, title }: { client: string; about: string; title: string }) {
  return (
    <h2 className="label flex h-8 items-end gap-1.5 overflow-hidden px-4 pb-1 whitespace-nowrap" title={title}>
      <span className="text-text">
        <HostileText text={client.slice(0, 40)} />
      </span>
      <span className="truncate">
        <HostileText text={about.slice(0, 60)} />
      </span>
    </h2>
  )
}

/** Sessions of which everything is refused and nothing is in the list: they would be forgotten otherwise. */
export function useRefusedSessions(): readonly Session[] {
  const sessions = useSession(({ model }) => model?.status.sessions ?? noSessions)
  return sessions.filter(({ refused }) => refused !== undefined)
}

function Flood() {
  const flood = useSession(({ model }) => model?.status.flood)
  if (flood === undefined) return null
  return (
    <p role="status" className="border-b border-hold-line bg-hold-tint px-4 py-2">
      {count(flood.turnedAway, 'call')} turned away in the last minute: too many waited. The last was of{' '}
      <HostileText text={flood.client.slice(0, 40)} /> to <HostileText text={flood.server.slice(0, 40)} />.
    </p>
  )
}

export function QueueList({
  sessions,
  selected,
  onSelect,
  onFreeze,
}: {
  sessions: readonly QueueSession[]
  /** Id of the row that is read, or that has what is read in it. */
  selected: string | undefined
  onSelect: (id: string) => void
  /** The pointer entered (true) or left (false) the list. */
  onFreeze: (frozen: boolean) => void
}) {
  const refused = useRefusedSessions()
  const isRefused = (session: string): boolean => refused.some((one) => one.session === session)
  const quiet = refused.filter(({ session }) => !sessions.some(({ who }) => who.session === session))
  return (
    <div
      className="min-h-0 flex-1 overflow-y-auto pb-4"
      onPointerEnter={() => onFreeze(true)}
      onPointerLeave={() => onFreeze(false)}
    >
      <Flood />
      {sessions.map(({ key, who, rows }) => (
        <section key={key} aria-label={`Session of ${who.client}`}>
          <Heading client={who.client} about={folderName(who.folder)} title={who.folder} />
          {isRefused(who.session) ? <Refused session={who.session} client={who.client} /> : null}
          <ul>
            {rows.map((row) => (
              <Row key={row.id} row={row} selected={row.id === selected} onSelect={onSelect} />
            ))}
          </ul>
        </section>
      ))}
      {quiet.map(({ session, client, server }) => (
        <section key={session} aria-label={`Refused session of ${client}`}>
          <Heading client={client} about={server} title={server} />
          <Refused session={session} client={client} />
        </section>
      ))}
    </div>
  )
}
