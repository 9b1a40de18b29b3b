// Which rule or default holds the call, in whose words, with a way to its line.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { goTo } from '../../state/navigation.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Mono } from './fact.tsx'

/** The note is that of the first of several rules. */
function Note({ rule: { note = '', rules } }: Pick<ApprovalCard, 'rule'>) {
  const words = note.trim()
  const [first, ...others] = rules
  if (words === '') return null
  return (
    <span className="whitespace-pre-line">
      <span className="text-muted">
        {first === undefined || others.length === 0 ? 'The rule' : <Mono>{first.id}</Mono>} says:
      </span>{' '}
      “<HostileText text={words} multiline />”
    </span>
  )
}

const asks: Partial<Record<ApprovalCard['confirm'], string>> = {
  'type-name': 'Its rule asks for the name to be typed before it is approved.',
  'os-auth': 'Its rule asks for the system to confirm who approves it.',
}

export function CardRule({ card: { rule, confirm, level } }: { card: ApprovalCard }) {
  // A critical one takes the typed name whatever its rule says.
  const asked = level === 'critical' && confirm === 'type-name' ? undefined : asks[confirm]
  return (
    <>
      <span>
        <HostileText text={rule.reason} />
      </span>
      <Note rule={rule} />
      {rule.rules.map(({ id, file, line }) => (
        <button
          key={`${file}/${id}`}
          type="button"
          onClick={() => goTo('policies', { policy: line === undefined ? { file } : { file, line } })}
          className="self-start text-left text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
        >
          <Mono>
            {id} · {line === undefined ? file : `${file}:${line}`}
          </Mono>
        </button>
      ))}
      {asked === undefined ? null : <span>{asked}</span>}
      <span className="text-muted">
        Policy revision <Mono>{rule.revision.slice(0, 12)}</Mono>
        <CopyButton value={rule.revision} what="policy revision" />
      </span>
    </>
  )
}
