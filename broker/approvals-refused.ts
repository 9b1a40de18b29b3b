// A refusal that nobody was there to hear: the caller holds a ticket, or comes back by itself. Its identical retry is told,
// once; a card about what was just refused would ask for the same answer again, and the reason would reach nobody.
import type { Entry } from './approval-card.ts'

export type Refusal = { approval: string; by: string; reason?: string }

export type UnheardRefusals = {
  /** A person refused this card. Does nothing where its caller hears of it, or took its call back. */
  refused(entry: Pick<Entry, 'id' | 'facts' | 'approval'>, by: string, reason: string | undefined): void
  /** The refusal of exactly this call: nothing if there is none, or it was told already. */
  take(binding: string): Refusal | undefined
  sessionGone(session: string): void
}

/** As long as the grant would have been good for that an approval leaves. */
const lifeMs = 10 * 60_000
const mostKept = 500

export function createUnheardRefusals(monotonic: () => number): UnheardRefusals {
  /** By binding, which names the session. */
  const kept = new Map<string, { refusal: Refusal; session: string; until: number }>()

  return {
    refused: ({ id, facts, approval: { waiting, absent } }, by, reason) => {
      if (waiting.length > 0 || absent === 'gone') return
      const [oldest] = kept.size >= mostKept ? kept.keys() : []
      if (oldest !== undefined) kept.delete(oldest)
      const refusal = { approval: id, by, ...(reason ? { reason } : {}) }
      kept.set(facts.binding, { refusal, session: facts.session.session, until: monotonic() + lifeMs })
    },
    take: (binding) => {
      const found = kept.get(binding)
      kept.delete(binding)
      return found && monotonic() < found.until ? found.refusal : undefined
    },
    sessionGone: (session) => {
      for (const [binding, one] of kept) if (one.session === session) kept.delete(binding)
    },
  }
}
