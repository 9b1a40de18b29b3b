// The buttons of a notification against the real broker, with a program on its socket that holds calls as a proxy does.
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startBroker } from '../../broker/broker.ts'
import type { Broker } from '../../broker/host-contract.ts'
import { openPeer, type Peer } from '../broker/socket-fixture.ts'
import { resetShim } from '../shim/electron.ts'
import { brokerThreads } from '../support/countersign.ts'
import { createTestClock, removeFolder, temporaryFolder } from './harness.ts'
import { type Noticing, newest, settled, startNoticing } from './notifier-fixture.ts'

let home: string
let broker: Broker
let peer: Peer
let noticing: Noticing

beforeEach(async () => {
  home = temporaryFolder()
  broker = await startBroker({
    home,
    host: 'desktop',
    version: '0.0.0',
    starterPolicies: path.join(import.meta.dirname, '..', '..', 'policies'),
    ...brokerThreads,
    log: () => undefined,
  })
  peer = await openPeer(home, 'a-session')
  noticing = await startNoticing({ started: broker, clock: createTestClock(Date.now()) })
})
afterEach(async () => {
  noticing.closeAll()
  peer.end()
  await broker.stop()
  removeFolder(home)
  resetShim()
})

/** Resolves when the next card is open. */
const cardOpens = (): Promise<{ id: string; binding: string; waiting: number }> =>
  new Promise((resolve) => {
    const stop = broker.api.subscribe(({ event }) => {
      if (event.type !== 'approval.changed') return
      stop()
      resolve(event.card)
    })
  })

const hold = async () => {
  const opened = cardOpens()
  const answer = peer.request({ path: 'notes.md' })
  const card = await opened
  noticing.clock.pass(1000)
  return { answer, card }
}

test('refusing on it refuses the call, and says that it was there', async () => {
  const { answer } = await hold()
  newest().press('Refuse')
  expect(await answer).toMatchObject({ outcome: 'refused', by: 'notification' })
  await settled()
  expect([newest().closed, noticing.opened]).toEqual([true, []])
})

test('pressed in the moment in which the window answers, it comes too late and opens the app', async () => {
  const { answer, card } = await hold()
  const pressed = newest()
  const { id, binding, waiting } = card
  const first = broker.api.handle('approvals.approve', { id, binding, waiting }, 'desktop')
  pressed.press('Refuse')
  expect(await first).toEqual({ ok: true, value: { outcome: 'ran' } })
  expect(await answer).toMatchObject({ outcome: 'approved', by: 'desktop' })
  await settled()
  expect(noticing.opened).toEqual(['queue'])
})

test('pressed after the client took its call back, it decides nothing and opens the app', async () => {
  const { answer } = await hold()
  await peer.ask('approval.cancel', { call: 'a-session.1', why: 'other', waitedMs: 0 })
  await answer
  newest().press('Refuse')
  await settled()
  expect(noticing.opened).toHaveLength(1)
  const reply = await broker.api.handle('snapshot', {}, 'desktop')
  // The card stays: the caller is gone, nobody has decided.
  expect(reply).toMatchObject({ ok: true, value: { approvals: [{ caller: { state: 'gone' } }] } })
})
