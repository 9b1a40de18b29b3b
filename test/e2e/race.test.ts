// Everything that can end a held call, fired in the same tick in random order, over and over: real proxies, a real broker, a
// witness behind each proxy. One of them wins; what the agent is told, what ran and what the log says agree every time.
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ApprovalCard, CallOutcome } from '../../core/wire/ui-contract.ts'
import { createHome, newest, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { type RawClient, type RawLine, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

/** All 10,000 with `npm run test:long`. */
const rounds = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 10_000 : 1_000
const perWave = 100
const policy = `version: 1
default: { "*": require-approval }
rules:
  - id: short
    effect: require-approval
    tools: [expiring_note]
    approval: { timeout: 1s }
`

type Blow = 'approve' | 'refuse' | 'cancel' | 'expiry' | 'disconnect' | 'lockdown'
type Round = {
  text: string
  agent: Agent
  id: number
  blows: ReadonlySet<Blow>
  card: ApprovalCard
  told?: RawLine
  said: string[]
}
type Agent = { client: RawClient; witness: Witness; gone: boolean }

let home: TestHome
let broker: TestBroker
let agents: Agent[] = []
const witnesses: Witness[] = []

beforeEach(async () => {
  home = createHome({ 'policy.yaml': policy })
  broker = await startTestBroker(home.home, {
    caps: { pendingPerServer: 1_000, pending: 1_000, newCardsPerMinute: 1_000_000 },
  })
})
afterEach(async () => {
  for (const { client } of agents) await client.stop()
  await broker.stop()
  for (const witness of witnesses) witness.remove()
  home.remove()
})

function startAgent(): Agent {
  const witness = createWitness()
  witnesses.push(witness)
  const client = startRaw(proxied(witness.command, ['--hold-budget', '600']), { env: { ...home.env, ...witness.env } })
  return { client, witness, gone: false }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32), so that a failure can be seen again. */
function randomness(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
const shuffled = <T>(list: readonly T[], random: () => number): T[] =>
  list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

/** The open cards of a wave, once all are there. */
function cardsOf(texts: ReadonlySet<string>): Promise<Map<string, ApprovalCard>> {
  return new Promise((resolve) => {
    const found = new Map<string, ApprovalCard>()
    const look = (card: ApprovalCard) => {
      const text = String(card.arguments['text'])
      if (!texts.has(text)) return
      found.set(text, card)
      if (found.size === texts.size) {
        stop()
        resolve(found)
      }
    }
    const stop = broker.api.subscribe(({ event }) => event.type === 'approval.changed' && look(event.card))
  })
}

async function wave(
  first: number,
  random: () => number,
  special: 'none' | 'disconnect' | 'lockdown',
): Promise<Round[]> {
  const numbers = Array.from({ length: perWave }, (_, index) => first + index)
  const cards = cardsOf(new Set(numbers.map((number) => `round ${number}`)))
  const planned = numbers.map((number) => {
    const agent = agents[number % agents.length]
    if (!agent) throw new Error('no agent')
    const own = (['approve', 'refuse', 'cancel', 'expiry'] as const).filter(() => random() < 0.55)
    // Every round needs an end, and approving is what the others race with.
    const blows = new Set<Blow>(own.length === 0 ? ['approve'] : own)
    return { number, text: `round ${number}`, agent, id: number + 1, blows }
  })
  for (const { text, agent, id, blows } of planned) {
    const name = blows.has('expiry') ? 'expiring_note' : 'write_note'
    agent.client.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: { text } } })
  }
  const open = await cards
  const wave: Round[] = planned.map(({ text, agent, id, blows }) => {
    const card = open.get(text)
    if (!card) throw new Error(`no card for ${text}`)
    return { text, agent, id, blows, card, said: [] }
  })
  const answers = wave.map((round) => {
    const answer = round.agent.client.next(({ message }) => (message as { id?: unknown } | undefined)?.id === round.id)
    // Taken back, or its client gone: nobody answers, or an answer came first.
    return answer.then(
      (line) => {
        round.told = line
      },
      () => undefined,
    )
  })
  // The moment at which the expiring ones expire: nothing else would race with it.
  const soonest = Math.min(...wave.filter(({ blows }) => blows.has('expiry')).map(({ card }) => card.expiresAt))
  await new Promise<void>((resolve) =>
    setTimeout(resolve, Number.isFinite(soonest) ? Math.max(0, soonest - Date.now() - 2) : 0),
  )

  const shots: (() => Promise<unknown> | unknown)[] = []
  for (const round of wave) {
    const { card, agent, blows, said } = round
    const shown = { id: card.id, binding: card.binding, waiting: card.waiting }
    const answer = async (method: 'approvals.approve' | 'approvals.refuse') =>
      said.push((await broker.ask(method, shown)).outcome)
    if (blows.has('approve')) shots.push(() => answer('approvals.approve'))
    if (blows.has('refuse')) shots.push(() => answer('approvals.refuse'))
    if (blows.has('cancel')) {
      shots.push(() => agent.client.notify('notifications/cancelled', { requestId: round.id, reason: 'stopped' }))
    }
  }
  const [, second] = agents
  if (special === 'disconnect' && second) {
    shots.push(() => {
      second.gone = true
      second.client.end()
    })
  }
  if (special === 'lockdown') shots.push(() => broker.ask('lockdown.set', { on: true }))
  await Promise.all(shuffled(shots, random).map((shoot) => shoot()))
  if (special === 'lockdown') await broker.ask('lockdown.set', { on: false })

  // What nobody answered has an end as well: by the clock, by the cancellation, by the end of its session.
  const settled = wave.map(async ({ card }) => {
    await broker.event('approval.closed', ({ id }) => id === card.id)
  })
  const unheard = wave.filter(({ blows, agent }) => blows.has('cancel') || agent.gone)
  for (const { card } of unheard) {
    if (!agents.length) continue
    // Taken back, and nobody else ended it: a person puts it away.
    const shown = { id: card.id, binding: card.binding, waiting: 0 }
    void broker
      .event('approval.changed', (event) => event.card.id === card.id && event.card.caller.state === 'gone')
      .then(
        () => broker.ask('approvals.refuse', shown),
        () => undefined,
      )
  }
  await Promise.all(settled)
  await Promise.all(
    wave.map((round, index) => (round.blows.has('cancel') || round.agent.gone ? undefined : answers[index])),
  )
  for (const [index, agent] of agents.entries()) {
    if (!agent.gone) continue
    await agent.client.closed
    agents[index] = startAgent()
  }
  return wave
}

