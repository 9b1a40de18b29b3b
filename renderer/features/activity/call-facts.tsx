// The facts about a call, a line each; values from outside as hostile text, places as links.
import { everyCall } from '../../../core/audit/call-filter.ts'
import { formatQuery } from '../../../core/audit/call-query.ts'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { goTo } from '../../state/navigation.ts'
import { Actor } from '../../ui/actor.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { riskWords } from '../../ui/risk.tsx'
import { ago, duration, exactTime } from '../../ui/time.ts'
import { Fact, PlaceLink } from './call-section.tsx'
import { actionOf, limitsOf, limitWords } from './recorded.ts'

function RuleLink({ rule: { id, file, line } }: { rule: CallDetail['rules'][number] }) {
  const policy = line === undefined ? { file } : { file, line }
  return (
    <PlaceLink mono onClick={() => goTo('policies', { call: undefined, policy })}>
      <HostileText text={id} /> · <HostileText text={line === undefined ? file : `${file}:${line}`} />
    </PlaceLink>
  )
}

function Received({ at }: { at: number }) {
  const now = useNow()
  const exact = exactTime(at)
  return (
    <>
      <span className="font-mono text-mono tabular">{exact}</span> <span className="text-muted">{ago(at, now)}</span>{' '}
      <CopyButton value={exact} what="time" />
    </>
  )
}

function Session({ session }: { session: string }) {
  const query = formatQuery({ ...everyCall, terms: [{ dimension: 'session', values: [session] }] })
  return (
    <>
      <span className="font-mono text-mono">
        <HostileText text={session} />
      </span>{' '}
      <CopyButton value={session} what="session" />{' '}
      <PlaceLink onClick={() => goTo('activity', { call: undefined, query })}>Its other calls</PlaceLink>
    </>
  )
}

function Limits({ detail }: { detail: CallDetail }) {
  const limits = limitsOf(detail)
  if (limits.length === 0) return null
  return (
    <Fact name={limits.length === 1 ? 'Limit' : 'Limits'}>
      {limits.map((limit) => (
        <span key={`${limit.rule.file}/${limit.rule.id}`} className="flex flex-wrap items-baseline gap-x-3">
          <span className={limit.state === 'reserved' ? '' : 'text-hold'}>{limitWords(limit)}</span>
          <RuleLink rule={limit.rule} />
        </span>
      ))}
    </Fact>
  )
}

function Decided({ by }: { by: string }) {
  const person = by === 'desktop' || by === 'notification' || by.startsWith('headless:')
  return (
    <>
      {person ? 'By a person, ' : ''}
      <Actor by={by} />
    </>
  )
}

function took({ heldMs, durationMs }: CallDetail['summary']): string | undefined {
  const parts = [
    ...(heldMs === undefined ? [] : [`held for ${duration(heldMs)}`]),
    ...(durationMs === undefined ? [] : [`the server worked for ${duration(durationMs)}`]),
  ]
  const [first = ''] = parts
  return parts.length === 0 ? undefined : `${first.charAt(0).toUpperCase()}${parts.join(', ').slice(1)}`
}

export function CallFacts({ detail }: { detail: CallDetail }) {
  const { summary, reason, rules } = detail
  const { client, server, receivedAt, risk, decidedBy } = summary
  const action = actionOf(detail) ?? 'tools/call'
  const time = took(summary)
  return (
    <dl className="border-t border-line">
      <Fact name="Client">
        <HostileText text={client} />
      </Fact>
      <Fact name="Server">
        <HostileText text={server} />
      </Fact>
      <Fact name="Received">
        <Received at={receivedAt} />
      </Fact>
      {risk === undefined || action !== 'tools/call' ? null : <Fact name="Risk">{riskWords[risk]}</Fact>}
      {rules.length === 0 ? null : (
        <Fact name={rules.length === 1 ? 'Rule' : 'Rules'}>
          {rules.map((rule) => (
            <span key={`${rule.file}/${rule.id}`} className="block">
              <RuleLink rule={rule} />
            </span>
          ))}
        </Fact>
      )}
      <Limits detail={detail} />
      {decidedBy === undefined ? null : (
        <Fact name="Decided">
          <Decided by={decidedBy} />
        </Fact>
      )}
      {reason === undefined ? null : (
        <Fact name="Reason">
          <span className="whitespace-pre-line">
            <HostileText text={reason} multiline />
          </span>
        </Fact>
      )}
      {time === undefined ? null : <Fact name="Took">{time}</Fact>}
    </dl>
  )
}

/** What names the call and what it was decided under, to be quoted or looked for. */
export function CallNames({ detail: { summary, revision } }: { detail: CallDetail }) {
  return (
    <>
      <Fact name="Call">
        <span className="font-mono text-mono">
          <HostileText text={summary.call} />
        </span>{' '}
        <CopyButton value={summary.call} what="call id" />
      </Fact>
      <Fact name="Session">
        <Session session={summary.session} />
      </Fact>
      {revision === undefined ? null : (
        <Fact name="Policy then">
          revision <span className="font-mono text-mono">{revision.slice(0, 12)}</span>{' '}
          <CopyButton value={revision} what="policy revision" />
        </Fact>
      )}
    </>
  )
}
