// The one stream of events every UI follows, numbered so that a gap is noticed.
import type { UiEvent, UiEventEnvelope } from '../../core/wire/ui-contract.ts'

export type Events = {
  seq(): number
  emit(event: UiEvent): void
  subscribe(listener: (envelope: UiEventEnvelope) => void): () => void
}

export function createEvents(): Events {
  let seq = 0
  const listeners = new Set<(envelope: UiEventEnvelope) => void>()
  return {
    seq: () => seq,
    emit: (event) => {
      seq += 1
      for (const listener of listeners) listener({ seq, event })
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
