// The shell's picture of the broker: that events and snapshots, in whatever order they come, leave the newest.
import { expect, test } from 'vitest'
import type { UiApi } from '../../broker/host-contract.ts'
import type { ApprovalCard, UiEvent, UiEventEnvelope } from '../../core/wire/ui-contract.ts'
import { followBroker, type ShellState } from '../../electron/shell-state.ts'
import { card, createFakeBroker } from './fake-broker.ts'

/** A broker whose events and answers the test lets out one by one. */
const slowBroker = async () => {
  const fake = createFakeBroker()
  const options = { home: '/nowhere', host: 'desktop', version: '0.0.0' } as const
  const files = { starterPolicies: '', readerFile: '', verifyFile: '' }
  const template = await (await fake.start({ ...options, ...files, log: () => undefined })).api.handle(
    'snapshot',
    {},
    'test',
  )
  if (!template.ok) throw new Error('no snapshot')
  const listeners = new Set<(envelope: UiEventEnvelope) => void>()
  const asked: PromiseWithResolvers<Awaited<ReturnType<UiApi['handle']>>>[] = []
  const api: UiApi = {
    handle: () => {
      const answer = Promise.withResolvers<Awaited<ReturnType<UiApi['handle']>>>()
      asked.push(answer)
      return answer.promise
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    api,
    listeners,
    emit: (seq: number, event: UiEvent) => {
      for (const listener of listeners) listener({ seq, event })
    },
    answer: (seq: number, approvals: ApprovalCard[]) =>
      asked.shift()?.resolve({ ok: true, value: { ...Object(template.value), seq, approvals } }),
    refuse: () => asked.shift()?.resolve({ ok: false, error: { code: 'internal', message: 'The disk is full.' } }),
  }
}

const opened = (id: string): UiEvent => ({ type: 'approval.changed', card: card(id) })
const closed = (id: string): UiEvent => ({ type: 'approval.closed', id, outcome: 'refused' })

const follow = async (api: UiApi) => {
  const states: ShellState[] = []
  const ids = () => states.at(-1)?.cards.map(({ id }) => id)
  return { states, ids, following: followBroker(api, (state) => states.push(state)) }
}

test('an event from before the snapshot does not count twice, one from after it does', async () => {
  const broker = await slowBroker()
  const { ids, following } = await follow(broker.api)
  broker.emit(4, opened('old'))
  broker.emit(5, closed('old'))
  broker.emit(6, opened('new'))
  broker.answer(5, [])
  await following
  expect(ids()).toEqual(['new'])
  broker.emit(6, closed('new'))
  expect(ids()).toEqual(['new'])
  broker.emit(7, closed('new'))
  expect(ids()).toEqual([])
})

test('a look at the clock never brings back what an event took away meanwhile', async () => {
  const broker = await slowBroker()
  const { ids, states, following } = await follow(broker.api)
  broker.answer(5, [card('a')])
  const followed = await following
  const before = states.length
  const refreshed = followed.refresh()
  broker.emit(6, closed('a'))
  broker.answer(5, [card('a')])
  await refreshed
  expect(ids()).toEqual([])
  // It is said all the same: whoever shows it was asleep.
  expect(states.length).toBe(before + 2)
})

test('a look at the clock counts when nothing newer came', async () => {
  const broker = await slowBroker()
  const { ids, following } = await follow(broker.api)
  broker.answer(5, [card('a')])
  const followed = await following
  const refreshed = followed.refresh()
  broker.answer(9, [card('b')])
  await refreshed
  expect(ids()).toEqual(['b'])
  broker.emit(9, closed('b'))
  expect(ids()).toEqual(['b'])
})

test('without a snapshot nothing is followed', async () => {
  const broker = await slowBroker()
  const { following } = await follow(broker.api)
  broker.refuse()
  await expect(following).rejects.toThrow('The disk is full.')
  expect(broker.listeners.size).toBe(0)
})

const elsewhere: UiEvent[] = [
  { type: 'grants.changed', grants: [] },
  { type: 'calls.changed', calls: [] },
  { type: 'verify.changed', verify: { state: 'none' } },
  { type: 'policies.changed', revision: 'r2' },
  { type: 'reveal', screen: 'statistics' },
]
test.each(elsewhere)('$type is nothing to tray and notifications', async (event) => {
  const broker = await slowBroker()
  const { states, following } = await follow(broker.api)
  broker.answer(1, [])
  await following
  const before = states.length
  broker.emit(2, event)
  expect(states.length).toBe(before)
})
