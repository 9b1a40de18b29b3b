// The contract between a user interface and the broker. Implemented once, in broker/api/router.ts, and carried by two
// transports: Electron IPC and HTTP with server-sent events. This is the only door through which an approval can come.
import * as z from 'zod'
import { actions, confirmations } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'

/** Milliseconds since the Unix epoch. */
const time = z.int().nonnegative()
const ruleRef = z.strictObject({ id: z.string(), file: z.string(), line: z.int().positive().optional() })
const effect = z.enum(['allow', 'deny', 'require-approval'])

/** A held call as a person sees it. Every string from `tool` and `arguments` is hostile text. */
const approvalCard = z.strictObject({
  id: z.string(),
  /** Short code the model and the person can both quote. */
  ticket: z.string(),
  /** Hash of exactly what an approval would allow; an approve must name it (so nobody approves what was not shown). */
  binding: z.string(),
  openedAt: time,
  /** At this moment the card expires. The broker's clock decides; the UI only shows it. */
  expiresAt: time,
  /**
   * The caller: still waiting (until its budget ends), released with a ticket, or gone. Approving a waiting call runs it
   * now; otherwise it allows the next identical call, once.
   */
  caller: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('waiting'), until: time }),
    z.strictObject({ state: z.literal('released') }),
    z.strictObject({ state: z.literal('gone') }),
  ]),
  /** How many identical calls wait on this card. */
  waiting: z.int().nonnegative(),
  who: z.strictObject({
    client: z.string(),
    /** What the client says of itself. */
    clientInfo: z.strictObject({ name: z.string(), version: z.string() }).optional(),
    process: z.string().optional(),
    pid: z.int(),
    folder: z.string(),
    session: z.string(),
    sessionStartedAt: time,
  }),
  where: z.strictObject({ server: z.string(), command: z.array(z.string()), pin: z.string() }),
  action: z.enum(actions),
  /** The tool, or what another action names (`Resource` in core/schema/access-request.ts). */
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  /** What else the message carries, and an approval would forward. */
  beside: z.record(z.string(), z.unknown()).optional(),
  argumentsHash: z.string(),
  risk: z.strictObject({ class: z.enum(riskClasses), evidence: z.array(z.string()) }),
  rule: z.strictObject({
    source: z.enum(['rule', 'default']),
    rules: z.array(ruleRef),
    reason: z.string(),
    /** The rule author's own words, if any. */
    note: z.string().optional(),
    revision: z.string(),
  }),
  /** What approving takes. `type-name`: `approvals.approve` must carry what the person typed (core/approval/confirmation.ts). */
  confirm: z.enum(confirmations),
  /** The last decisions on calls of the same tool by the same client, newest first. */
  before: z.array(z.strictObject({ at: time, outcome: z.string(), sameArguments: z.boolean() })),
})

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
  'refused',
  'expired',
  'released',
  'cancelled',
  'never-shown',
  'too-many',
  'upstream-error',
  'outcome-unknown',
] as const

const callSummary = z.strictObject({
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
  durationMs: z.number().nonnegative().optional(),
  /** First rule that decided, or nothing for a default. */
  rule: z.string().optional(),
})

const callEvent = z.strictObject({
  seq: z.int(),
  at: time,
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  hash: z.string(),
})

const callDetail = z.strictObject({
  summary: callSummary,
  /** Redacted argument text as recorded, with the full length in bytes. */
  arguments: z.strictObject({ text: z.string(), bytes: z.int(), truncated: z.boolean() }).optional(),
  argumentsHash: z.string().optional(),
  result: z.strictObject({ text: z.string(), bytes: z.int(), truncated: z.boolean() }).optional(),
  reason: z.string().optional(),
  decidedBy: z.string().optional(),
  revision: z.string().optional(),
  rules: z.array(ruleRef),
  events: z.array(callEvent),
})

const diagnostic = z.strictObject({
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
  message: z.string(),
  suggestion: z.string().optional(),
})

const policyFile = z.strictObject({
  file: z.string(),
  /** `removed`: it is not in the folder any more, and still counts until a person accepts that (`policies.accept-removal`). */
  status: z.enum(['ok', 'broken', 'removed']),
  name: z.string().optional(),
  servers: z.array(z.string()),
  /** The text as it is on disk; empty where there is none to be read. */
  text: z.string(),
  defaults: z.array(z.strictObject({ risk: z.string(), effect })),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      effect,
      tools: z.array(z.string()),
      /** The requests it is about, where these are no tool calls; `tools` says nothing then. */
      on: z.array(z.enum(actions)).optional(),
      /** It also takes the tools out of the list that clients see. */
      hide: z.literal(true).optional(),
      line: z.int().positive(),
      /** The conditions in words, one a line; empty where the rule has none. */
      conditions: z.array(z.string()),
      reason: z.string().optional(),
    }),
  ),
  diagnostics: z.array(diagnostic),
})

const status = z.strictObject({
  version: z.string(),
  host: z.enum(['desktop', 'headless']),
  home: z.string(),
  /** Where the install's signing key is kept. */
  keyStorage: z.enum(['keychain', 'file']),
  startedAt: time,
  policy: z.strictObject({ revision: z.string(), files: z.int(), problems: z.array(z.string()) }),
  sessions: z.array(z.strictObject({ session: z.string(), client: z.string(), server: z.string(), startedAt: time })),
  pending: z.int().nonnegative(),
  /** Calls received since local midnight, by outcome. */
  today: z.partialRecord(z.enum(callOutcomes), z.int().nonnegative()),
  /** Alerts since the broker started, newest first. */
  alerts: z.array(z.strictObject({ at: time, kind: z.string(), detail: z.string() })),
  /** Hash of the newest event in the audit chain. */
  auditHead: z.string(),
})

const settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** `undefined` where the host cannot do it (headless). */
  startAtLogin: z.boolean().optional(),
  notifications: z.boolean(),
})

const none = z.strictObject({})

export const uiRequests = {
  /** Everything the first screen needs, with the sequence number from which events continue. */
  snapshot: {
    params: none,
    result: z.strictObject({ seq: z.int(), approvals: z.array(approvalCard), status, settings }),
  },
  /**
   * Approves exactly what `binding` names. `ran`: the waiting call was released to run. `granted`: the next identical
   * call may run, once. `closed`: the card was no longer open; nothing was approved. `changed`: the card holds
   * something else than `binding`; nothing was approved. `not-confirmed`: `typed` is not what the card's `confirm` asks
   * for; nothing was approved, and the card stays.
   */
  'approvals.approve': {
    params: z.strictObject({ id: z.string(), binding: z.string(), typed: z.string().max(1024).optional() }),
    result: z.strictObject({ outcome: z.enum(['ran', 'granted', 'closed', 'changed', 'not-confirmed']) }),
  },
  /** Refuses; the reason goes to the model. `closed`: the card was no longer open. */
  'approvals.refuse': {
    params: z.strictObject({ id: z.string(), binding: z.string(), reason: z.string().max(2000).optional() }),
    result: z.strictObject({ outcome: z.enum(['refused', 'closed', 'changed']) }),
  },
  /** Calls, newest first. `before` is the `next` of the page before. */
  'activity.list': {
    params: z.strictObject({
      before: z.string().optional(),
      limit: z.int().min(1).max(200),
      outcome: z.array(z.enum(callOutcomes)).optional(),
      /** Part of a tool, server or client name. */
      text: z.string().max(200).optional(),
    }),
    result: z.strictObject({ calls: z.array(callSummary), next: z.string().optional() }),
  },
  'activity.get': {
    params: z.strictObject({ call: z.string() }),
    result: z.strictObject({ detail: callDetail.optional() }),
  },
  'policies.list': {
    params: none,
    result: z.strictObject({ folder: z.string(), revision: z.string(), files: z.array(policyFile) }),
  },
  /**
   * Lets go of a policy file that was removed from the folder: what its rules kept from running is judged by the rest.
   * `not-removed`: the file is there, or nothing is known of it; nothing changed.
   */
  'policies.accept-removal': {
    params: z.strictObject({ file: z.string() }),
    result: z.strictObject({ outcome: z.enum(['accepted', 'not-removed']) }),
  },
  'settings.set': {
    params: settings.partial(),
    result: settings,
  },
} as const

/** Events carry the whole new value; a client that missed some takes a new snapshot. */
export const uiEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('approval.changed'), card: approvalCard }),
  z.strictObject({
    type: z.literal('approval.closed'),
    id: z.string(),
    outcome: z.enum(['approved', 'refused', 'expired', 'cancelled']),
  }),
  z.strictObject({ type: z.literal('calls.changed'), calls: z.array(callSummary) }),
  z.strictObject({ type: z.literal('policies.changed'), revision: z.string() }),
  z.strictObject({ type: z.literal('status.changed'), status }),
  z.strictObject({ type: z.literal('settings.changed'), settings }),
  /** The host asks the UI to show something: a clicked notification opens its card. */
  z.strictObject({
    type: z.literal('reveal'),
    screen: z.enum(['approvals', 'activity', 'policies', 'settings']),
    id: z.string().optional(),
  }),
])

export const uiEventEnvelope = z.strictObject({ seq: z.int(), event: uiEvent })

export type UiMethod = keyof typeof uiRequests
export type UiParams<M extends UiMethod> = z.infer<(typeof uiRequests)[M]['params']>
export type UiResult<M extends UiMethod> = z.infer<(typeof uiRequests)[M]['result']>
export type UiEvent = z.infer<typeof uiEvent>
export type UiEventEnvelope = z.infer<typeof uiEventEnvelope>
export type UiError = { code: 'unknown-method' | 'bad-params' | 'unauthorized' | 'internal'; message: string }
/** What both transports carry back for a request: every request ends with a value or an error. */
export type UiReply = { ok: true; value: unknown } | { ok: false; error: UiError }

export type ApprovalCard = z.infer<typeof approvalCard>
export type CallOutcome = (typeof callOutcomes)[number]
export type CallSummary = z.infer<typeof callSummary>
export type CallDetail = z.infer<typeof callDetail>
export type PolicyFileView = z.infer<typeof policyFile>
export type Diagnostic = z.infer<typeof diagnostic>
export type BrokerStatus = z.infer<typeof status>
export type Settings = z.infer<typeof settings>

/** What a renderer gets to talk to the broker; the Electron preload exposes exactly these two functions. */
export type UiTransport = {
  request<M extends UiMethod>(method: M, params: UiParams<M>): Promise<UiResult<M>>
  /** Calls back for every event from now on; returns a function that stops it. */
  subscribe(listener: (envelope: UiEventEnvelope) => void, onGap: () => void): () => void
}
