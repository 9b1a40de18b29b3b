// What this computer can ask for where a rule wants the system to confirm who approves.
import type { BrokerStatus } from '../../../core/wire/ui-contract.ts'
import { Row, Section } from './field.tsx'

const names: Record<NonNullable<BrokerStatus['osAuth']>, string> = {
  'touch-id': 'Touch ID',
  'windows-hello': 'Windows Hello',
}

export function Confirming({ osAuth }: Pick<BrokerStatus, 'osAuth'>) {
  const name = osAuth === undefined ? 'Typed name' : names[osAuth]
  return (
    <Section title="Confirming who approves">
      <Row
        title="Rules with os-auth"
        about={
          osAuth === undefined
            ? 'This computer offers nothing that Countersign can ask, so these rules have the name of what is called typed instead.'
            : `${name} asks who sits here before such a call is approved. Where it confirms nobody, nothing is approved.`
        }
      >
        <span className="font-medium">{name}</span>
      </Row>
    </Section>
  )
}
