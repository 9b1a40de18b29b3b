// Approve, refuse, cancel, expire and disconnect at the same moment, in every order chance has: exactly one wins, the
// caller hears of that one, and the record says the same. COUNTERSIGN_TEST_LONG=1 plays five times as many rounds.
import { expect, it } from 'vitest'
import { askOf, createQueue, sessionOf } from './approvals-fixture.ts'

const rounds = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 10_000 : 2_000
const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Date.now() % 1_000_000)

/** mulberry32: small, and the same everywhere. */
function randomOf(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

const moves = ['approve', 'approve', 'refuse', 'cancel', 'expire', 'disconnect'] as const

async function play(random: () => number): Promise<void> {
  const queue = createQueue()
  let heard = 0
  const waits = queue.request(sessionOf(), askOf()).then((answer) => {
    heard += 1
    return answer
  })
  const card = queue.only()
  const clicks: string[] = []
  for (const move of shuffled(moves, random).slice(0, 2 + Math.floor(random() * 5))) {
    if (move === 'approve') clicks.push(queue.approve(card.id, card.binding, 'me'))
    else if (move === 'refuse') clicks.push(queue.refuse(card.id, card.binding, 'me'))
    else if (move === 'cancel') queue.withdraw('s1', 's1.1')
    else if (move === 'disconnect') queue.sessionGone('s1')
    else {
      queue.pass(600_000)
      queue.cards()
    }
  }
  queue.sessionGone('s1')

  const answer = await waits
  expect(heard).toBe(1)
  const decided = queue.ofType('approval.decided')
  expect(decided).toHaveLength(1)
  expect(queue.closed).toHaveLength(1)
  const [{ data } = { data: {} as Record<string, unknown> }] = decided
  expect(queue.closed[0]?.outcome).toBe(data['outcome'])
  // What the person was told, what the caller heard and what is on record are one story.
  const won = clicks.filter((outcome) => outcome !== 'closed')
  expect(won.length).toBeLessThanOrEqual(1)
  expect(won[0] === 'ran').toBe(answer.outcome === 'approved')
  expect(won[0] === 'refused').toBe(data['outcome'] === 'refused')
  expect(won[0] === 'ran' || won[0] === 'granted').toBe(data['outcome'] === 'approved')
  expect(won[0] === 'granted').toBe(data['grant'])
  // The caller's end may come before the card's: it took its call back, then somebody answered the card.
  if (answer.outcome !== 'cancelled') expect(answer.outcome).toBe(data['outcome'])
  // Nothing is left that a retry could run by: a grant goes with the session.
  expect(queue.ofType('grant.expired')).toHaveLength(won[0] === 'granted' ? 1 : 0)
}

it(`${rounds} rounds, seed ${seed}: one winner, and the record agrees`, async () => {
  for (let round = 0; round < rounds; round += 1) {
    await play(randomOf(seed + round)).catch((error: unknown) => {
      throw new Error(`round ${round}: COUNTERSIGN_TEST_SEED=${seed + round} repeats it as the first`, { cause: error })
    })
  }
})
