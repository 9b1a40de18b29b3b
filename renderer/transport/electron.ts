// The desktop transport: the two functions that the preload script exposes.
import type { UiReply, UiTransport } from '../../core/wire/ui-contract.ts'
import { readEvent, readReply } from './reply.ts'
import { problemText, UiRequestError } from './request-error.ts'

export type CountersignBridge = {
  request(method: string, params: unknown): Promise<UiReply>
  subscribe(listener: (envelope: unknown) => void): () => void
}

declare global {
  interface Window {
    readonly countersign?: CountersignBridge
  }
}

export function electronTransport(bridge: CountersignBridge): UiTransport {
  return {
    request: async (method, params) => {
      const raw = await bridge.request(method, params).catch((error: unknown) => {
        throw new UiRequestError('unreachable', problemText(error))
      })
      return readReply(method, raw)
    },
    subscribe: (listener, onGap) =>
      bridge.subscribe((raw) => {
        const envelope = readEvent(raw)
        if (envelope === undefined) onGap()
        else listener(envelope)
      }),
  }
}
