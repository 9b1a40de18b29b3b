// Everything the audit log can say. Proxies and the broker append these events to their spools;
// the broker chains them into its database. Field names are part of the stored format: add, never rename.
import * as z from 'zod'
import { actions } from './policy-words.ts'
import { riskClasses } from './risk-class.ts'

const ruleRef = z.strictObject({ id: z.string(), file: z.string(), line: z.int().positive().optional() })

/** Milliseconds since the Unix epoch. */
const time = z.int().nonnegative()
/** Lower-case hexadecimal SHA-256. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** `<session>.<counter>`: unique across sessions, and tells which session it belongs to. */
const callId = z.string().min(1).max(200)

/**
 * A JSON text after redaction, cut where it was long.
 * `bytes` and `sha256` describe the whole value before redaction, so that equality can still be seen. `keyed`: something
 * was taken out, or may stand in what was not looked at, so the hash is one that only this install can make
 * (core/audit/marks.ts); so is the `argumentsHash` beside such arguments.
 */
const excerpt = z.strictObject({
  text: z.string(),
  bytes: z.int().nonnegative(),
  sha256: sha256.optional(),
  truncated: z.boolean(),
  keyed: z.literal(true).optional(),
})

const received = {
  /** What was asked for, where that is no `tools/call`; `tool` is then what it names, or the method. */
  action: z.enum(actions).optional(),
  /** JSON text of the JSON-RPC id, so that `1` and `"1"` differ. */
  rpcId: z.string(),
  /** Length of the line as received. */
  bytes: z.int().nonnegative(),
}

