// Facts about this installation that a person may need to check, quote or keep elsewhere.
import type { ReactNode } from 'react'
import type { BrokerStatus } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { age, ago, count, exactTime } from '../../ui/time.ts'

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid min-h-8 grid-cols-[9rem_minmax(0,1fr)] items-baseline gap-3 border-b border-line py-1.5 narrow:grid-cols-1 narrow:gap-0">
      <dt className="text-muted">{name}</dt>
      <dd className="flex flex-col gap-1 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

function Exact({ value, shown, what }: { value: string; shown?: string; what: string }) {
  return (
    <span>
      <span className="font-mono text-mono">{shown ?? value}</span> <CopyButton value={value} what={what} />
    </span>
  )
}

export function StatusBlock({ status }: { status: BrokerStatus }) {
  const now = useNow()
  return (
    <section aria-label="This installation">
      <h2 className="border-b border-line pb-2 text-title font-semibold">This installation</h2>
      <dl>
        <Fact name="Version">
          {status.version}, {status.host === 'desktop' ? 'desktop app' : 'served from a terminal'}, running for{' '}
          {age(status.startedAt, now)}
        </Fact>
        <Fact name="Data folder">
          <Exact value={status.home} what="data folder" />
        </Fact>
        <Fact name="Signing key">
          {status.keyStorage === 'keychain'
            ? 'In the system keychain'
            : 'In a file that only your user can read (no keychain here)'}
        </Fact>
        <Fact name="Policy">
          <span>
            {count(status.policy.files, 'file')}, revision{' '}
            <Exact value={status.policy.revision} shown={status.policy.revision.slice(0, 16)} what="policy revision" />
          </span>
          {status.policy.problems.map((problem) => (
            <span key={problem} className="text-deny">
              <HostileText text={problem} />
            </span>
          ))}
        </Fact>
        <Fact name="Audit head">
          <Exact value={status.auditHead} what="audit head" />
          <span className="text-muted">
            Kept elsewhere, it proves later that nothing was cut from the end of the log.
          </span>
        </Fact>
        <Fact name="Sessions">
          {status.sessions.length === 0
            ? 'No client is connected.'
            : status.sessions.map((session) => (
                <span key={session.session}>
                  <HostileText text={session.client} /> → <HostileText text={session.server} />{' '}
                  <span className="text-muted tabular">for {age(session.startedAt, now)}</span>
                </span>
              ))}
        </Fact>
        {status.alerts.length === 0 ? null : (
          <Fact name="Alerts">
            {status.alerts.map((alert) => (
              <span key={`${alert.at} ${alert.kind} ${alert.detail}`}>
                <span className="text-deny">
                  <HostileText text={alert.kind} />
                </span>{' '}
                <HostileText text={alert.detail} />{' '}
                <span className="text-muted" title={exactTime(alert.at)}>
                  {ago(alert.at, now)}
                </span>
              </span>
            ))}
          </Fact>
        )}
      </dl>
    </section>
  )
}
