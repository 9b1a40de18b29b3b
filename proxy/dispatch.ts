// Everything a chunk causes is gathered as steps and leaves together in `flush`, after one write to the spool.
import type { Spool } from '../core/audit/spool.ts'
import type { ClientMessage } from '../core/wire/client-message.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import { createOutbox, type Place } from './outbox.ts'

export type CallBatch = Extract<ClientMessage, { kind: 'batch' }>

export type SendStep = {
  type: 'send'
  calls: GovernedCall[]
  /** What goes out, line feed included. */
  line: Buffer | string
  batch?: CallBatch
  /** Its place in the order, where it has one already. */
  place?: Place
}
export type HoldStep = { type: 'hold'; call: GovernedCall }

/** What `flush` does, in order, once the spool has been written. */
export type Step =
  | { type: 'pass'; bytes: Buffer }
  | SendStep
  | HoldStep
  /** Something must be known first; its place in the order is kept meanwhile. */
  | { type: 'wait'; start(place: Place): void }
  /** One line to the client, or back to the server, without line feed. */
  | { type: 'line'; line: string | Buffer }
  | { type: 'reply'; line: string }

export type DispatchOptions = {
  spool: Spool
  /** Writes to the upstream. */
  send(data: Buffer | string): void
  /** Writes one line to the client. */
  answer(line: string | Buffer): void
  log(line: string): void
  monotonic(): number
  /** The upstream asks and asks, and does not read what it gets. */
  clogged(): boolean
  hold(call: GovernedCall): void
  /** What was to be sent or held cannot be put on record. */
  unrecorded(step: SendStep | HoldStep, error: Error): void
  /** A batch whose turn has come lost one of its calls meanwhile. */
  torn(step: SendStep, batch: CallBatch): void
}

export type Dispatch = {
  push(step: Step): void
  /** Puts on record, with one write, and then sends out what was pushed. */
  flush(): void
  /** Remembers what calls wait for that is not a person. */
  waitFor(wait: Promise<void>): void
  /** Resolves once nothing is waited for any more. */
  settled(): Promise<void>
}

export function createDispatch(options: DispatchOptions): Dispatch {
  const { spool } = options
  let steps: Step[] = []
  let recordProblem = ''
  const outbox = createOutbox(options.send)
  const waits = new Set<Promise<void>>()

  const waitFor = (wait: Promise<void>) => {
    waits.add(wait)
    void wait.finally(() => waits.delete(wait))
  }

  const reportRecordProblem = (error: Error) => {
    if (error.message !== recordProblem) options.log(`the audit record cannot be written: ${error.message}`)
    recordProblem = error.message
  }

  const flush = () => {
    const error = spool.flush()
    if (error) reportRecordProblem(error)
    const todo = steps
    steps = []
    for (const step of todo) {
      if (step.type === 'pass') outbox.add(() => step.bytes)
      else if (step.type === 'line') options.answer(step.line)
      else if (step.type === 'reply') outbox.add(() => (options.clogged() ? undefined : `${step.line}\n`))
      else if (step.type === 'wait') step.start(outbox.addWaiting())
      else if (error) options.unrecorded(step, error)
      else if (step.type === 'hold') options.hold(step.call)
      else send(step)
    }
    outbox.drain()
    if (steps.length > 0) flush()
  }

  const send = (step: SendStep) => {
    const durable = step.calls.some((call) => call.durable)
    if (step.calls.some((call) => call.origin !== 'client')) {
      step.place?.open()
      if (durable) whenOnDisk(step, () => deliver(step))
      else deliver(step)
      return
    }
    if (!durable && !step.place) return outbox.add(() => sent(step))
    const place = step.place ?? outbox.addWaiting()
    place.fill(() => sent(step))
    if (!durable) return place.open()
    for (const call of step.calls) call.release = place.open
    whenOnDisk(step, place.open)
  }

  const whenOnDisk = (step: SendStep, then: () => void) => {
    const onDisk = (error: Error | undefined) => {
      if (error) {
        reportRecordProblem(error)
        options.unrecorded(step, error)
      }
      then()
      flush()
    }
    waitFor(spool.sync().then(onDisk))
  }

  /** The line to send, its calls marked as running; nothing if one was taken back while it waited. */
  const sent = (step: SendStep): Buffer | string | undefined => {
    if (step.calls.some((call) => call.state !== 'forwarding')) {
      if (step.batch) options.torn(step, step.batch)
      return undefined
    }
    for (const call of step.calls) {
      advance(call, 'forwarding', 'running')
      call.sentAt = options.monotonic()
    }
    return step.line
  }

  /** What the server asks of the client goes the other way, and need not keep an order. Nothing goes if a part may not. */
  const deliver = (step: SendStep) => {
    if (step.calls.some((call) => call.state !== 'forwarding')) return
    for (const call of step.calls) {
      advance(call, 'forwarding', 'running')
      call.sentAt = options.monotonic()
    }
    options.answer(typeof step.line === 'string' ? step.line.slice(0, -1) : step.line.subarray(0, -1))
  }

  return {
    push: (step) => steps.push(step),
    flush,
    waitFor,
    settled: async () => {
      while (waits.size > 0) await Promise.all(waits)
    },
  }
}
