// Three cards that differ in build, not only in colour: a plain sheet, a bordered sheet with a reason strip, and a ruled
// bond with a header band. People stop seeing a repeated warning at the second look.
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { RiskLevel } from '../../../core/approval/risk-level.ts'
import { riskLevel } from '../../../core/approval/risk-level.ts'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { riskWords } from '../../ui/risk.tsx'
import { count } from '../../ui/time.ts'
import { passesWords } from './card-words.ts'
import type { Confirmation } from './confirmation.ts'
import { LevelMark } from './level-mark.tsx'

type Props = {
  /** Of a group, the one that asks for the most care. */
  card: ApprovalCard
  level: RiskLevel
  deceptive: number
  confirmation: Confirmation
  head: ReactNode
  children: ReactNode
}

function Deceptive({ number }: { number: number }) {
  return (
    <p className="flex items-start gap-2 text-deny">
      <TriangleAlert size={16} strokeWidth={1.5} aria-hidden="true" className="mt-px shrink-0" />
      <span>
        Contains {count(number, 'character')} that {number === 1 ? 'is' : 'are'} invisible, reorder text or pass for
        another. Each is marked below.
      </span>
    </p>
  )
}

/** Why it asks for more care than its class alone, where that is not the number of characters. */
const raisedWords: Partial<Record<NonNullable<ApprovalCard['raised']>[number], { short: string; long: string }>> = {
  'own-files': {
    short: 'reaches for what guards you',
    long: 'It names a file of Countersign, or one in which a client keeps its servers.',
  },
  unseen: { short: 'too large to look through', long: 'It is so large that it was not looked through whole.' },
  markup: {
    short: 'active markup',
    long: 'It holds markup that would run, or load something, where it is shown as a page.',
  },
}

const raisedOf = ({ raised = [] }: ApprovalCard) => raised.flatMap((reason) => raisedWords[reason] ?? [])

function Raised({ card }: { card: ApprovalCard }) {
  return raisedOf(card).map(({ long }) => (
    <p key={long} className="flex items-start gap-2 text-deny">
      <TriangleAlert size={16} strokeWidth={1.5} aria-hidden="true" className="mt-px shrink-0" />
      <span>{long}</span>
    </p>
  ))
}

/** How bad: the risk of a tool call; that of other requests is not assessed. */
const headline = (card: ApprovalCard): string =>
  passesWords(card) === undefined ? riskWords[card.risk.class] : 'Not a tool call'

function Evidence({ card }: { card: ApprovalCard }) {
  const passes = passesWords(card)
  if (passes !== undefined) return <span className="text-muted">: {passes}</span>
  return (
    <span className="text-muted">
      {card.risk.evidence.map((reason, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: reasons of one immutable card
        <span key={index}>
          {index > 0 ? '; ' : ': '}
          <HostileText text={reason} />
        </span>
      ))}
    </span>
  )
}

/** Compact, no frame: it has to be read, not feared. */
function LowFrame({ card, level, head, children }: Props) {
  return (
    <div className="mx-auto flex max-w-176 flex-col gap-3 px-6 py-4 narrow:px-4 narrow:py-3">
      {head}
      <p className="flex items-baseline gap-2">
        <LevelMark level={level} />
        <span>
          {headline(card)}
          <Evidence card={card} />
        </span>
      </p>
      {children}
    </div>
  )
}

function ElevatedFrame({ card, level, deceptive, head, children }: Props) {
  return (
    <div className="mx-auto max-w-196 px-6 py-6 narrow:px-0 narrow:py-0">
      <div className="border border-line-strong bg-sheet narrow:border-x-0 narrow:border-t-0">
        <div className="flex flex-col gap-4 px-6 pt-5 pb-4 narrow:px-4 narrow:pt-4">{head}</div>
        <div className="flex flex-col gap-1.5 border-y border-line bg-hold-tint px-6 py-2 narrow:px-4">
          <p className="flex items-baseline gap-2">
            <LevelMark level={level} />
            <span>
              <b className="font-semibold">{headline(card)}</b>
              <Evidence card={card} />
            </span>
          </p>
          {deceptive > 0 ? <Deceptive number={deceptive} /> : null}
          <Raised card={card} />
        </div>
        <div className="flex flex-col gap-5 px-6 pt-5 pb-3 narrow:px-4">{children}</div>
      </div>
    </div>
  )
}

function asksFor(confirmation: Confirmation): string {
  if (confirmation.kind === 'system') return `Asks for ${confirmation.name}`
  return confirmation.kind === 'typed' ? `Asks for a typed ${confirmation.what.kind}` : 'Asks for a click'
}

function CriticalFrame({ card, level, deceptive, confirmation, head, children }: Props) {
  return (
    <div className="mx-auto max-w-200 px-8 py-8 narrow:px-3 narrow:py-4">
      <div className="ruled bg-sheet">
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 border-b border-deny-line bg-deny-tint px-8 py-2.5 narrow:px-4">
          <p className="flex items-center gap-2.5 font-semibold text-deny">
            <LevelMark level={level} />
            Critical:{' '}
            {riskLevel(card.risk.class, 0) === 'critical'
              ? riskWords[card.risk.class].toLowerCase()
              : (raisedOf(card)[0]?.short ?? 'deceptive characters')}
          </p>
          <p className="text-muted">{asksFor(confirmation)}</p>
        </div>
        <div className="flex flex-col gap-5 px-8 pt-7 pb-6 narrow:px-4 narrow:pt-5">{head}</div>
        <div className="mx-8 flex flex-col gap-1.5 border-t border-line py-4 narrow:mx-4">
          <p className="label">Why this is critical</p>
          {card.risk.evidence.length === 0 ? null : (
            <ul className="flex flex-col gap-1">
              {card.risk.evidence.map((reason, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: reasons of one immutable card
                <li key={index} className="border-l-2 border-deny-line pl-3">
                  <HostileText text={reason} />
                </li>
              ))}
            </ul>
          )}
          {deceptive > 0 ? <Deceptive number={deceptive} /> : null}
          <Raised card={card} />
          {passesWords(card) === undefined ? null : (
            <p>
              {headline(card)}
              <Evidence card={card} />
            </p>
          )}
        </div>
        <div className="flex flex-col gap-6 px-8 pt-2 pb-5 narrow:px-4">{children}</div>
      </div>
    </div>
  )
}

const frames = { low: LowFrame, elevated: ElevatedFrame, critical: CriticalFrame } as const

export function CardFrame(props: Props) {
  const Frame = frames[props.level]
  return <Frame {...props} />
}
