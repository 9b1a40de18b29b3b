// A person takes ten times as long as the client waits. Whatever the client does meanwhile, what was approved runs once, and
// its result reaches the agent: by the identical retry, or because the client asks again by itself.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import type { ApprovalCard } from '../../core/wire/ui-contract.ts'
import { createHome, proxied, startTestBroker, type TestBroker } from '../support/countersign.ts'
import { type Attempt, type Peer, type PeerName, peers, serverOf } from './patient-clients.ts'

const serverFile = (name: PeerName) => fileURLToPath(new URL(`../fixtures/${serverOf(name)}`, import.meta.url))
const policy = 'version: 1\ndefault: { read: allow, "*": require-approval }\nrules: []\n'

/** The clients' limits, scaled down from 60 s; ours are scaled alike: 45 s of 60. */
const limit = 1_200
const known = Math.round(limit * 0.75)

/** `known`: our budget is below the client's limit. `unknown`: nothing is known of it, so it gives up before we do. */
const budgets = { known: ['--hold-budget', String(known / 1000)], unknown: [] } as const
type Budget = keyof typeof budgets

type Story = { attempts: number; gaveUp: number; tickets: number; runs: number; answer: string }
const table: Record<string, string | number>[] = []

afterAll(() => {
  console.table(table)
})

/**
 * Tries the call until it has an answer that is no ticket. An agent that is told nothing tries again at once; one that has
 * a ticket does as it says: it waits for its user.
 */
async function agent(peer: Peer, answered: Promise<void>): Promise<Story> {
  const story: Story = { attempts: 0, gaveUp: 0, tickets: 0, runs: 0, answer: '' }
  for (;;) {
    story.attempts += 1
    const attempt: Attempt = await peer.attempt('write_note', { text: 'once' })
    if (attempt.state === 'gave-up') {
      story.gaveUp += 1
    } else if (attempt.isError && /ticket [0-9A-F]{4}/.test(attempt.text)) {
      story.tickets += 1
      await answered
    } else {
      return { ...story, answer: attempt.text }
    }
    if (story.attempts > 60) throw new Error(`still no answer: ${JSON.stringify(story)}`)
  }
}

/** Answers what they see once `patience` is over; looks again where that changed while they looked. */
async function person(broker: TestBroker, patience: Promise<void>): Promise<string> {
  await patience
  const changes: (() => void)[] = []
  const stop = broker.api.subscribe(({ event }) => {
    if (event.type === 'approval.changed') for (const look of changes.splice(0)) look()
  })
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => changes.push(resolve))
      const { approvals } = await broker.ask('snapshot', {})
      const [card] = approvals
      // A client that gave up without a word looks as if it waited, so this person answers a fresh question.
      if (card && isFresh(card)) {
        const outcome = await broker.approve(card)
        if (outcome === 'ran' || outcome === 'granted') return outcome
      }
      await changed
    }
  } finally {
    stop()
  }
}

/** One that has only begun to wait: its client still does, whatever it says or does not say later. */
const isFresh = ({ caller, budget }: ApprovalCard): boolean =>
  caller.state !== 'waiting' || budget.source === 'task' || caller.until - Date.now() > budget.ms - limit * 0.4

it.concurrent.each(
  (Object.keys(peers) as PeerName[]).flatMap((peer) => [
    [peer, 'known'] as [PeerName, Budget],
    [peer, 'unknown'] as [PeerName, Budget],
  ]),
)('%s, limit %s to us: runs once, and the agent gets its result', async (name, budget) => {
  const home = createHome({ 'policy.yaml': policy })
  const folder = mkdtempSync(join(tmpdir(), 'countersign-patience-'))
  const log = join(folder, 'calls.jsonl')
  const broker = await startTestBroker(home.home)
  const [command = '', ...args] = proxied([process.execPath, serverFile(name)], budgets[budget])
  const env = { PATH: process.env['PATH'] ?? '', MODERN_LOG: log, ...home.env }
  const peer = await peers[name](limit)({ command, args, env })
  try {
    // The person's ten limits are what this story is about: nothing is waited for that could be listened to.
    const patience = broker.card().then(() => new Promise<void>((resolve) => setTimeout(resolve, limit * 10)))
    const decided = person(broker, patience)
    const story = await agent(
      peer,
      decided.then(() => undefined),
    )
    const outcome = await decided
    const runs = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0
    const { attempts, gaveUp, tickets } = story
    table.push({ client: name, 'its limit': budget, attempts, 'gave up': gaveUp, tickets, approval: outcome, runs })
    expect(story.answer).toBe('write_note got once')
    expect(runs).toBe(1)
    const { approvals, grants } = await broker.ask('snapshot', {})
    expect({ approvals, grants }).toEqual({ approvals: [], grants: [] })
  } finally {
    await peer.close()
    await broker.stop()
    home.remove()
    rmSync(folder, { recursive: true, force: true })
  }
})
