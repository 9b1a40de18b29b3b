// A queue of held calls on clocks that the test turns, with a record that keeps what it was told, or cannot be written.

import { setImmediate as turn } from 'node:timers/promises'
import type { Ask, CardFacts, Session } from '../../broker/approval-card.ts'
import { createApprovals } from '../../broker/approvals.ts'
import type { ApprovalsOptions } from '../../broker/approvals-ports.ts'
import { createGrants } from '../../broker/grants.ts'
import { createKeptText } from '../../broker/kept-text.ts'
import { ownMarks } from '../../broker/marks.ts'
import type { OwnRecord } from '../../broker/own-record.ts'
import { sha256 } from '../../broker/sha256.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { argumentsHash } from '../../core/wire/json-line.ts'
import type { ApprovalCard } from '../../core/wire/ui-contract.ts'

export type Recorded = { type: string; data: Record<string, unknown> }

export function sessionOf(changes: Partial<Session> = {}): Session {
  return {
    session: 's1',
    client: 'cursor',
    server: 'github',
    pin: 'a'.repeat(64),
    command: ['node', 'server.js'],
    cwd: '/home/me/project',
    pid: 10,
    parentPid: 9,
    startedAt: 1,
    ...changes,
  }
}

export function askOf(args: JsonObject = { n: 1 }, changes: Partial<Ask> = {}): Ask {
  return {
    call: 's1.1',
    action: 'tools/call',
    tool: 'write_note',
    arguments: args,
    argumentsHash: argumentsHash(args, sha256),
    risk: { class: 'write', evidence: [] },
    rules: [],
    source: 'default',
    reason: 'writes ask',
    revision: 'r1',
    budgetMs: 60_000,
    budget: { ms: 60_000, source: 'default' },
    ...changes,
  }
}

export const plainFacts: CardFacts = {
  level: 'elevated',
  deceptive: 0,
  marks: [],
  before: [],
  answered: { approved: 0, refused: 0, expired: 0 },
}

export function createQueue(changes: Partial<ApprovalsOptions> = {}) {
  const recorded: Recorded[] = []
  const closed: { id: string; outcome: string }[] = []
  const changed: ApprovalCard[] = []
  const unrecorded: string[] = []
  const observed: Parameters<ApprovalsOptions['observed']>[0][] = []
  const clock = { now: 1_800_000_000_000, monotonic: 1_000 }
  const disk = { full: false }
  const record: OwnRecord = changes.record ?? {
    session: 'broker-test',
    kept: createKeptText(ownMarks()),
    write: (type, data) => {
      if (disk.full) throw new Error('the audit record cannot be written (ENOSPC)')
      recorded.push({ type, data: data as Record<string, unknown> })
    },
    close: () => undefined,
  }
  const clocks = { now: () => clock.now, monotonic: () => clock.monotonic }
  const told = { unrecorded: (what: string) => void unrecorded.push(what) }
  const said: Pick<ApprovalsOptions, 'basis' | 'hides'> = {
    basis: (ask) => sha256(`revision:${ask.revision}`),
    hides: () => false,
  }
  const approvals = createApprovals({
    record,
    ...clocks,
    ...told,
    grants: createGrants({
      record,
      ...clocks,
      ...told,
      ...said,
      changed: () => undefined,
      paths: ({ cwd }) => lexicalPaths({ cwd }),
    }),
    remember: {
      check: () => ({ ok: false, problems: [{ at: '', message: 'not here' }] }),
      undo: () => 'too-late',
    },
    observed: (what) => void observed.push(what),
    refusing: () => undefined,
    ...said,
    stillHeld: () => true,
    behind: () => false,
    about: () => plainFacts,
    changed: (card) => void changed.push(card),
    closed: (card, outcome) => void closed.push({ id: card.id, outcome }),
    floodChanged: () => undefined,
    ...changes,
  })
  return {
    ...approvals,
    /** What a click on the card as it was shown comes to. */
    clickApprove: async (card: ApprovalCard, typed?: string) => {
      const { id, binding, waiting } = card
      return (await approvals.approve({ id, binding, waiting, ...(typed === undefined ? {} : { typed }) }, 'me'))
        .outcome
    },
    clickRefuse: ({ id, binding, waiting }: ApprovalCard, reason?: string) =>
      approvals.refuse({ id, binding, waiting, ...(reason === undefined ? {} : { reason }) }, 'me').outcome,
    recorded,
    kept: record.kept,
    closed,
    changed,
    unrecorded,
    observed,
    clock,
    disk,
    /** Lets what was decided reach who waits. */
    turn: () => turn(),
    /** Both clocks, as time does. */
    pass: (ms: number) => {
      clock.now += ms
      clock.monotonic += ms
    },
    ofType: (type: string) => recorded.filter((one) => one.type === type),
    /** The only open card. */
    only: (): ApprovalCard => {
      const [card, ...more] = approvals.cards()
      if (!card || more.length > 0) throw new Error(`there are ${more.length + (card ? 1 : 0)} open cards`)
      return card
    },
  }
}

export type Queue = ReturnType<typeof createQueue>

/** A released card: its caller has a ticket and waits no more. */
export async function released(queue: Queue, ask = askOf({ n: 1 }, { budgetMs: 0 })): Promise<ApprovalCard> {
  const answer = await queue.request(sessionOf(), ask)
  if (answer.outcome !== 'released') throw new Error(`the call was ${answer.outcome}`)
  return queue.only()
}
