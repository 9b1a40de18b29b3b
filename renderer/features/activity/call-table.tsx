// Recent calls, one row of 32 px each.
import type { CallSummary } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { AskedFor } from '../../ui/asked-for.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Outcome } from '../../ui/outcome.tsx'
import { ago, duration, exactTime } from '../../ui/time.ts'

const head = 'label sticky top-0 z-10 h-8 border-b border-line bg-paper px-2 text-left first:pl-4 last:pr-4'
const cell = 'h-8 overflow-hidden border-b border-line px-2 text-ellipsis whitespace-nowrap first:pl-4 last:pr-4'

function took(call: CallSummary): string {
  if (call.durationMs !== undefined) return duration(call.durationMs)
  return call.heldMs === undefined ? '' : `held ${duration(call.heldMs)}`
}

export function CallTable({
  calls,
  selected,
  onOpen,
}: {
  calls: readonly CallSummary[]
  selected: string | undefined
  onOpen: (call: string) => void
}) {
  const now = useNow()
  return (
    <table className="w-full table-fixed border-separate border-spacing-0">
      <thead>
        <tr>
          <th scope="col" className={`${head} w-28 narrow:hidden`}>
            When
          </th>
          <th scope="col" className={`${head} w-46 narrow:w-48`}>
            Outcome
          </th>
          <th scope="col" className={head}>
            Tool
          </th>
          <th scope="col" className={`${head} w-36 narrow:hidden`}>
            Server
          </th>
          <th scope="col" className={`${head} w-32 narrow:hidden`}>
            Client
          </th>
          <th scope="col" className={`${head} w-32 text-right max-[52rem]:hidden`}>
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <tr
            key={call.call}
            className={call.call === selected ? 'bg-ink-tint' : 'cursor-pointer hover:bg-hover'}
            onClick={() => onOpen(call.call)}
          >
            <td className={`${cell} text-muted tabular narrow:hidden`} title={exactTime(call.receivedAt)}>
              {ago(call.receivedAt, now)}
            </td>
            <td className={cell}>
              <Outcome outcome={call.outcome} />
            </td>
            <td className={cell}>
              <button
                type="button"
                onClick={(event) => {
                  event.stopPropagation()
                  onOpen(call.call)
                }}
                className="max-w-full truncate rounded-sm text-left font-medium"
              >
                <AskedFor call={call} longest={120} />
              </button>
            </td>
            <td className={`${cell} narrow:hidden`}>
              <HostileText text={call.server.slice(0, 80)} />
            </td>
            <td className={`${cell} text-muted narrow:hidden`}>
              <HostileText text={call.client.slice(0, 80)} />
            </td>
            <td className={`${cell} text-right text-muted tabular max-[52rem]:hidden`}>{took(call)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
