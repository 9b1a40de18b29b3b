// A session that a person refused stays refused: over a lost connection, and over a restart of ours.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { layoutHere } from '../../broker/paths.ts'
import type { BrokerStatus } from '../../core/wire/ui-contract.ts'
import { createHome, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { createSpoolWriter, sample } from '../support/spool-writer.ts'
import { openPeer } from './socket-fixture.ts'

let home: TestHome
let broker: TestBroker

beforeEach(async () => {
  home = createHome({ 'asks.yaml': 'version: 1\ndefault: require-approval\n' })
  broker = await startTestBroker(home.home)
})
afterEach(async () => {
  await broker.stop()
  home.remove()
})

/** Resolves once the status is so, now or by a later event. */
function statusWith(satisfies: (status: BrokerStatus) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const off = broker.api.subscribe(({ event }) => {
      if (event.type === 'status.changed' && satisfies(event.status)) done()
    })
    const done = () => {
      off()
      resolve()
    }
    if (satisfies(broker.status())) done()
  })
}

/** A session whose proxy runs, as its spool tells. */
async function running(session: string): Promise<ReturnType<typeof createSpoolWriter>> {
  const spool = createSpoolWriter(layoutHere(home.home).spool, session)
  spool.append('session.started', sample.started({ pid: process.pid }))
  // A call makes news of it.
  spool.append('call.decided', sample.decided(`${session}.1`))
  await statusWith(({ sessions }) => sessions.some((one) => one.session === session))
  return spool
}

it('its proxy is told again when it comes back, also by the next broker, and a later word has a higher number', async () => {
  await running('mine')
  const peer = await openPeer(home.home, 'mine')
  await broker.ask('sessions.refuse', { session: 'mine', reason: 'enough' })
  const first = await peer.told('session.refusal')
  peer.end()
  await peer.closed

  const again = await openPeer(home.home, 'mine')
  expect(await again.told('session.refusal')).toMatchObject({ serial: first.serial, refusing: true, reason: 'enough' })
  expect(await again.request({ n: 1 })).toMatchObject({ outcome: 'refused', reason: 'enough' })
  again.end()
  await broker.stop()

  broker = await startTestBroker(home.home)
  expect(broker.status().sessions).toMatchObject([{ session: 'mine', refused: { by: 'test' } }])
  const third = await openPeer(home.home, 'mine')
  const restarted = await third.told('session.refusal')
  expect(restarted).toMatchObject({ refusing: true, by: 'test', reason: 'enough' })
  expect(restarted.serial).toBeGreaterThan(first.serial)
  expect(await broker.ask('sessions.resume', { session: 'mine' })).toEqual({ outcome: 'resumed' })
  const over = await third.told('session.refusal', ({ refusing }) => !refusing)
  expect(over.serial).toBeGreaterThan(restarted.serial)
  third.end()
  await broker.stop()

  // A proxy that was away must hear that it is over.
  broker = await startTestBroker(home.home)
  const fourth = await openPeer(home.home, 'mine')
  expect(await fourth.told('session.refusal')).toMatchObject({ refusing: false })
  fourth.end()
})

it('is forgotten when the session is over', async () => {
  const spool = await running('mine')
  const peer = await openPeer(home.home, 'mine')
  await broker.ask('sessions.refuse', { session: 'mine' })
  expect(broker.status().sessions).toMatchObject([{ refused: { by: 'test' } }])
  spool.append('session.ended', { reason: 'client-closed' })
  peer.end()
  await peer.closed
  await statusWith(({ sessions }) => sessions.length === 0)
  expect(await broker.ask('sessions.refuse', { session: 'mine' })).toEqual({ outcome: 'gone', cards: 0 })
})
