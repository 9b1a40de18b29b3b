// kill -9 of the proxy, the broker or both, at random points of random calls, over and over in data folders that live on.
// After each crash every account agrees: what the client was told, what the server received, what the log says.
// COUNTERSIGN_TEST_SEED repeats a run; COUNTERSIGN_TEST_LONG=1 makes it 500 rounds.
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type BrokerProcess, createLane, killNth, type Lane, type Preload } from '../support/crash-lane.ts'
import { createRandom, type Random } from '../support/random.ts'

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const rounds = long ? 500 : 24
/** Rounds that share a data folder. */
const perLane = long ? 25 : 8
/** Data folders that are at work at once. */
const atOnce = 3
const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const tools = ['get_note', 'put_note', 'write_note', 'refuse_note', 'delete_note'] as const
type Victim = 'proxy-by-itself' | 'proxy' | 'broker-by-itself' | 'broker' | 'both'
const victims: readonly [Victim, ...Victim[]] = [
  ...(['proxy-by-itself', 'proxy-by-itself', 'proxy-by-itself', 'proxy-by-itself'] as const),
  ...(['proxy', 'broker-by-itself', 'broker-by-itself', 'broker', 'both'] as const),
]

const whens = ['before', 'half', 'after'] as const
const proxyKill = (random: Random): Preload => {
  const kind = random.pick(['write', 'socket', 'socket', 'socket', 'disk', 'hash'])
  return killNth({
    kind,
    nth: random.from(1, kind === 'hash' ? 120 : kind === 'disk' ? 6 : 30),
    when: random.pick(whens),
  })
}
const brokerKill = (random: Random): Preload => {
  const kind = random.pick(['write', 'socket', 'hash', 'hash', 'rename'])
  return killNth({
    kind,
    nth: random.from(1, kind === 'hash' ? 400 : kind === 'rename' ? 2 : 20),
    when: random.pick(whens),
  })
}

/** What a process that was killed can leave behind, and what nobody should have put there. */
function litter(lane: Lane, random: Random): void {
  const spools = fs.readdirSync(lane.layout.spool).filter((name) => /^\d.*\.jsonl$/.test(name))
  if (spools.length === 0) return
  const name = random.pick(spools as [string, ...string[]])
  const path = join(lane.layout.spool, name)
  const text = fs.readFileSync(path)
  const kind = random.pick(['torn', 'copy', 'empty', 'strange name'])
  if (kind === 'torn') fs.appendFileSync(path, text.subarray(0, random.from(1, 200)).toString().replaceAll('\n', ' '))
  if (kind === 'copy') fs.copyFileSync(path, `${path}.bak`)
  if (kind === 'empty') fs.writeFileSync(join(lane.layout.spool, `e${random.from(0, 1e9)}.jsonl`), '')
  if (kind === 'strange name') fs.copyFileSync(path, join(lane.layout.spool, `Copy of ${name}`))
}

/** How often what happened, so that nobody takes a run for a test in which nothing was killed. */
type Counts = Record<string, number>

async function runLane(random: Random, count: number, at: (round: number, what: string) => void): Promise<Counts> {
  const lane = createLane()
  const counts: Counts = {}
  const add = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  let broker: BrokerProcess | undefined
  try {
    for (let round = 0; round < count; round += 1) {
      const victim = random.pick(victims)
      at(round, victim)
      const byItself = victim === 'broker-by-itself' || (victim === 'both' && random.next() < 0.5)
      if (byItself) {
        if (random.next() < 0.5) await broker?.kill()
        else await broker?.stop()
        broker = lane.startBroker(brokerKill(random))
        // Killed while it started, it has done what it can; the calls meet no broker.
        await broker.ready
      } else if (!broker) {
        broker = lane.startBroker()
        await broker.line('ready')
      }
      if (await playRound(lane, random, round, { victim, broker, byItself })) add('proxies killed')
      if (victim !== 'proxy' && victim !== 'proxy-by-itself') {
        await broker.kill()
        add('brokers killed')
        broker = undefined
      }
      if (random.next() < 0.3) litter(lane, random)
      expect(lane.check(false)).toEqual([])
    }
    at(count, 'the end')
    await broker?.kill()
    const last = lane.startBroker()
    await last.line('ready')
    await last.stop()
    expect(lane.check(true)).toEqual([])
    for (const { told } of lane.sent) add(told === 'nothing' ? 'calls never answered' : `calls ${told}`)
    return counts
  } finally {
    await broker?.kill()
    lane.remove()
  }
}

type Play = { victim: Victim; broker: BrokerProcess; byItself: boolean }

/** True where the proxy was killed. */
async function playRound(
  lane: Lane,
  random: Random,
  round: number,
  { victim, broker, byItself }: Play,
): Promise<boolean> {
  const proxy = lane.startProxy(victim === 'proxy-by-itself' || victim === 'both' ? proxyKill(random) : undefined)
  const introduced = proxy.client.request('initialize', {
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'crash', version: '1' },
  })
  await introduced.catch(() => undefined)
  const calls = random.from(4, 12)
  let toGo = random.from(1, calls)
  const blow = () => {
    toGo -= 1
    if (toGo !== 0) return
    if (victim === 'proxy') proxy.client.kill('SIGKILL')
    if ((victim === 'broker' || victim === 'both') && !byItself) void broker.kill()
  }
  const answers: Promise<void>[] = []
  for (let index = 0; index < calls; index += 1) {
    const answer = proxy.call(random.pick(tools), `r${round}-${index}`).then(blow)
    answers.push(answer)
    if (random.next() < 0.4) await answer
  }
  await Promise.all(answers)
  // It was to crash at a step that never came: it crashes after its last answer.
  if (victim === 'proxy-by-itself' || victim === 'both') proxy.client.kill('SIGKILL')
  return (await proxy.end()).signal === 'SIGKILL'
}

describe('kill -9', () => {
  it(`${rounds} times, and every account agrees (seed ${seed})`, { timeout: long ? 1_800_000 : 240_000 }, async () => {
    const lanes = Array.from({ length: Math.ceil(rounds / perLane) }, (_, index) => index)
    const begun = performance.now()
    const counts: Record<string, number> = {}
    const work = async () => {
      for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
        let place = ''
        const note = (round: number, what: string) => {
          place = `lane ${lane}, round ${round} (${what})`
        }
        const done = await runLane(createRandom(seed + lane), perLane, note).catch((error: Error) => {
          throw new Error(`${place}: COUNTERSIGN_TEST_SEED=${seed} repeats it`, { cause: error })
        })
        for (const [what, count] of Object.entries(done)) counts[what] = (counts[what] ?? 0) + count
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    const seconds = Math.round((performance.now() - begun) / 1000)
    console.log(`${rounds} rounds in ${seconds} s, seed ${seed}: ${JSON.stringify(counts)}`)
  })
})
