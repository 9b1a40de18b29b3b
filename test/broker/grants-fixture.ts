// Grants on clocks that the test turns, with a record that keeps what it was told, or cannot be written.
import type { CallFacts } from '../../broker/approval-card.ts'
import { bindingOf } from '../../broker/approval-card.ts'
import type { GivenBy } from '../../broker/approvals-ports.ts'
import { createGrants, type GrantsOptions } from '../../broker/grants.ts'
import { createKeptText } from '../../broker/kept-text.ts'
import { ownMarks } from '../../broker/marks.ts'
import type { OwnRecord } from '../../broker/own-record.ts'
import { sha256 } from '../../broker/sha256.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import type { ArgumentScopes, Lifetime } from '../../core/schema/grant.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { argumentsHash } from '../../core/wire/json-line.ts'
import type { Grant } from '../../core/wire/ui-contract.ts'

export type FactsChanges = {
  session?: Partial<CallFacts['session']>
  ask?: Partial<CallFacts['ask']>
  basis?: string
}

/** A call of `write_file` that a default holds. */
export function factsOf(args: JsonObject = { path: 'a.txt' }, changes: FactsChanges = {}): CallFacts {
  const session: CallFacts['session'] = {
    session: 's1',
    client: 'cursor',
    server: 'files',
    pin: 'a'.repeat(64),
    command: ['node', 'server.js'],
    cwd: '/home/dev/project',
    pid: 10,
    parentPid: 9,
    startedAt: 1,
    ...changes.session,
  }
  const ask: CallFacts['ask'] = {
    call: 's1.1',
    action: 'tools/call',
    tool: 'write_file',
    arguments: args,
    argumentsHash: argumentsHash(args, sha256, changes.ask?.beside as JsonObject | undefined),
    risk: { class: 'write', evidence: [] },
    rules: [],
    source: 'default',
    reason: 'writes ask',
    revision: 'r1',
    budgetMs: 60_000,
    budget: { ms: 60_000, source: 'default' },
    definition: { hash: 'd'.repeat(64) },
    ...changes.ask,
  }
  const basis = changes.basis ?? 'b'.repeat(64)
  return { session, ask, basis, binding: bindingOf(session, ask, basis, ask.confirm ?? 'click') }
}

export const given: GivenBy = { approval: 'approval-1', ticket: '7F3A', by: 'desktop' }
export const anyPath: ArgumentScopes = { path: { kind: 'anything' } }
export type GrantLifetime = Exclude<Lifetime, 'always'>

export function createTestGrants(changes: Partial<GrantsOptions> = {}) {
  const recorded: { type: string; data: Record<string, unknown> }[] = []
  const unrecorded: string[] = []
  const clock = { now: 1_800_000_000_000, monotonic: 1_000 }
  const disk = { full: false }
  const told: { last: Grant[]; times: number } = { last: [], times: 0 }
  const policy = { basis: 'b'.repeat(64) }
  const record: OwnRecord = {
    session: 'broker-test',
    kept: createKeptText(ownMarks()),
    write: (type, data) => {
      if (disk.full) throw new Error('the audit record cannot be written (ENOSPC)')
      recorded.push({ type, data: data as Record<string, unknown> })
    },
    close: () => undefined,
  }
  const grants = createGrants({
    record,
    now: () => clock.now,
    monotonic: () => clock.monotonic,
    unrecorded: (what) => void unrecorded.push(what),
    changed: (all) => {
      told.last = all
      told.times += 1
    },
    paths: (session) => lexicalPaths({ cwd: session.cwd }),
    basis: () => policy.basis,
    hides: () => false,
    zoneOffset: () => 0,
    ...changes,
  })
  return {
    ...grants,
    record,
    recorded,
    unrecorded,
    clock,
    disk,
    told,
    policy,
    /** Both clocks, as time does. */
    pass: (ms: number) => {
      clock.now += ms
      clock.monotonic += ms
    },
    ofType: (type: string) => recorded.filter((one) => one.type === type).map(({ data }) => data),
    /** One that lets write_file write anywhere. */
    anywhere: (lifetime: GrantLifetime = 'hour', facts = factsOf()) =>
      grants.remember(facts, { lifetime, scopes: anyPath }, given),
  }
}
