// A window that missed something must notice it: order, gaps, lost connections, used links.
import { describe, expect, it } from 'vitest'
import type { UiEventEnvelope, UiResult, UiTransport } from '../../core/wire/ui-contract.ts'
import { type Connection, startSync } from '../../renderer/state/sync.ts'
import { readEvent, readReply } from '../../renderer/transport/reply.ts'
import { UiRequestError } from '../../renderer/transport/request-error.ts'
import { settings, status } from './gallery/fixtures.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

function rig() {
  const log: string[] = []
  const pending: { resolve: (value: UiResult<'snapshot'>) => void; reject: (error: Error) => void }[] = []
  const timers: (() => void)[] = []
  let listener: (envelope: UiEventEnvelope) => void = () => {}
  let onGap = (): void => {}
  let unsubscribed = 0
  const transport: UiTransport = {
    request: () => new Promise((resolve, reject) => pending.push({ resolve: resolve as never, reject })),
    subscribe: (next, gap) => {
      log.push('subscribe')
      listener = next
      onGap = gap
      return () => {
        unsubscribed += 1
      }
    },
  }
  const stop = startSync(
    transport,
    {
      snapshot: ({ seq }) => log.push(`snapshot ${seq}`),
      event: (event) => log.push(event.type === 'policies.changed' ? `event ${event.revision}` : event.type),
      connection: ({ state }: Connection) => log.push(state),
    },
    (_, run) => {
      timers.push(run)
      return () => timers.splice(timers.indexOf(run), 1)
    },
  )
  return {
    log,
    pending,
    timers,
    stop,
    unsubscribed: () => unsubscribed,
    gap: () => onGap(),
    emit: (seq: number) => listener({ seq, event: { type: 'policies.changed', revision: String(seq) } }),
    snapshot: async (seq: number) => {
      pending.shift()?.resolve({ seq, approvals: [], grants: [], status, settings })
      await settled()
    },
    fail: async (error: Error) => {
      pending.shift()?.reject(error)
      await settled()
    },
  }
}

describe('startSync', () => {
  it('subscribes before it asks, buffers, and applies only what the snapshot did not hold', async () => {
    const { log, emit, snapshot } = rig()
    emit(4)
    emit(5)
    emit(6)
    await snapshot(5)
    emit(6)
    emit(7)
    expect(log).toEqual(['subscribe', 'connecting', 'snapshot 5', 'live', 'event 6', 'event 7'])
  })

  it('takes a new snapshot at a gap and goes on from it', async () => {
    const { log, emit, snapshot, pending } = rig()
    await snapshot(5)
    emit(8)
    expect(pending).toHaveLength(1)
    emit(9)
    await snapshot(8)
    expect(log.slice(2)).toEqual(['snapshot 5', 'live', 'snapshot 8', 'live', 'event 9'])
  })

  it('ignores the answer to an older question', async () => {
    const { log, gap, snapshot } = rig()
    gap()
    await snapshot(3)
    await snapshot(4)
    expect(log.filter((line) => line.startsWith('snapshot'))).toEqual(['snapshot 4'])
  })

  it('says that the connection is lost and tries again', async () => {
    const { log, fail, snapshot, timers, gap } = rig()
    await snapshot(1)
    gap()
    await fail(new UiRequestError('unreachable', 'no route'))
    expect(log.at(-1)).toBe('lost')
    timers.shift()?.()
    await snapshot(2)
    expect(log.at(-1)).toBe('live')
  })

  it('stops for good where the session is not accepted', async () => {
    const { log, fail, timers, unsubscribed, emit } = rig()
    await fail(new UiRequestError('unauthorized', 'used'))
    emit(1)
    expect(log.at(-1)).toBe('unauthorized')
    expect(timers).toEqual([])
    expect(unsubscribed()).toBe(1)
  })

  it('tells a broken contract from a lost connection', async () => {
    const { log, fail } = rig()
    await fail(new UiRequestError('bad-reply', 'snapshot answered nonsense'))
    expect(log.at(-1)).toBe('incompatible')
  })
})

describe('replies and events', () => {
  it.each([
    ['a value', { ok: true, value: { outcome: 'ran' } }, undefined],
    ['an unknown outcome', { ok: true, value: { outcome: 'maybe' } }, 'bad-reply'],
    ['an unknown key', { ok: true, value: { outcome: 'ran', extra: 1 } }, 'bad-reply'],
    ['no envelope', 'nonsense', 'bad-reply'],
    ['the broker’s error', { ok: false, error: { code: 'bad-params', message: 'no' } }, 'bad-params'],
  ])('reads %s', (_, raw, code) => {
    const read = () => readReply('approvals.approve', raw)
    if (code === undefined) expect(read()).toEqual({ outcome: 'ran' })
    else expect(read).toThrow(expect.objectContaining({ code }))
  })

  it('does not pass on an event that breaks the contract', () => {
    expect(readEvent({ seq: 1, event: { type: 'approve', id: 'x' } })).toBeUndefined()
    expect(readEvent({ seq: 1, event: { type: 'policies.changed', revision: 'r' } })?.seq).toBe(1)
  })
})
