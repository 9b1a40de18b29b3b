// What the broker tells proxies over the real socket: how long to hold, that a person refuses all of a session, and what a
// person put in the place of the arguments, signed for the connection that asked.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../broker/approval-card.ts'
import { layoutHere } from '../../broker/paths.ts'
import { answerMessage, type BrokerNotice, sessionRefusalMessage } from '../../core/wire/broker-contract.ts'
import { createHome, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { askOf } from './approvals-fixture.ts'
import { openPeer, type Peer, peerOf } from './socket-fixture.ts'

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

const signedBy = (message: string, signature: string) =>
  crypto.verify(
    null,
    Buffer.from(message),
    fs.readFileSync(layoutHere(home.home).publicKey, 'utf8'),
    Buffer.from(signature, 'base64'),
  )

describe('how long to hold', () => {
  it('is said when the session opens, and again when a person changes it, to that client alone', async () => {
    const peer = await peerOf(home.home)
    await peer.hello()
    const { clients } = await broker.ask('budgets.list', {})
    expect(clients).toEqual([])
    const opened = (await peer.open('mine')) as { holdBudget: { ms: number } }
    const other = await openPeer(home.home, 'other', { client: 'claude-code' })
    await broker.ask('budgets.set', { client: 'cursor', ms: opened.holdBudget.ms + 5_000 })
    const told = await peer.told('session.budget')
    expect(told.holdBudget).toMatchObject({ ms: opened.holdBudget.ms + 5_000, source: 'settings' })
    await broker.ask('budgets.set', { client: 'claude-code', ms: 7_000 })
    // The first it hears is its own.
    expect((await other.told('session.budget')).holdBudget.ms).toBe(7_000)
    peer.end()
    other.end()
  })

  it('is learned from a held call that the client itself timed out, and from none that it did not ask about', async () => {
    const peer = await openPeer(home.home, 'mine')
    await peer.ask('approval.cancel', { call: 'mine.9', why: 'timed-out', waitedMs: 4_000 })
    const held = peer.request({ n: 1 })
    await broker.card()
    expect((await broker.ask('budgets.list', {})).clients.map(({ observedMs }) => observedMs)).toEqual([undefined])
    await peer.ask('approval.cancel', { call: 'mine.1', why: 'timed-out', waitedMs: 8_000 })
    expect(await held).toMatchObject({ outcome: 'cancelled' })
    expect((await peer.told('session.budget')).holdBudget).toMatchObject({ ms: 6_000, source: 'learned' })
    peer.end()
  })
})

describe('a session of which everything is refused', () => {
  const isSigned = (peer: Peer, { serial, refusing, signature }: BrokerNotice<'session.refusal'>) =>
    signedBy(sessionRefusalMessage({ nonce: peer.nonce, session: 'mine', serial, refusing }), signature)

  it('is told so with a signature, and that it is over; what waited and what it asks meanwhile is refused', async () => {
    const peer = await openPeer(home.home, 'mine')
    const other = await openPeer(home.home, 'other')
    const held = peer.request({ n: 1 })
    const others = other.request({ n: 1 })
    await broker.card(({ who }) => who.session === 'mine')
    const card = await broker.card(({ who }) => who.session === 'other')
    const answer = await broker.ask('sessions.refuse', { session: 'mine', reason: 'it goes in circles' })
    expect(answer).toEqual({ outcome: 'refused', cards: 1 })
    expect(await held).toMatchObject({ outcome: 'refused', reason: 'it goes in circles' })
    const refusal = await peer.told('session.refusal')
    expect(refusal).toMatchObject({ refusing: true, reason: 'it goes in circles', by: 'test' })
    expect(isSigned(peer, refusal)).toBe(true)
    expect(isSigned(other, refusal)).toBe(false)
    const again = await peer.ask('approval.request', askOf({ n: 2 }, { call: 'mine.2' }))
    expect(again).toEqual({ outcome: 'refused', by: 'test', reason: 'it goes in circles' })
    expect((await broker.ask('snapshot', {})).approvals).toMatchObject([{ id: card.id }])

    expect(await broker.ask('sessions.resume', { session: 'mine' })).toEqual({ outcome: 'resumed' })
    expect(await broker.ask('sessions.resume', { session: 'mine' })).toEqual({ outcome: 'not-refused' })
    const over = await peer.told('session.refusal', ({ refusing }) => !refusing)
    expect(over.serial).toBeGreaterThan(refusal.serial)
    expect(isSigned(peer, over)).toBe(true)
    await broker.approve(card)
    expect(await others).toMatchObject({ outcome: 'approved' })
    peer.end()
    other.end()
  })

  it('is not one that nobody knows', async () => {
    expect(await broker.ask('sessions.refuse', { session: 'nobody' })).toEqual({ outcome: 'gone', cards: 0 })
  })
})

it('lockdown refuses what waits and what comes, and lifting it lets calls be asked about again', async () => {
  const peer = await openPeer(home.home, 'mine')
  const held = peer.request({ n: 1 })
  await broker.card()
  expect(await broker.ask('lockdown.set', { on: true })).toEqual({ on: true })
  expect(await held).toMatchObject({ outcome: 'refused', by: 'test', reason: expect.stringContaining('locked down') })
  expect(await peer.request({ n: 2 })).toMatchObject({ outcome: 'refused' })
  expect(broker.status().lockdown).toMatchObject({ by: 'test' })
  await broker.ask('lockdown.set', { on: false })
  const again = peer.ask('approval.request', askOf({ n: 3 }, { call: 'mine.3' }))
  await broker.approve(await broker.card(({ arguments: args }) => args['n'] === 3))
  expect(await again).toMatchObject({ outcome: 'approved' })
  peer.end()
})

it('edited arguments are covered by the signature of the answer', async () => {
  const peer = await openPeer(home.home, 'mine')
  const held = peer.request({ n: 1 })
  const { id, binding, waiting } = await broker.card()
  await broker.ask('approvals.approve', { id, binding, waiting, edited: { n: 2 } })
  const answer = (await held) as Answer & { signature: string }
  expect(answer).toMatchObject({ outcome: 'approved', edited: { n: 2 } })
  const asked = askOf({ n: 1 }, { call: 'mine.1' })
  const of = { nonce: peer.nonce, session: peer.introduction(), asked, outcome: 'approved' }
  expect(signedBy(answerMessage({ ...of, edited: { n: 2 } }), answer.signature)).toBe(true)
  for (const edited of [{ n: 3 }, undefined]) {
    expect(signedBy(answerMessage({ ...of, ...(edited ? { edited } : {}) }), answer.signature)).toBe(false)
  }
  peer.end()
})
