// Keeps a window in step with the broker: subscribe first, then snapshot, then events in order; a gap or a lost
// connection leads to a new snapshot, never to a guess.
import type { UiEvent, UiEventEnvelope, UiResult, UiTransport } from '../../core/wire/ui-contract.ts'
import { problemText, UiRequestError } from '../transport/request-error.ts'

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** Nobody answers; tried again by itself. */
  | { readonly state: 'lost'; readonly problem: string }
  /** The session is not known (any more): only a new link helps. */
  | { readonly state: 'unauthorized' }
  /** The broker speaks another version of the contract. */
  | { readonly state: 'incompatible'; readonly problem: string }

export type SyncSink = {
  snapshot(snapshot: UiResult<'snapshot'>): void
  event(event: UiEvent): void
  connection(connection: Connection): void
}

/** Calls back once after `ms` milliseconds; returns a function that prevents it. */
export type Schedule = (ms: number, run: () => void) => () => void

const retryDelays = [500, 1000, 2000, 5000]

/** @returns a function that ends it. */
export function startSync(transport: UiTransport, sink: SyncSink, schedule: Schedule): () => void {
  /** Sequence number of the last applied event; nothing while a snapshot is under way. */
  let seq: number | undefined
  let buffered: UiEventEnvelope[] = []
  let failures = 0
  let round = 0
  let stopped = false
  let cancelRetry = (): void => {}

  const reload = (): void => {
    if (stopped) return
    seq = undefined
    round += 1
    cancelRetry()
    const mine = round
    transport.request('snapshot', {}).then(
      (snapshot) => {
        if (mine !== round || stopped) return
        failures = 0
        sink.snapshot(snapshot)
        sink.connection({ state: 'live' })
        seq = snapshot.seq
        const late = buffered
        buffered = []
        for (const envelope of late) receive(envelope)
      },
      (error: unknown) => {
        if (mine === round && !stopped) failed(error)
      },
    )
  }

  const failed = (error: unknown): void => {
    const code = error instanceof UiRequestError ? error.code : 'internal'
    if (code === 'unauthorized') {
      stop()
      sink.connection({ state: 'unauthorized' })
      return
    }
    const problem = problemText(error)
    const incompatible = code === 'bad-reply' || code === 'unknown-method' || code === 'bad-params'
    sink.connection(incompatible ? { state: 'incompatible', problem } : { state: 'lost', problem })
    const delay = retryDelays[Math.min(failures, retryDelays.length - 1)] ?? 5000
    failures += 1
    cancelRetry = schedule(delay, reload)
  }

  const receive = (envelope: UiEventEnvelope): void => {
    if (stopped) return
    if (seq === undefined) {
      buffered.push(envelope)
    } else if (envelope.seq === seq + 1) {
      seq = envelope.seq
      sink.event(envelope.event)
    } else if (envelope.seq > seq) {
      buffered = [envelope]
      reload()
    }
  }

  const unsubscribe = transport.subscribe(receive, reload)
  const stop = (): void => {
    stopped = true
    cancelRetry()
    unsubscribe()
  }
  sink.connection({ state: 'connecting' })
  reload()
  return stop
}
