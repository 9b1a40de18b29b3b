// A person refuses everything of this session until they take it back. It stays in force without a connection: what cannot
// be taken back has not been.
import type { BrokerNotice } from '../core/wire/broker-contract.ts'

export type RefusalWord = Pick<BrokerNotice<'session.refusal'>, 'refusing' | 'by' | 'reason'>

export type SessionRefusal = {
  /** What the broker said, and was found to have said. */
  heard(word: RefusalWord): void
  /** Why everything is refused, where it is: a sentence without its full stop. */
  reason(): string | undefined
  /** A call was refused for it: without a connection nobody could say that it is over. */
  applied(): void
}

export function createSessionRefusal(connect: () => void): SessionRefusal {
  let reason: string | undefined

  return {
    heard: (word) => {
      const why = word.reason === undefined ? '' : `: ${word.reason}`
      reason = word.refusing ? `a person refuses everything of this session${why}` : undefined
    },
    reason: () => reason,
    applied: connect,
  }
}
