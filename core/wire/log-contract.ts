// What a user interface asks of the audit log: the part of the UI contract (ui-contract.ts) that only reads.
import * as z from 'zod'
import { callFilter, facets } from '../audit/call-filter.ts'
import { actions } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'

/** Milliseconds since the Unix epoch. */
const time = z.int().nonnegative()
const count = z.int().nonnegative()
const bytes = z.int().nonnegative()
const ms = z.number().nonnegative()
/** Lower-case hexadecimal SHA-256. */
const hash = z.string()

export const ruleRef = z.strictObject({ id: z.string(), file: z.string(), line: z.int().positive().optional() })

/** What became of a call, in one word each (audit.md). `deciding` and `waiting` are the states before the end. */
export const callOutcomes = [
  'deciding',
  'waiting',
  'running',
  'allowed-by-rule',
  'allowed-by-default',
  'allowed-by-grant',
  'approved',
  'denied-by-rule',
  'denied-by-default',
  'denied-policy-broken',
  'denied-lockdown',
  'refused',
  'expired',
  'released',
  /** One round of a client that asks again by itself; what came of it stands at a later round. */
  'asked-again',
  'cancelled',
  'never-shown',
  'too-many',
  'upstream-error',
  'outcome-unknown',
] as const

export const callSummary = z.strictObject({
  call: z.string(),
  session: z.string(),
  client: z.string(),
  server: z.string(),
  /** What was asked for, where that is no `tools/call`; `tool` is then what it names, or the method. */
  action: z.enum(actions).optional(),
  tool: z.string(),
  risk: z.enum(riskClasses).optional(),
  outcome: z.enum(callOutcomes),
  receivedAt: time,
  /** How long a person or the queue took, in milliseconds, for a held call. */
  heldMs: z.int().nonnegative().optional(),
  /** From forwarding to the answer, in milliseconds. */
  durationMs: ms.optional(),
  /** First rule that decided, or nothing for a default. */
  rule: z.string().optional(),
  /** Who decided, for a call that a person was asked about: `desktop`, `headless:…`, `policy` and others. */
  decidedBy: z.string().optional(),
})

const callEvent = z.strictObject({
  /** Position in the chain of the whole log. */
  seq: z.int(),
  at: time,
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  hash,
})

const recordedText = z.strictObject({ text: z.string(), bytes, truncated: z.boolean() })

const callDetail = z.strictObject({
  summary: callSummary,
  /** Redacted argument text as recorded, with the full length in bytes. */
  arguments: recordedText.optional(),
  argumentsHash: hash.optional(),
  /** What a person put in their place: this ran. */
  edited: recordedText.optional(),
  result: recordedText.optional(),
  reason: z.string().optional(),
  revision: z.string().optional(),
  rules: z.array(ruleRef),
  events: z.array(callEvent),
  /** So many from the middle of a very long list. */
  eventsLeftOut: z.int().positive().optional(),
  /** The chain around it: numbers of the newest event of all and of the oldest that is still there (1: none was given up). */
  chain: z.strictObject({ head: z.int(), begins: z.int() }),
  /** The last calls before it of the same tool by the same client, newest first. */
  similar: z.array(callSummary.extend({ sameArguments: z.boolean() })),
})

const traceLine = z.strictObject({
  /** How deep it is nested. */
  depth: count,
  text: z.string(),
  /** Whether this held; nothing where it was not asked. */
  holds: z.enum(['yes', 'no', 'unknown']).optional(),
})

/** Where a check of the whole log is. */
export const verifyProgress = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('none') }),
  z.strictObject({ state: z.literal('running'), startedAt: time, done: count, total: count }),
  z.strictObject({
    state: z.literal('done'),
    at: time,
    ok: z.boolean(),
    events: count,
    calls: count,
    head: hash,
    /** The first bad place of each part, if any. */
    problems: z.array(z.strictObject({ where: z.string(), place: z.string(), problem: z.string() })),
  }),
  z.strictObject({ state: z.literal('failed'), at: time, problem: z.string() }),
])

const none = z.strictObject({})

