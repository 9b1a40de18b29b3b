// Who asks, where it would run, which rule holds it, and what was answered before.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { age } from '../../ui/time.ts'
import { CardHistory } from './card-history.tsx'
import { CardRule } from './card-rule.tsx'
import { thing } from './card-words.ts'
import { Fact, Mono } from './fact.tsx'
import { ServerWords } from './server-words.tsx'

function Who({ who }: Pick<ApprovalCard, 'who'>) {
  const now = useNow()
  return (
    <>
      <span>
        <HostileText text={who.client} />
        {who.clientInfo === undefined ? null : (
          <span className="text-muted">
            , which calls itself “
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
    </>
  )
}

function Where({ where }: Pick<ApprovalCard, 'where'>) {
  return (
    <>
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
    </>
  )
}

/** @param exact whether `card` stands for itself; of a group, each call has a hash of its own */
export function CardFacts({ card, exact = true }: { card: ApprovalCard; exact?: boolean }) {
  return (
    <>
      <dl className="divide-y divide-line border-t border-line">
        <Fact name="Held by">
          <CardRule card={card} />
        </Fact>
        <Fact name="Who">
          <Who who={card.who} />
        </Fact>
        <Fact name="Where">
          <Where where={card.where} />
        </Fact>
        <Fact name="Before">
          <CardHistory card={card} />
        </Fact>
        {exact ? (
          <Fact name={`Exact ${thing(card)}`}>
            <span className="text-muted">
              Arguments <Mono>{card.argumentsHash.slice(0, 12)}</Mono>
              <CopyButton value={card.argumentsHash} what="argument hash" />
            </span>
          </Fact>
        ) : null}
      </dl>
      {card.definition === undefined ? null : <ServerWords definition={card.definition} />}
    </>
  )
}
