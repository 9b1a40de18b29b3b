// Chooses how this window reaches the broker.
import type { UiTransport } from '../../core/wire/ui-contract.ts'
import { electronTransport } from './electron.ts'
import { httpTransport } from './http.ts'

/** The preload's bridge where there is one (desktop), else the headless host that served this page. */
export function connectTransport(): UiTransport {
  return window.countersign === undefined ? httpTransport() : electronTransport(window.countersign)
}
