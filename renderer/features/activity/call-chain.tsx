// How the call is named, and where it stands in the chain of the whole log: what a head that is kept elsewhere can be
// compared with.
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { count } from '../../ui/time.ts'
import { CallNames } from './call-facts.tsx'
import { Fact, Section } from './call-section.tsx'

const number = (seq: number): string => `#${seq.toLocaleString('en-US')}`

function EventHash({ name, event: { seq, hash } }: { name: string; event: CallDetail['events'][number] }) {
  return (
    <Fact name={name}>
      <span className="font-mono text-mono tabular">
        {number(seq)} · {hash.slice(0, 16)}…
      </span>{' '}
      <CopyButton value={hash} what={`hash of the ${name.toLowerCase()}`} />
    </Fact>
  )
}

/** Its beginning went with the older part of the log: every call begins with one of these. */
const isPart = ({ events, chain }: CallDetail): boolean => {
  const first = events[0]?.type
  return chain.begins > 1 && first !== 'call.received' && first !== 'call.decided'
}

export function CallChain({ detail }: { detail: CallDetail }) {
  const { events, chain } = detail
  const first = events[0]
  const last = events.at(-1)
  return (
    <Section title="On record">
      <dl className="border-t border-line">
        <CallNames detail={detail} />
        {first === undefined ? null : <EventHash name="First event" event={first} />}
        {last === undefined || last === first ? null : <EventHash name="Last event" event={last} />}
        <Fact name="After it">
          <span className="tabular">
            {last === undefined || last.seq >= chain.head
              ? 'Nothing yet: its last event is the head of the log.'
              : `${count(chain.head - last.seq, 'event')}, up to the head ${number(chain.head)}`}
          </span>
        </Fact>
        <Fact name="Log begins">
          <span className="tabular">
            {chain.begins <= 1
              ? 'At its first event; nothing was given up.'
              : `At ${number(chain.begins)}; what is older was given up behind a signed checkpoint.`}
          </span>
        </Fact>
      </dl>
      {isPart(detail) ? (
        <p className="border-l-2 border-hold-line pl-3 text-muted">
          The beginning of this call went with the older part of the log, so its record here is not whole.
        </p>
      ) : null}
    </Section>
  )
}
