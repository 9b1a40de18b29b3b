// The calls of a group: what each has that the others have not, in full, with a box to leave it out.
import { useMemo } from 'react'
import { useNow } from '../../state/clock.ts'
import { MarksProvider, type MarksState } from '../../ui/argument-marks.tsx'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { ReviewEnd } from '../../ui/review.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { Tag } from '../../ui/tag.tsx'
import { ValueTree } from '../../ui/value-tree.tsx'
import type { QueueCard } from './arrange.ts'
import { CardRule } from './card-rule.tsx'
import { closedWord, identical } from './card-words.ts'
import { type GroupNote, groupOutcomeWords } from './group-answer.ts'
import { type Compared, partOf } from './group-compare.ts'
import { timeWord } from './queue-words.ts'

type Props = {
  rows: readonly QueueCard[]
  compared: Compared
  /** Ids that an approval would cover. */
  ticked: ReadonlySet<string>
  /** Ids that were not there when the group was opened. */
  late: ReadonlySet<string>
  outcomes: GroupNote['outcomes']
  /** The reason that holds the first of them; one that is held for another says so. */
  reason: string
  onTick: (id: string, ticked: boolean) => void
  onOpen: (id: string) => void
}

/** Every call has its own signs; they are gone through by eye, row by row. */
const still: Pick<MarksState['signs'], 'wanted'> = { wanted: undefined }

function Row({ row, ...props }: Props & { row: QueueCard }) {
  const now = useNow()
  const { card, closed } = row
  const { compared, ticked, late, outcomes, reason } = props
  const part = useMemo(() => partOf(card, compared.differing), [card, compared])
  const signs = useMemo(
    () => ({
      ...still,
      marks: card.marks.map((mark) => ({ ...mark, at: mark.at.startsWith('#') ? mark.at : `${card.id}${mark.at}` })),
    }),
    [card],
  )
  const outcome = outcomes.get(card.id)
  const open = closed === undefined
  return (
    <tr data-member={card.id} className="border-t border-line align-top">
      <td className="py-2 pr-3">
        <input
          type="checkbox"
          aria-label={`Approve ${card.ticket}`}
          checked={open && ticked.has(card.id)}
          disabled={!open}
          onChange={(event) => props.onTick(card.id, event.target.checked)}
          className="mt-0.5 size-4 accent-ink-solid"
        />
      </td>
      <td className={`min-w-0 py-2 ${open ? '' : 'text-muted'}`}>
        <div className="flex flex-col gap-1.5">
          <div className="flex items-baseline gap-3">
            <p className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 gap-y-0.5">
              <span className="font-mono text-mono">{card.ticket}</span>
              {late.has(card.id) ? <Tag>came in later</Tag> : null}
              {card.waiting > 1 ? <Tag>{identical(card, card.waiting)}</Tag> : null}
              {card.sentence === undefined ? null : (
                <span className="min-w-0 break-words">
                  <Sentence parts={card.sentence} />
                </span>
              )}
            </p>
            <span className="shrink-0 font-mono text-label text-muted tabular">
              {closed === undefined ? timeWord(row, now) : closedWord[closed]}
            </span>
            {open ? (
              <Button variant="quiet" size="small" onClick={() => props.onOpen(card.id)}>
                Open<span className="sr-only"> {card.ticket}</span>
              </Button>
            ) : null}
          </div>
          <MarksProvider signs={signs}>
            {Object.keys(part).length === 0 ? (
              <p className="text-muted">Nothing beside what all of them have.</p>
            ) : (
              <ValueTree value={part} path={card.id} />
            )}
            {compared.sameBeside || card.beside === undefined ? null : (
              <>
                <p className="label">Sent beside the arguments</p>
                <ValueTree value={card.beside} path={`${card.id}#beside`} />
              </>
            )}
          </MarksProvider>
          {card.rule.reason === reason ? null : (
            <div className="flex flex-col gap-0.5 border-l border-line pl-3">
              <CardRule card={card} />
            </div>
          )}
          {outcome === undefined ? null : (
            <p role="status" className="font-medium">
              {groupOutcomeWords[outcome]}
            </p>
          )}
          {open ? <ReviewEnd id={`${card.id}#row`} /> : null}
        </div>
      </td>
    </tr>
  )
}

export function GroupTable(props: Props) {
  const { rows, compared } = props
  return (
    <table className="w-full table-fixed border-b border-line">
      <colgroup>
        <col className="w-7" />
        <col />
      </colgroup>
      <thead>
        <tr className="label text-left">
          <th scope="col" className="pb-1 font-medium">
            <span className="sr-only">Approve it</span>
          </th>
          <th scope="col" className="truncate pb-1 font-medium">
            {compared.differing.length === 0 ? 'Each call' : 'What differs: '}
            {compared.differing.map((name, index) => (
              <span key={name}>
                {index > 0 ? ', ' : ''}
                <HostileText text={name.slice(0, 40)} />
              </span>
            ))}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.card.id} row={row} {...props} />
        ))}
      </tbody>
    </table>
  )
}
