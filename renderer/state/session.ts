// The one store of what the broker said, with the door back to it. Screens read from here and never keep a copy.
import { create } from 'zustand'
import type { UiEvent, UiMethod, UiParams, UiResult, UiTransport } from '../../core/wire/ui-contract.ts'
import { UiRequestError } from '../transport/request-error.ts'
import { applyEvent, type Model, modelFromSnapshot } from './model.ts'
import { type Connection, startSync } from './sync.ts'

type SessionState = { readonly connection: Connection; readonly model: Model | undefined }

export const useSession = create<SessionState>()(() => ({ connection: { state: 'connecting' }, model: undefined }))

const listeners = new Set<(event: UiEvent) => void>()
let transport: UiTransport | undefined

/** Starts to follow the broker; called once, by main.tsx. */
export function startSession(chosen: UiTransport): () => void {
  transport = chosen
  return startSync(
    chosen,
    {
      snapshot: (snapshot) => useSession.setState(({ model }) => ({ model: modelFromSnapshot(snapshot, model) })),
      event: (event) => {
        useSession.setState(({ model }) => (model === undefined ? {} : { model: applyEvent(model, event) }))
        for (const listener of listeners) listener(event)
      },
      connection: (connection) => useSession.setState({ connection }),
    },
    (ms, run) => {
      const timer = window.setTimeout(run, ms)
      return () => window.clearTimeout(timer)
    },
  )
}

/** Asks the broker. @throws UiRequestError */
export async function request<M extends UiMethod>(method: M, params: UiParams<M>): Promise<UiResult<M>> {
  if (transport === undefined) throw new UiRequestError('unreachable', 'Not connected yet.')
  return transport.request(method, params)
}

/** Events that are passing news rather than state (changed calls, reveal). @returns a function that stops it. */
export function onEvent(listener: (event: UiEvent) => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