/** How each call ended, from the log; all pages of it. */
async function outcomes(): Promise<Map<string, { outcome: CallOutcome; text: string }>> {
  const found = new Map<string, { outcome: CallOutcome; text: string }>()
  for (let total = 1, offset = 0; offset < total; offset += 200) {
    const page = await broker.ask('activity.search', newest(200, offset))
    total = page.total
    for (const { call, outcome } of page.calls) {
      const { detail } = await broker.ask('activity.get', { call })
      const text = String((JSON.parse(detail?.arguments?.text ?? '{}') as { text?: string }).text)
      found.set(text, { outcome, text })
    }
  }
  return found
}

const succeeded = ({ message }: RawLine): boolean => {
  const { result } = message as { result?: { isError?: boolean } }
  return result !== undefined && result.isError !== true
}

it(`has one winner in each of ${rounds} rounds, and witness, agent and log agree on it`, {
  timeout: 600_000,
}, async () => {
  const seed = Number(process.env['RACE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const random = randomness(seed)
  agents = [startAgent(), startAgent()]
  const all: Round[] = []
  for (let first = 0; first < rounds; first += perWave) {
    const turn = (first / perWave) % 5
    all.push(...(await wave(first, random, turn === 3 ? 'lockdown' : turn === 4 ? 'disconnect' : 'none')))
  }
  for (const agent of agents) {
    agent.client.end()
    await agent.client.closed
  }
  await broker.event('status.changed', ({ status }) => status.sessions.length === 0)

  const ran = new Map<string, number>()
  for (const witness of witnesses) {
    for (const call of witness.calls()) {
      const { text } = call.arguments as { text: string }
      ran.set(text, (ran.get(text) ?? 0) + 1)
    }
  }
  const logged = await outcomes()
  const wrong = all.flatMap((round) => {
    const times = ran.get(round.text) ?? 0
    const outcome = logged.get(round.text)?.outcome
    const faults: string[] = []
    if (times > 1) faults.push('ran more than once')
    if (round.said.filter((word) => word === 'ran' || word === 'granted' || word === 'refused').length > 1) {
      faults.push('two answers of a person were taken')
    }
    if (times === 1 && !round.said.includes('ran')) faults.push('ran without an approval')
    if (round.told !== undefined && succeeded(round.told) !== (times === 1)) faults.push('the agent was told otherwise')
    const recorded = outcome === 'approved' || outcome === 'outcome-unknown'
    if (recorded !== (times === 1)) faults.push('the log says otherwise')
    return faults.length === 0
      ? []
      : [{ ...faults, text: round.text, blows: [...round.blows], said: round.said, outcome, times }]
  })
  expect({ seed, wrong }).toEqual({ seed, wrong: [] })
  const counts = Object.groupBy(all, ({ text }) => logged.get(text)?.outcome ?? 'none')
  const seen = Object.fromEntries(Object.entries(counts).map(([outcome, list]) => [outcome, list?.length]))
  // Each of them won at times, or the races were none.
  expect(Object.keys(seen)).toEqual(expect.arrayContaining(['approved', 'refused', 'expired', 'cancelled']))
  console.table(seen)
})
