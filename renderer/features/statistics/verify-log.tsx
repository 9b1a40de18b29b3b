// Checks the whole log when a person asks for it, and says what was found in words.
import { CircleCheck, CircleX, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { VerifyProgress } from '../../../core/wire/log-contract.ts'
import { useNow } from '../../state/clock.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Meter } from '../../ui/meter.tsx'
import { ago, count, exactTime } from '../../ui/time.ts'
import { figure } from './part.tsx'
import { useVerify } from './use-verify.ts'

type Of<S extends VerifyProgress['state']> = Extract<VerifyProgress, { state: S }>

function Said({ icon: Icon, tone, children }: { icon: LucideIcon; tone: string; children: ReactNode }) {
  return (
    <p className="flex items-start gap-2">
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" className={`mt-0.5 shrink-0 ${tone}`} />
      <span className="min-w-0">{children}</span>
    </p>
  )
}

function Running({ verify: { done, total } }: { verify: Of<'running'> }) {
  return (
    <div className="flex flex-col gap-1.5">
      <div
        role="progressbar"
        aria-label="Checking the log"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={Math.min(done, total)}
      >
        <Meter part={done} of={total} tone="plain" />
      </div>
      <p className="text-muted tabular">
        {figure(done)} of {figure(total)} events. You may look at other screens meanwhile.
      </p>
    </div>
  )
}

function Done({ verify: { ok, events, calls, at, head, problems } }: { verify: Of<'done'> }) {
  const now = useNow()
  const when = (
    <span className="text-muted" title={exactTime(at)}>
      Checked {ago(at, now)}
    </span>
  )
  if (ok)
    return (
      <Said icon={CircleCheck} tone="text-allow">
        <span className="font-medium tabular">
          Unchanged: {count(events, 'event')}, {count(calls, 'call')}.
        </span>{' '}
        {when}, up to head <span className="font-mono text-mono">{head.slice(0, 16)}…</span>
      </Said>
    )
  return (
    <div className="flex flex-col gap-2">
      <Said icon={CircleX} tone="text-deny">
        <span className="font-medium text-deny">The log is not what was written.</span> {when}
      </Said>
      <ul aria-label="First bad places" className="border-t border-line">
        {problems.map(({ where, place, problem }) => (
          <li key={`${where} ${place}`} className="border-b border-line py-1.5 [overflow-wrap:anywhere]">
            <span className="font-mono text-mono">
              <HostileText text={where} />, <HostileText text={place} />
            </span>
            : <HostileText text={problem} />
          </li>
        ))}
      </ul>
      <p className="text-muted">
        Only the first bad place of each part is named: what follows it cannot be relied on. Copy the data folder before
        you do anything else. New calls are decided and recorded as before.
      </p>
    </div>
  )
}

function State({ verify }: { verify: VerifyProgress }) {
  switch (verify.state) {
    case 'none':
      return (
        <p className="text-muted">
          A check reads every event and compares each hash with what it should be. It changes nothing.
        </p>
      )
    case 'running':
      return <Running verify={verify} />
    case 'done':
      return <Done verify={verify} />
    case 'failed':
      return (
        <Said icon={CircleX} tone="text-deny">
          The check could not be finished: <HostileText text={verify.problem} />
        </Said>
      )
  }
}

export function VerifyLog() {
  const { verify, problem, begin } = useVerify()
  const running = verify.state === 'running'
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-3 border-b border-line py-3">
      <div role="status" className="min-w-0 flex-1 basis-72">
        <State verify={verify} />
      </div>
      <Button
        aria-disabled={running}
        className="aria-disabled:text-muted"
        onClick={() => {
          if (!running) begin()
        }}
      >
        {running ? 'Checking…' : verify.state === 'none' ? 'Check the log now' : 'Check again'}
      </Button>
      {problem === undefined ? null : (
        <p role="alert" className="basis-full border-l-2 border-deny-line pl-3 text-deny">
          <HostileText text={problem} />
        </p>
      )}
    </div>
  )
}
