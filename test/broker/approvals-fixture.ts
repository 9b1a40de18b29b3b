// A queue of held calls on clocks that the test turns, with a record that keeps what it was told, or cannot be written.

import type { Ask, Session } from '../../broker/approval-card.ts'
import { type ApprovalsOptions, createApprovals } from '../../broker/approvals.ts'
import type { OwnRecord } from '../../broker/own-record.ts'
import { sha256 } from '../../broker/sha256.ts'
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
    ...changes,
  }
}

export function createQueue(changes: Partial<ApprovalsOptions> = {}) {
  const recorded: Recorded[] = []
  const closed: { id: string; outcome: string }[] = []
  const unrecorded: string[] = []
  const clock = { now: 1_800_000_000_000, monotonic: 1_000 }
  const disk = { full: false }
  const record: OwnRecord = {
    session: 'broker-test',
    write: (type, data) => {
      if (disk.full) throw new Error('the audit record cannot be written (ENOSPC)')
      recorded.push({ type, data: data as Record<string, unknown> })
    },
    close: () => undefined,
  }
  const approvals = createApprovals({
    record,
    now: () => clock.now,
    monotonic: () => clock.monotonic,
    before: () => [],
    changed: () => undefined,
    closed: (card, outcome) => void closed.push({ id: card.id, outcome }),
    unrecorded: (what) => void unrecorded.push(what),
    ...changes,
  })
  return {
    ...approvals,
    recorded,
    closed,
    unrecorded,
    clock,
    disk,
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