export const auditEventData = {
  /** A proxy began to serve one client session. Environment values are never recorded, only their names. */
  'session.started': z.strictObject({
    client: z.string(),
    server: z.string(),
    command: z.array(z.string()),
    cwd: z.string(),
    envNames: z.array(z.string()),
    /** Identifies the launch of the upstream: command, arguments, names of its environment. */
    pin: sha256,
    pid: z.int(),
    parentPid: z.int(),
    proxyVersion: z.string(),
    nodeVersion: z.string(),
  }),
  /** The client introduced itself; its words, not ours. */
  'session.client': z.strictObject({
    name: z.string(),
    version: z.string(),
    protocolVersion: z.string(),
  }),
  'session.ended': z.strictObject({ reason: z.string() }),
  /** What the server listed; written when it is not what this session listed before. `sha256` over the list's JSON text. */
  'tools.listed': z.strictObject({ tools: z.int().nonnegative(), sha256, names: z.array(z.string()) }),
  'upstream.exited': z.strictObject({ code: z.int().nullable(), signal: z.string().nullable() }),

  /** Written only for a call that has to wait for the policy to load; otherwise `call.decided` is its first event. */
  'call.received': z.strictObject({ call: callId, tool: z.string(), ...received }),
  'call.decided': z.strictObject({
    call: callId,
    tool: z.string(),
    ...received,
    decision: z.enum(['allow', 'deny', 'hold']),
    source: z.enum(['rule', 'default', 'broken-file', 'no-policy', 'lockdown', 'session-refused']),
    rules: z.array(ruleRef),
    reason: z.string(),
    risk: z.enum(riskClasses),
    /** Policy revision the decision was made under. */
    revision: z.string(),
    /** Canonical argument hash (RFC 8785 JCS, SHA-256) over the exact arguments, before redaction; see `keyed`. */
    argumentsHash: sha256,
    arguments: excerpt,
    /** What the message carries beside name, arguments and `_meta`, if anything. */
    beside: excerpt.optional(),
    /**
     * The limits of rules that wanted this call counted. `reserved`: counted, until it is given back. `exhausted`: there
     * was no room. `uncounted`: nobody could count, which is the same as no room.
     */
    limits: z
      .array(
        z.strictObject({
          rule: ruleRef,
          amount: z.number().nonnegative(),
          state: z.enum(['reserved', 'exhausted', 'uncounted']),
        }),
      )
      .optional(),
    /** Allowed and sent on right after this line: stands for a `call.forwarded` of its own. */
    forwarded: z.literal(true).optional(),
    /** The client's own trace, as `_meta` carried it (W3C Trace Context). */
    trace: z.strictObject({ traceparent: z.string(), tracestate: z.string().optional() }).optional(),
  }),
  'hold.opened': z.strictObject({ call: callId, budgetMs: z.int().nonnegative() }),
  /**
   * The proxy stopped holding. `approved` and `grant` are followed by `call.forwarded`; `released` means the
   * client got a ticket while the card stays open; the rest ended the call.
   */
  'hold.closed': z.strictObject({
    call: callId,
    outcome: z.enum([
      'approved',
      'grant',
      'refused',
      'expired',
      'released',
      'cancelled',
      'too-many',
      'no-broker',
      /** The policy changed meanwhile: a new `call.decided` follows. */
      'rejudge',
      /** An identical call took its place. */
      'superseded',
      /** A request that its server had answered with a question came back with the answer: the approval of the first covers it. */
      'continued',
    ]),
    afterMs: z.int().nonnegative(),
    approval: z.string().optional(),
    ticket: z.string().optional(),
    by: z.string().optional(),
    reason: z.string().optional(),
    /** The released caller comes back by itself. */
    asksAgain: z.literal(true).optional(),
  }),
  'call.forwarded': z.strictObject({
    call: callId,
    /** A person put these in the place of the arguments: this is what ran. */
    edited: z.strictObject({ argumentsHash: sha256, arguments: excerpt }).optional(),
  }),
  'call.answered': z.strictObject({
    call: callId,
    outcome: z.enum(['ok', 'tool-error', 'protocol-error', 'upstream-exited']),
    bytes: z.int().nonnegative(),
    durationMs: z.number().nonnegative(),
    result: excerpt.optional(),
  }),
  /** The client took the call back, or went away, before it was answered. */
  'call.cancelled': z.strictObject({
    call: callId,
    /**
     * `policy`: it changed while the call was held. `batch`: another call of its batch may not run. `server`: it took back
     * what it had asked of the client.
     */
    by: z.enum(['client', 'disconnect', 'policy', 'batch', 'server']),
    forwarded: z.boolean(),
  }),
  /**
   * A line from the client that could not be accepted as a message; nothing was forwarded. Or one of the server, where
   * policy has a word on what servers ask; `problem` says so.
   */
  'message.rejected': z.strictObject({ code: z.int(), problem: z.string(), bytes: z.int().nonnegative() }),

  // The broker's own events.
  'broker.started': z.strictObject({ version: z.string(), pid: z.int(), host: z.enum(['desktop', 'headless']) }),
  'broker.stopped': z.strictObject({}),
  /** The text of a policy file, once, before the first revision that has it. */
  'policy.text': z.strictObject({ sha256, text: z.string() }),
  'policy.published': z.strictObject({
    revision: z.string(),
    files: z.array(z.string()),
    problems: z.array(z.string()),
    /** What the revision is made of, file by file: any past decision can be explained by the rules as they were. */
    texts: z
      .array(
        z.strictObject({
          file: z.string(),
          /** `removed`: it is not in the folder any more, and still counts. */
          status: z.enum(['ok', 'broken', 'removed']),
          /** Names the `policy.text` whose rules are in force; absent where none are, and all it governs is denied. */
          sha256: sha256.optional(),
          /** Globs of what is denied, and why, where there is no text. */
          denies: z.array(z.string()).optional(),
          problem: z.string().optional(),
        }),
      )
      .optional(),
  }),
  /** A person let go of a policy file that is not in the folder any more; `servers` is what it governed. */
  'policy.removal-accepted': z.strictObject({ file: z.string(), servers: z.array(z.string()), by: z.string() }),
  'approval.opened': z.strictObject({
    approval: z.string(),
    ticket: z.string(),
    session: z.string(),
    call: callId,
    binding: sha256,
    expiresAt: time,
    group: z.string().optional(),
  }),
  /** Another identical call waits on an open card, or a released caller came back to it. */
  'approval.attached': z.strictObject({ approval: z.string(), session: z.string(), call: callId }),
  'approval.decided': z.strictObject({
    approval: z.string(),
    ticket: z.string(),
    session: z.string(),
    call: callId,
    outcome: z.enum(['approved', 'refused', 'expired', 'cancelled']),
    by: z.string(),
    reason: z.string().optional(),
    /** True where the client had been released: the approval made a single-use grant instead of running the call. */
    grant: z.boolean(),
    /** All calls it decided, where there were several. */
    calls: z.array(callId).optional(),
    /** Refused with everything else, by lockdown or with its whole session: nobody answered this one. */
    withAll: z.literal(true).optional(),
    /** The person changed the arguments; what was asked about stands in `call.decided`. */
    edited: z.strictObject({ argumentsHash: sha256, arguments: excerpt }).optional(),
    /** The grant or the rule (`file`, `rule`) that was made with it. */
    remembered: z
      .strictObject({ grant: z.string().optional(), file: z.string().optional(), rule: z.string().optional() })
      .optional(),
  }),
  /** A remembered approval begins to let calls through. `scopes`: as in core/schema/grant.ts, redacted. */
  'grant.made': z.strictObject({
    grant: z.string(),
    approval: z.string(),
    client: z.string(),
    server: z.string(),
    tool: z.string(),
    session: z.string().optional(),
    lifetime: z.string(),
    scopes: excerpt,
    expiresAt: time,
    by: z.string(),
  }),
  'grant.used': z.strictObject({
    approval: z.string(),
    session: z.string(),
    call: callId,
    grant: z.string().optional(),
  }),
  'grant.expired': z.strictObject({
    approval: z.string(),
    grant: z.string().optional(),
    /** `expired`: its time, or the time without use. `changed`: what it depended on is no longer so. */
    why: z.enum(['expired', 'changed', 'session', 'undone']).optional(),
  }),
  'grant.revoked': z.strictObject({ approval: z.string(), grant: z.string(), by: z.string() }),
  /** A person had a rule written, or took it back again within the seconds for that (`undone`). */
  'policy.remembered': z.strictObject({
    files: z.array(z.string()),
    rule: z.string(),
    by: z.string(),
    undone: z.literal(true).optional(),
  }),
  'session.refused': z.strictObject({ session: z.string(), by: z.string(), reason: z.string().optional() }),
  'session.resumed': z.strictObject({ session: z.string(), by: z.string() }),
  'lockdown.changed': z.strictObject({ on: z.boolean(), by: z.string() }),
  /** The oldest part of the log, up to event `upTo`, was given up behind a signed checkpoint. `events`, `calls`: in all, so far. */
  'log.pruned': z.strictObject({
    upTo: z.int().positive(),
    hash: sha256,
    events: z.int().nonnegative(),
    calls: z.int().nonnegative(),
    why: z.enum(['age', 'size']),
  }),
  /** The head of the chain was written where this log's owner cannot easily change it. */
  'head.anchored': z.strictObject({ seq: z.int().nonnegative(), hash: sha256, where: z.string() }),
  /** What a client showed about how long it waits; a held call ends earlier from now on. */
  'budget.learned': z.strictObject({ client: z.string(), observedMs: z.int(), budgetMs: z.int() }),
  /** The process of a session is gone without `session.ended`: what it had open is settled. */
  'session.gone': z.strictObject({ session: z.string() }),
  /** Something that should not happen: an unknown verb on the socket, a damaged spool, a foreign sender. */
  alert: z.strictObject({ kind: z.string(), detail: z.string() }),
} as const

export type AuditEventType = keyof typeof auditEventData
export type AuditEventData<T extends AuditEventType> = z.infer<(typeof auditEventData)[T]>
export type Excerpt = z.infer<typeof excerpt>

/**
 * One spool line. `hash` is the SHA-256 of the line's own text up to and excluding `,"hash":…`, which includes
 * `prev`, the hash of the line before (64 zeros for the first): see core/audit/chain.ts.
 */
export const spoolLine = z.strictObject({
  v: z.literal(1),
  session: z.string().min(1).max(100),
  /** Position in the spool, from 0, without gaps. */
  n: z.int().nonnegative(),
  t: time,
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  prev: sha256,
  hash: sha256,
})
export type SpoolLine = z.infer<typeof spoolLine>
