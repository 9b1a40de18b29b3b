// Who asks, where it would run, which rule holds it, and what was answered before.
import type { ReactNode } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { goTo } from '../../state/navigation.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { age, ago, count, exactTime } from '../../ui/time.ts'
import { thing } from './card-words.ts'

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-3 py-2 narrow:grid-cols-1 narrow:gap-0.5">
      <dt className="label pt-px">{name}</dt>
      <dd className="flex flex-col gap-0.5">{children}</dd>
    </div>
  )
}

function Mono({ children }: { children: ReactNode }) {
  return <span className="font-mono text-mono break-words [overflow-wrap:anywhere]">{children}</span>
}

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

function Rule({ card: { rule, confirm } }: { card: ApprovalCard }) {
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
      {confirm === 'click' ? null : <span>Its rule asks for the name to be typed before it is approved.</span>}
      <span className="text-muted">
        Policy revision <Mono>{rule.revision.slice(0, 12)}</Mono>
        <CopyButton value={rule.revision} what="policy revision" />
      </span>
    </>
  )
}

export function CardFacts({ card }: { card: ApprovalCard }) {
  const now = useNow()
  const { who, where } = card
  return (
    <dl className="divide-y divide-line border-t border-line">
      <Fact name="Who">
        <span>
          <HostileText text={who.client} />
          {who.clientInfo === undefined ? null : (
            <span className="text-muted">
              {' '}
              — it says it is “
              <HostileText text={who.clientInfo.name} /> <HostileText text={who.clientInfo.version} />”
            </span>
          )}
        </span>
        <span className="text-muted">
          {who.process === undefined ? null : (
            <>
              <HostileText text={who.process} />,{' '}
            </>
          )}
          pid <span className="tabular">{who.pid}</span>, session of {age(who.sessionStartedAt, now)}
        </span>
        <Mono>
          <HostileText text={who.folder} />
        </Mono>
      </Fact>
      <Fact name="Where">
        <HostileText text={where.server} />
        <Mono>
          {where.command.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: words of one immutable command
            <span key={index}>
              {index > 0 ? ' ' : ''}
              <HostileText text={/\s/.test(word) || word === '' ? JSON.stringify(word) : word} />
            </span>
          ))}
        </Mono>
        <span className="text-muted">
          Launch pin <Mono>{where.pin.slice(0, 12)}</Mono>
          <CopyButton value={where.pin} what="launch pin" />
        </span>
      </Fact>
      <Fact name="Held by">
        <Rule card={card} />
      </Fact>
      <Fact name="Before">
        {card.before.length === 0 ? (
          <span className="text-muted">
            {card.action === 'tools/call' ? 'No earlier call of this tool by this client.' : 'Not asked for before.'}
          </span>
        ) : (
          card.before.map((earlier) => (
            <span key={earlier.at} className="flex flex-wrap gap-x-2">
              <span className="w-24 text-muted tabular" title={exactTime(earlier.at)}>
                {ago(earlier.at, now)}
              </span>
              <span>{earlier.outcome}</span>
              <span className="text-muted">{earlier.sameArguments ? 'same arguments' : 'other arguments'}</span>
            </span>
          ))
        )}
      </Fact>
      <Fact name={`Exact ${thing(card)}`}>
        <span className="text-muted">
          Arguments <Mono>{card.argumentsHash.slice(0, 12)}</Mono>
          <CopyButton value={card.argumentsHash} what="argument hash" />
          {card.waiting > 1
            ? ` · ${count(card.waiting, `identical ${thing(card)}`)} wait on this card; one answer settles them`
            : ''}
        </span>
      </Fact>
    </dl>
  )
}
