// How far recording has come and how much of it there is on the disk.
import { useNow } from '../../state/clock.ts'
import type { Metrics } from '../../state/use-metrics.ts'
import { age, byteSize, count, duration, exactTime } from '../../ui/time.ts'
import { FigureRow, figure } from './part.tsx'

/** Behind by more than this, somebody may look for a call that is not there yet, in milliseconds. */
const behind = 5_000

function Ingest({ ingest: { waitingBytes, waitingSpools, lagMs, damagedSpools } }: Pick<Metrics, 'ingest'>) {
  return (
    <>
      <FigureRow
        name="Behind by"
        value={waitingBytes === 0 ? 'nothing' : duration(lagMs)}
        tone={waitingBytes > 0 && lagMs > behind ? 'hold' : undefined}
      >
        {waitingBytes === 0
          ? 'All that proxies wrote is in the database.'
          : `${byteSize(waitingBytes)} in ${count(waitingSpools, 'spool')} ${waitingSpools === 1 ? 'waits' : 'wait'} to be read into the database. It is on record all the same.`}
      </FigureRow>
      {damagedSpools === 0 ? null : (
        <FigureRow name="Damaged spools" value={figure(damagedSpools)} tone="deny">
          <span className="text-deny">
            What was written after the damaged place is not in the database. Check the log to see where it is.
          </span>
        </FigureRow>
      )}
    </>
  )
}

export function LogStorage({ metrics: { ingest, database, spools } }: { metrics: Metrics }) {
  const now = useNow()
  const { bytes, freeBytes, events, calls, oldest } = database
  return (
    <dl>
      <Ingest ingest={ingest} />
      <FigureRow name="Calls" value={figure(calls)}>
        {oldest === undefined ? (
          'None yet.'
        ) : (
          <span title={exactTime(oldest)}>The oldest was received {age(oldest, now)} ago.</span>
        )}
      </FigureRow>
      <FigureRow name="Events" value={figure(events)}>
        Each is hashed with the one before it.
      </FigureRow>
      <FigureRow name="Database" value={byteSize(bytes)}>
        {freeBytes === 0 ? 'In use entirely.' : `${byteSize(freeBytes)} of it is free and used again.`}
      </FigureRow>
      <FigureRow name="Spools" value={byteSize(spools.bytes)}>
        {spools.files === 0
          ? 'No file.'
          : `${count(spools.files, 'file')}, as proxies wrote them. The database can be made anew from them.`}
      </FigureRow>
    </dl>
  )
}
