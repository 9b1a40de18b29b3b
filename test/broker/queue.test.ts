// The queue in a real broker: what an edit of the policies and a remembered answer do to the calls that wait.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApprovalCard } from '../../core/wire/ui-contract.ts'
import { createHome, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { askOf } from './approvals-fixture.ts'
import { openPeer, type Peer } from './socket-fixture.ts'

const asks = `version: 1
rules:
  - id: ask
    effect: require-approval
    tools: [write_note]
`
const rules = [{ id: 'ask', file: 'asks.yaml', line: 3 }]

let home: TestHome
let broker: TestBroker
let peer: Peer

beforeEach(async () => {
  home = createHome({ 'asks.yaml': asks })
  broker = await startTestBroker(home.home)
  peer = await openPeer(home.home, 'mine')
})
afterEach(async () => {
  peer.end()
  await broker.stop()
  home.remove()
})

const revision = () => broker.status().policy.revision
const ask = (n: number, changes: Parameters<typeof askOf>[1] = {}) =>
  peer.ask(
    'approval.request',
    askOf({ n }, { call: `mine.${n}`, source: 'rule', rules, revision: revision(), ...changes }),
  )
const cardOf = (n: number) => broker.card((card) => card.arguments['n'] === n)
async function publish(file: string, text: string): Promise<void> {
  const before = revision()
  home.writePolicy(file, text)
  await broker.event('policies.changed', (event) => event.revision !== before && event.revision === revision())
}

describe('an edit of the policies', () => {
  it('sends back what is not held any more, and leaves a call that is about something else', async () => {
    const held = ask(1)
    const other = ask(2)
    const card = await cardOf(1)
    await cardOf(2)
    await publish('asks.yaml', `${asks}    unless: { n: 1 }\n`)
    expect(await held).toEqual({ outcome: 'rejudge', approval: card.id })
    // The rule is another one now, so what it asked before is asked anew.
    expect(await other).toMatchObject({ outcome: 'rejudge' })
    expect((await broker.ask('snapshot', {})).approvals).toEqual([])
  })

  it('elsewhere voids neither a card nor a grant', async () => {
    const released = await ask(1, { budgetMs: 0 })
    expect(released).toMatchObject({ outcome: 'released' })
    const waits = ask(2)
    const card = await cardOf(2)
    await broker.approve(await cardOf(1))
    await publish('other.yaml', 'version: 1\nrules:\n  - { id: x, effect: deny, tools: [nothing] }\n')
    expect(await broker.approve(card)).toBe('ran')
    expect(await waits).toMatchObject({ outcome: 'approved' })
    expect(await ask(1, { call: 'mine.9' })).toMatchObject({ outcome: 'grant' })
  })

  it('is told to a proxy that still goes by the one before', async () => {
    const before = revision()
    await publish('asks.yaml', 'version: 1\ndefault: allow\n')
    expect(await ask(1, { revision: before })).toMatchObject({ outcome: 'rejudge' })
  })
})

describe('an answer that is remembered', () => {
  const scopes = { n: { kind: 'anything' as const } }
  async function rememberFor(card: ApprovalCard) {
    const { id, binding, waiting } = card
    const choice = { kind: 'remember' as const, lifetime: 'session' as const, scopes }
    const { preview, problems } = await broker.ask('approvals.preview', { id, choice })
    if (preview === undefined) throw new Error(problems.join())
    const remember = { lifetime: 'session' as const, scopes, preview }
    return broker.ask('approvals.approve', { id, binding, waiting, remember })
  }

  it('runs the call, settles the others that wait, and lets the next ones through until it is undone', async () => {
    const calls = [ask(1), ask(2)]
    const card = await cardOf(1)
    await cardOf(2)
    const { outcome, undo = '' } = await rememberFor(card)
    expect(outcome).toBe('ran')
    expect(await Promise.all(calls)).toMatchObject([{ outcome: 'approved' }, { outcome: 'grant', approval: card.id }])
    expect(await ask(3)).toMatchObject({ outcome: 'grant', approval: card.id, by: 'test' })
    const { grants, approvals } = await broker.ask('snapshot', {})
    expect(approvals).toEqual([])
    expect(grants).toMatchObject([{ kind: 'remembered', uses: 2, calls: [{ call: 'mine.3' }, { call: 'mine.2' }] }])
    await broker.event('grants.changed', (event) => event.grants[0]?.uses === 2)
    expect(await broker.ask('remembered.undo', { undo })).toEqual({ outcome: 'undone' })
    const again = ask(4)
    expect(await broker.refuse(await cardOf(4))).toBe('refused')
    await again
  })

  it('lets nothing through while everything is locked down', async () => {
    const held = ask(1)
    await rememberFor(await cardOf(1))
    expect(await held).toMatchObject({ outcome: 'approved' })
    await broker.ask('lockdown.set', { on: true })
    expect(await ask(2)).toMatchObject({ outcome: 'refused' })
    await broker.ask('lockdown.set', { on: false })
    expect(await ask(3)).toMatchObject({ outcome: 'grant' })
  })
})
