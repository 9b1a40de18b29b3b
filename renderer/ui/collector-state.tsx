// How the sending to the collector goes, in words and a shape.
import { CircleAlert, CircleCheck, type LucideIcon, Send } from 'lucide-react'
import type { LogResult } from '../../core/wire/log-contract.ts'
import { useNow } from '../state/clock.ts'
import { HostileText } from './hostile-text.tsx'
import { ago, count, exactTime } from './time.ts'

type Telemetry = NonNullable<LogResult<'log.metrics'>['telemetry']>

const states: Record<Telemetry['state'], { icon: LucideIcon; tone: string; word: string }> = {
  idle: { icon: CircleCheck, tone: 'text-allow', word: 'Everything is sent' },
  sending: { icon: Send, tone: 'text-muted', word: 'Sending' },
  failing: { icon: CircleAlert, tone: 'text-deny', word: 'Not getting through' },
}

export function CollectorState({ telemetry }: { telemetry: Telemetry }) {
  const { state, waiting, sentSpans, sentRecords, lastAt, problem } = telemetry
  const { icon: Icon, tone, word } = states[state]
  const now = useNow()
  return (
    <div className="flex flex-col gap-0.5">
      <p className="flex items-start gap-2">
        <Icon size={14} strokeWidth={1.75} aria-hidden="true" className={`mt-0.5 shrink-0 ${tone}`} />
        <span className={state === 'failing' ? tone : ''}>
          {word}
          {waiting === 0 ? '' : `; ${count(waiting, 'event waits', 'events wait')}`}.
        </span>
      </p>
      {problem === undefined ? null : (
        <p className="[overflow-wrap:anywhere]">
          <HostileText text={problem} />
          {state === 'failing' ? ' It is tried again; no call waits for it.' : ''}
        </p>
      )}
      <p className="text-muted tabular">
        {count(sentSpans, 'span')} and {count(sentRecords, 'record')} sent since Countersign started
        {lastAt === undefined ? '.' : <span title={exactTime(lastAt)}>, the last {ago(lastAt, now)}.</span>}
      </p>
    </div>
  )
}
