// The dimensions and their values in words of ours, or marked where they are somebody else's.
import type { ReactNode } from 'react'
import type { Dimension, facets } from '../../../core/audit/call-filter.ts'
import { type RiskClass, riskClasses } from '../../../core/schema/risk-class.ts'
import { visibleText } from '../../../core/text/visible-text.ts'
import { type CallOutcome, callOutcomes } from '../../../core/wire/log-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Outcome, outcomes } from '../../ui/outcome.tsx'
import { riskWords } from '../../ui/risk.tsx'

export type Facet = (typeof facets)[number]

export const facetWords: Record<Dimension, string> = {
  outcome: 'Outcome',
  client: 'Client',
  server: 'Server',
  tool: 'Tool',
  risk: 'Risk',
  rule: 'Rule',
  'decided-by': 'Decided by',
  session: 'Session',
}

const isOutcome = (value: string): value is CallOutcome => callOutcomes.some((known) => known === value)
const isRisk = (value: string): value is RiskClass => riskClasses.some((known) => known === value)

/** Who or what decided, as the broker names it: short, for lists. */
export function deciderWords(by: string): string {
  if (by === 'desktop') return 'Desktop app'
  if (by === 'notification') return 'Notification'
  const [, session] = /^headless:(.+)$/s.exec(by) ?? []
  return session === undefined ? by : `Browser ${session}`
}

function plainName(dimension: Dimension, value: string): string {
  if (value === '' && dimension === 'rule') return 'No rule'
  if (value === '' && dimension === 'decided-by') return 'Nobody was asked'
  if (dimension === 'outcome' && isOutcome(value)) return outcomes[value].word
  if (dimension === 'risk' && isRisk(value)) return riskWords[value]
  return dimension === 'decided-by' ? deciderWords(value) : value
}

/** The value as plain text with nothing unseen in it, for the names of buttons. */
export const valueName = (dimension: Dimension, value: string): string =>
  visibleText(plainName(dimension, value).slice(0, 200))
    .parts.map((part) => (part.kind === 'text' ? part.text : ` ${part.label} `))
    .join('')

export function FacetValue({ dimension, value }: { dimension: Dimension; value: string }): ReactNode {
  if (dimension === 'outcome' && isOutcome(value)) return <Outcome outcome={value} />
  const none = value === ''
  const name = plainName(dimension, value).slice(0, 200)
  return none ? <span className="text-muted italic">{name}</span> : <HostileText text={name} />
}
