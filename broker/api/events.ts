// The one stream of events every UI follows, numbered so that a gap is noticed.
import type { UiEvent, UiEventEnvelope } from '../../core/wire/ui-contract.ts'

export type Events = {
  seq(): number
  emit(event: UiEvent): void
  subscribe(listener: (envelope: UiEventEnvelope) => void): () => void
}

/** A listener that throws is logged, and takes nothing from the others or from what the event tells of. */
export function createEvents(log: (line: string) => void): Events {
  let seq = 0
  const listeners = new Set<(envelope: UiEventEnvelope) => void>()
  return {
    seq: () => seq,
    emit: (event) => {
      seq += 1
      const envelope = { seq, event }
      for (const listener of [...listeners]) {
        try {
          listener(envelope)
        } catch (error) {
          log(`a listener failed at ${event.type}: ${(error as Error).stack}`)
        }
      }
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
