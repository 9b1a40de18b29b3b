// Writes spools as a proxy or a broker would, for tests that need their lines without their processes.
import { hash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { chainLine, chainStart } from '../../core/audit/chain.ts'
import type { AuditEventData, AuditEventType } from '../../core/schema/audit-event.ts'

export const sha256 = (text: string) => hash('sha256', text)

export type SpoolWriter = {
  readonly path: string
  readonly session: string
  /** The next line, chained, without writing it. */
  line(type: string, data: unknown, t?: number): string
  /** Chains an event and appends it with a line feed. Without `t` the time is a second after the last. */
  append<T extends AuditEventType>(type: T, data: AuditEventData<T>, t?: number): void
  /** The same for types and data that no schema knows. */
  appendRaw(type: string, data: unknown, t?: number): void
}

export const startOfTime = 1_700_000_000_000

export function createSpoolWriter(folder: string, session: string): SpoolWriter {
  const path = join(folder, `${session}.jsonl`)
  let n = 0
  let prev = chainStart
  let clock = startOfTime
  const next = (type: string, data: unknown, t?: number) => {
    clock = t ?? clock + 1000
    const chained = chainLine({ session, n, t: clock, type, data }, prev, sha256)
    n += 1
    prev = chained.hash
    return chained.line
  }
  const append = (type: string, data: unknown, t?: number) => appendFileSync(path, `${next(type, data, t)}\n`)
  return { path, session, line: next, append, appendRaw: append }
}

/** Complete data for every event about a call, with what a test cares about laid over it. */
export const sample = {
  started: (over: Partial<AuditEventData<'session.started'>> = {}): AuditEventData<'session.started'> => ({
    client: 'cursor',
    server: 'files',
    command: ['npx', 'server-files', '/home/ada'],
    cwd: '/home/ada',
    envNames: ['HOME'],
    pin: sha256('pin'),
    pid: 4242,
    parentPid: 4241,
    proxyVersion: '0.1.0',
    nodeVersion: '24.0.0',
    ...over,
  }),
  received: (call: string, tool = 'write_file'): AuditEventData<'call.received'> => ({
    call,
    tool,
    rpcId: '1',
    bytes: 120,
  }),
  decided: (call: string, over: Partial<AuditEventData<'call.decided'>> = {}): AuditEventData<'call.decided'> => ({
    call,
    tool: 'write_file',
    rpcId: '1',
    bytes: 120,
    decision: 'allow',
    source: 'rule',
    rules: [{ id: 'files/write', file: 'files.yaml', line: 7 }],
    reason: 'writes inside the project',
    risk: 'write',
    revision: 'rev-1',
    argumentsHash: sha256('{"path":"a"}'),
    arguments: { text: '{"path":"a"}', bytes: 12, truncated: false },
    ...over,
  }),
  closed: (
    call: string,
    outcome: AuditEventData<'hold.closed'>['outcome'],
    over: Partial<AuditEventData<'hold.closed'>> = {},
  ): AuditEventData<'hold.closed'> => ({ call, outcome, afterMs: 2500, ...over }),
  answered: (
    call: string,
    outcome: AuditEventData<'call.answered'>['outcome'] = 'ok',
  ): AuditEventData<'call.answered'> => ({
    call,
    outcome,
    bytes: 42,
    durationMs: 3.5,
    result: { text: '{"content":[]}', bytes: 14, truncated: false },
  }),
  opened: (call: string, session: string): AuditEventData<'approval.opened'> => ({
    approval: `a-${call}`,
    ticket: '7F3A',
    session,
    call,
    binding: sha256('binding'),
    expiresAt: startOfTime + 600_000,
  }),
  approval: (
    call: string,
    session: string,
    outcome: AuditEventData<'approval.decided'>['outcome'],
    over: Partial<AuditEventData<'approval.decided'>> = {},
  ): AuditEventData<'approval.decided'> => ({
    approval: `a-${call}`,
    ticket: '7F3A',
    session,
    call,
    outcome,
    by: 'desktop',
    grant: false,
    ...over,
  }),
}
