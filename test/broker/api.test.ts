// The UI contract at the broker's end: every request is answered as its schema says, and events leave no gap.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvents } from '../../broker/api/events.ts'
import { everyCall } from '../../core/audit/call-filter.ts'
import { type UiEventEnvelope, type UiMethod, uiEventEnvelope, uiRequests } from '../../core/wire/ui-contract.ts'
import { createHome, newest, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { openPeer, type Peer } from './socket-fixture.ts'

let home: TestHome
let broker: TestBroker
let peer: Peer

beforeEach(async () => {
  home = createHome({
    'broken.yaml': 'version: 1\nrulez: []\n',
    'good.yaml': 'version: 1\ndefault: require-approval\n',
  })
  broker = await startTestBroker(home.home)
  peer = await openPeer(home.home, 'session')
})
afterEach(async () => {
  peer.end()
  await broker.stop()
  home.remove()
})

it('every method answers with a value of its schema, with a card open and a call on record', async () => {
  const held = peer.request({ n: 1 }, { rules: [{ id: 'r', file: 'good.yaml', line: 2 }] })
  const card = await broker.card()
  await broker.event('calls.changed', ({ calls }) => calls.some(({ call }) => call === 'session.1'))
  const params: { [M in UiMethod]: unknown } = {
    snapshot: {},
    'activity.search': { ...newest(10), filter: { terms: [], words: [{ text: 'note' }] } },
    'activity.summary': { filter: everyCall, columns: 40, values: 10 },
    'activity.overview': {},
    'activity.explain': { call: 'session.1' },
    'log.metrics': { days: 7 },
    'log.verify': {},
    'log.verify-state': {},
    'activity.get': { call: 'session.1' },
    'policies.list': {},
    'policies.accept-removal': { file: 'good.yaml' },
    'settings.set': { theme: 'dark' },
    'approvals.scopes': { id: card.id },
    'approvals.preview': { id: card.id, choice: { kind: 'remember', lifetime: 'hour', scopes: {} } },
    'approvals.check-edit': { id: card.id, edited: { n: 2 } },
    'approvals.file-diff': { id: card.id },
    'approvals.approve': { id: card.id, binding: '0'.repeat(64), waiting: 1 },
    'approvals.refuse': { id: card.id, binding: card.binding, waiting: 1, reason: 'no' },
    'approvals.answer-group': { group: 'g', answer: 'refuse', cards: [{ id: card.id, binding: 'x', waiting: 1 }] },
    'sessions.refuse': { session: 'session' },
    'sessions.resume': { session: 'session' },
    'lockdown.set': { on: false },
    'grants.revoke': { id: 'nobody' },
    'grants.revoke-all': {},
    'remembered.undo': { undo: 'nothing' },
    'budgets.list': {},
    'budgets.set': { client: 'cursor', ms: 30_000 },
    'statistics.get': { days: 30 },
  }
  for (const method of Object.keys(params) as UiMethod[]) {
    const reply = await broker.api.handle(method, params[method], 'me')
    if (!reply.ok) throw new Error(`${method}: ${reply.error.message}`)
    const parsed = uiRequests[method].result.safeParse(reply.value)
    expect([method, parsed.error?.issues ?? []]).toEqual([method, []])
  }
  expect(await held).toMatchObject({ outcome: 'refused', by: 'me', reason: 'no' })
  const empty = await broker.api.handle('activity.get', { call: 'nobody.1' }, 'me')
  expect(empty).toEqual({ ok: true, value: {} })
})

it.each([
  ['snapshot', { extra: 1 }, /^snapshot: .*"extra"/],
  ['snapshot', undefined, /^snapshot: /],
  ['snapshot', [], /^snapshot: /],
  ['approvals.approve', { id: 'x' }, /^approvals\.approve: binding: /],
  ['approvals.approve', { id: 1, binding: 'x' }, /^approvals\.approve: id: /],
  ['approvals.approve', { id: 'x', binding: 'y', waiting: 1, typed: 'z'.repeat(1025) }, /^approvals\.approve: typed: /],
  ['policies.accept-removal', {}, /^policies\.accept-removal: file: /],
  ['approvals.refuse', { id: 'x', binding: 'y', waiting: 1, reason: 'z'.repeat(2001) }, /^approvals\.refuse: reason: /],
  ['activity.search', newest(0), /^activity\.search: limit: /],
  ['activity.search', newest(201), /^activity\.search: limit: /],
  ['activity.search', { ...newest(5), asOf: 'not of an answer' }, /^activity\.search: .*asOf/],
  [
    'activity.search',
    { ...newest(5), filter: { terms: [{ dimension: 'nice', values: ['x'] }], words: [] } },
    /dimension/,
  ],
  ['activity.get', null, /^activity\.get: /],
  ['settings.set', { theme: 'pink' }, /^settings\.set: theme: /],
])('%s with %j names what is wrong', async (method, params, message) => {
  const reply = await broker.api.handle(method, params, 'me')
  expect(reply).toEqual({ ok: false, error: { code: 'bad-params', message: expect.stringMatching(message) } })
})

it.each(['approve', 'toString', '__proto__', 'hasOwnProperty', ''])('there is no method %j', async (method) => {
  const reply = await broker.api.handle(method, {}, 'me')
  expect(reply).toMatchObject({ ok: false, error: { code: 'unknown-method' } })
})

it('a card that is closed, or never was, approves nothing', async () => {
  const ask = { id: 'nobody', binding: 'x', waiting: 1 }
  expect(await broker.ask('approvals.approve', ask)).toEqual({ outcome: 'closed' })
  expect(await broker.ask('approvals.refuse', ask)).toEqual({ outcome: 'closed' })
})

it('a click does not approve what takes the name of the tool, whoever sends it', async () => {
  const held = peer.request({ n: 1 }, { confirm: 'os-auth' })
  const card = await broker.card()
  expect(card.confirm).toBe('type-name')
  expect(await broker.approve(card)).toBe('not-confirmed')
  expect(await broker.approve(card, 'click')).toBe('not-confirmed')
  expect((await broker.ask('snapshot', {})).approvals).toEqual([card])
  expect(await broker.approve(card, card.tool)).toBe('ran')
  expect(await held).toMatchObject({ outcome: 'approved' })
})

it('after the broker has stopped a request still ends', async () => {
  await broker.stop()
  for (const [method, params] of [
    ['snapshot', {}],
    ['activity.search', newest(1)],
  ] as const) {
    expect(await broker.api.handle(method, params, 'me')).toMatchObject({ ok: false, error: { code: 'internal' } })
  }
})

describe('events', () => {
  it('are numbered without a gap, parse, and continue a snapshot', async () => {
    const seen: UiEventEnvelope[] = []
    const { seq } = await broker.ask('snapshot', {})
    const off = broker.api.subscribe((envelope) => void seen.push(envelope))
    const held = peer.request({ n: 1 })
    const card = await broker.card()
    const between = await broker.ask('snapshot', {})
    expect(between.approvals).toMatchObject([{ id: card.id }])
    expect(between.seq).toBe(seen.at(-1)?.seq)
    await broker.ask('settings.set', { theme: 'light' })
    broker.emit({ type: 'reveal', screen: 'approvals', id: card.id })
    await broker.approve(card)
    await held
    home.writePolicy('good.yaml', 'version: 1\ndefault: deny\n')
    const { revision } = between.status.policy
    await broker.event('policies.changed', (event) => event.revision !== revision)
    await broker.event('status.changed', ({ status }) => status.policy.revision !== revision)
    off()
    const types = new Set(seen.map(({ event }) => event.type))
    for (const type of ['approval.changed', 'approval.closed', 'settings.changed', 'reveal', 'policies.changed']) {
      expect(types).toContain(type)
    }
    expect(seen.map((envelope) => envelope.seq)).toEqual(seen.map((_, n) => seq + 1 + n))
    for (const envelope of seen) expect(uiEventEnvelope.safeParse(envelope).error?.issues ?? []).toEqual([])
    broker.emit({ type: 'reveal', screen: 'settings' })
    expect(seen.at(-1)?.event).not.toEqual({ type: 'reveal', screen: 'settings' })
  })

  it('a listener that throws takes nothing from the others', () => {
    const lines: string[] = []
    const events = createEvents((line) => void lines.push(line))
    const heard: number[] = []
    events.subscribe(() => {
      throw new Error('mine alone')
    })
    const off = events.subscribe(({ seq }) => void heard.push(seq))
    events.emit({ type: 'policies.changed', revision: 'a' })
    events.emit({ type: 'policies.changed', revision: 'b' })
    off()
    events.emit({ type: 'policies.changed', revision: 'c' })
    expect(heard).toEqual([1, 2])
    expect(events.seq()).toBe(3)
    expect(lines[0]).toContain('mine alone')
  })
})
