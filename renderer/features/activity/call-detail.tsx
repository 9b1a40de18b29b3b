// The record of one call from top to bottom: what it was, what went in and came out, what happened and why.
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Outcome, outcomes } from '../../ui/outcome.tsx'
import { CallArguments } from './call-arguments.tsx'
import { CallChain } from './call-chain.tsx'
import { CallFacts } from './call-facts.tsx'
import { Section } from './call-section.tsx'
import { CallSimilar } from './call-similar.tsx'
import { CallTimeline } from './call-timeline.tsx'
import { RecordedValue } from './call-value.tsx'
import { CallWhy } from './call-why.tsx'
import { actionOf, wholeHashes } from './recorded.ts'

function Head({ detail }: { detail: CallDetail }) {
  const { tool, outcome } = detail.summary
  const action = actionOf(detail)
  return (
    <div className="flex flex-col gap-1">
      <h2 className="text-summary font-semibold">
        <HostileText text={tool} />
      </h2>
      {action === undefined || action === 'tools/call' ? null : (
        <p className="text-muted">
          <span className="font-mono text-mono text-text">{action}</span>, not a tool call
        </p>
      )}
      <p className="text-title font-medium">
        <Outcome outcome={outcome} />
      </p>
      <p className="text-muted">{outcomes[outcome].means}</p>
    </div>
  )
}

export function CallDetailView({ detail }: { detail: CallDetail }) {
  const hashes = wholeHashes(detail)
  return (
    <div className="flex flex-col gap-6 px-5 py-5">
      <Head detail={detail} />
      <CallFacts detail={detail} />
      <CallArguments detail={detail} />
      {detail.result === undefined ? null : (
        <RecordedValue
          title="Result, the server’s words"
          what="result"
          recorded={detail.result}
          wholeHash={hashes.result}
        />
      )}
      <Section title="What happened">
        <CallTimeline events={detail.events} leftOut={detail.eventsLeftOut} />
      </Section>
      <CallWhy call={detail.summary.call} />
      <CallChain detail={detail} />
      <CallSimilar detail={detail} />
    </div>
  )
}