export const logRequests = {
  /**
   * A window of the calls that a filter selects, newest first. `asOf` (of an earlier answer) keeps the order still while new
   * calls come: offsets count from the newest call of then.
   */
  'activity.search': {
    params: z.strictObject({
      filter: callFilter,
      asOf: z.string().max(40).optional(),
      offset: count,
      limit: z.int().min(1).max(200),
    }),
    result: z.strictObject({
      asOf: z.string(),
      /** How many there are in all. */
      total: count,
      /** Only the newest calls were looked through, down to this moment: there may be more before it. */
      searchedTo: time.optional(),
      calls: z.array(callSummary),
    }),
  },
  /** Counts of the selected calls: over time, and by each dimension (its own terms left out, as a choice among its values). */
  'activity.summary': {
    params: z.strictObject({
      filter: callFilter,
      asOf: z.string().max(40).optional(),
      /** About how many columns the histogram should have. */
      columns: z.int().min(8).max(400),
      /** Most values of a facet. */
      values: z.int().min(1).max(200),
    }),
    result: z.strictObject({
      total: count,
      searchedTo: time.optional(),
      /** From the first column's beginning, in columns of `columnMs`; the beginning is a multiple of it in local time. */
      histogram: z.strictObject({
        start: time,
        columnMs: z.int().positive(),
        /** For each outcome that occurs, one number a column. */
        counts: z.partialRecord(z.enum(callOutcomes), z.array(count)),
      }),
      facets: z.record(
        z.enum(facets),
        z.strictObject({
          values: z.array(z.strictObject({ value: z.string(), count })),
          /** Values beyond `values`. */
          more: count,
        }),
      ),
    }),
  },
  /** The strip above the explorer. Not filtered. */
  'activity.overview': {
    params: none,
    result: z.strictObject({
      /** Since local midnight. */
      today: count,
      held: count,
      refused: count,
      /** Between a card's opening and a person's answer, of the last seven days. */
      medianAnswerMs: z.int().nonnegative().optional(),
      /** Of the last seven days, most calls first. */
      servers: z.array(z.strictObject({ server: z.string(), calls: count })),
      /** Calls of each of the last 24 hours, oldest first. */
      hours: z.array(count),
    }),
  },
  'activity.get': {
    params: z.strictObject({ call: z.string().max(300) }),
    result: z.strictObject({ detail: callDetail.optional() }),
  },
  /** How the policy of then decided on the call, judged again from what is on record. */
  'activity.explain': {
    params: z.strictObject({ call: z.string().max(300) }),
    result: z.discriminatedUnion('state', [
      z.strictObject({
        state: z.literal('explained'),
        trace: z.array(traceLine),
        /** The rules that decided, as their files said it then. */
        rules: z.array(z.strictObject({ rule: ruleRef, text: z.string() })),
        /** Why it may not be exactly what happened: arguments cut or redacted, files or limits that have changed since. */
        doubts: z.array(z.string()),
      }),
      /** Why it cannot be told, in a sentence. */
      z.strictObject({ state: z.literal('unknown'), problem: z.string() }),
    ]),
  },
  'log.metrics': {
    params: z.strictObject({ days: z.int().min(1).max(365) }),
    result: z.strictObject({
      since: time,
      calls: z.partialRecord(z.enum(callOutcomes), count),
      /** Held calls that are over: how long they were held. */
      held: z.strictObject({ calls: count, p50Ms: ms.optional(), p95Ms: ms.optional(), longestMs: ms.optional() }),
      /** Forwarded calls that were answered: how long their servers took. */
      answered: z.strictObject({ calls: count, p50Ms: ms.optional(), p95Ms: ms.optional(), longestMs: ms.optional() }),
      /** Written by proxies and not yet in the database. `lagMs`: how long the oldest of it waits. */
      ingest: z.strictObject({ waitingBytes: bytes, waitingSpools: count, lagMs: ms, damagedSpools: count }),
      database: z.strictObject({ bytes, freeBytes: bytes, events: count, calls: count, oldest: time.optional() }),
      spools: z.strictObject({ bytes, files: count }),
      head: z.strictObject({ seq: count, hash }),
      /** The newest head that was written to the system's log. */
      anchored: z.strictObject({ seq: count, hash, at: time, where: z.string() }).optional(),
      /** What was given up, if anything: everything up to event `seq`. */
      checkpoint: z.strictObject({ seq: count, hash, at: time, events: count, calls: count }).optional(),
      telemetry: z
        .strictObject({
          endpoint: z.string(),
          state: z.enum(['idle', 'sending', 'failing']),
          /** Events that wait to be sent. */
          waiting: count,
          sentSpans: count,
          sentRecords: count,
          lastAt: time.optional(),
          problem: z.string().optional(),
        })
        .optional(),
    }),
  },
  /** Begins to check the whole log, unless a check runs; `verify.changed` events tell the rest. */
  'log.verify': { params: none, result: verifyProgress },
  'log.verify-state': { params: none, result: verifyProgress },
} as const

export type CallOutcome = (typeof callOutcomes)[number]
export type CallSummary = z.infer<typeof callSummary>
export type CallDetail = z.infer<typeof callDetail>
export type TraceLine = z.infer<typeof traceLine>
export type VerifyProgress = z.infer<typeof verifyProgress>
export type LogMethod = keyof typeof logRequests
export type LogParams<M extends LogMethod> = z.infer<(typeof logRequests)[M]['params']>
export type LogResult<M extends LogMethod> = z.infer<(typeof logRequests)[M]['result']>
