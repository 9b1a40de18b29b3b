// One call in the list: 32 pixels, the same columns as its headings.
import { memo } from 'react'
import type { CallSummary } from '../../../core/wire/ui-contract.ts'
import { AskedFor } from '../../ui/asked-for.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Outcome } from '../../ui/outcome.tsx'
import { riskWords } from '../../ui/risk.tsx'
import { ago, clockTime, duration, exactTime } from '../../ui/time.ts'
import { deciderWords } from './facet-words.tsx'

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const hour = 3_600_000

/** `2 min ago` within the hour, `09:14:02` on the same day, then `Nov 19 09:14`. */
export function rowTime(at: number, now: number): string {
  const date = new Date(at)
  if (now - at < hour) return ago(at, now)
  if (date.toDateString() === new Date(now).toDateString()) return clockTime(at)
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${months[date.getMonth()]} ${date.getDate()}${year === '' ? ` ${clockTime(at).slice(0, 5)}` : year}`
}

function took({ durationMs, heldMs }: CallSummary): string {
  if (durationMs !== undefined) return duration(durationMs)
  return heldMs === undefined ? '' : `held ${duration(heldMs)}`
}

/** Who answered, else which rule decided. */
function DecidedBy({ call: { decidedBy, rule } }: { call: CallSummary }) {
  const by = decidedBy === undefined ? undefined : deciderWords(decidedBy).slice(0, 80)
  return (
    <span title={[by, rule].filter((part) => part !== undefined).join(' · ')}>
      {by === undefined ? null : <HostileText text={by} />}
      {by === undefined && rule !== undefined ? (
        <span className="font-mono text-mono text-muted">
          <HostileText text={rule.slice(0, 80)} />
        </span>
      ) : null}
    </span>
  )
}

export const headings = [
  ['Time', ''],
  ['Outcome', 'log-outcome'],
  ['Tool', ''],
  ['Server', 'log-plain'],
  ['Client', 'log-plain log-wide'],
  ['Risk', 'log-plain log-wide log-roomy'],
  ['Decided by', 'log-plain log-wide log-roomy'],
  ['Took', 'log-plain log-wide text-right'],
] as const

export const LogRow = memo(function LogRow({
  call,
  id,
  index,
  at,
  active,
  onOpen,
}: {
  call: CallSummary
  id: string
  index: number
  /** When, in words. */
  at: string
  /** The keys are at this row. */
  active: boolean
  onOpen: (index: number) => void
}) {
  const again = call.outcome === 'asked-again'
  const color = active ? 'bg-ink-tint shadow-[inset_2px_0_0_var(--ink)]' : 'hover:bg-hover'
  return (
    <tr
      id={id}
      data-call={call.call}
      aria-rowindex={index + 2}
      aria-selected={active}
      onClick={() => onOpen(index)}
      className={`log-row one-line cursor-pointer border-b border-line ${color} ${again ? 'text-muted' : ''}`}
    >
      <td className="text-muted tabular" title={exactTime(call.receivedAt)}>
        {at}
      </td>
      <td className="log-outcome">
        <Outcome outcome={call.outcome} />
      </td>
      <td className="flex items-center">
        {/* For assistive technology and fingers: the keys walk through the rows. */}
        <button
          type="button"
          tabIndex={-1}
          className={`min-w-0 truncate text-left outline-none ${again ? '' : 'font-medium'}`}
        >
          <AskedFor call={call} longest={160} />
        </button>
      </td>
      <td className="log-plain">
        <HostileText text={call.server.slice(0, 80)} />
      </td>
      <td className="log-plain log-wide text-muted">
        <HostileText text={call.client.slice(0, 80)} />
      </td>
      <td className="log-plain log-wide log-roomy text-muted" title={call.risk && riskWords[call.risk]}>
        {call.risk ?? ''}
      </td>
      <td className="log-plain log-wide log-roomy">
        <DecidedBy call={call} />
      </td>
      <td className="log-plain log-wide text-right text-muted tabular">{took(call)}</td>
    </tr>
  )
})

/** A row on its way. */
export function RowSkeleton({ index }: { index: number }) {
  const width = index % 3 === 0 ? 'w-40' : index % 3 === 1 ? 'w-56' : 'w-32'
  return (
    <tr className="log-row border-b border-line">
      {['w-14', 'w-24', width].map((bar) => (
        <td key={bar}>
          <span className={`block h-2 max-w-full rounded-sm bg-hover ${bar}`} />
        </td>
      ))}
    </tr>
  )
}
