// The contract between a proxy and the broker: JSON-RPC 2.0 over a local socket (vscode-jsonrpc framing).
// A proxy can ask, wait and cancel. There is no verb that approves, and there must never be one.
import * as z from 'zod'
import type { JsonValue } from '../schema/json.ts'
import { actions, confirmations, limitGroups } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { canonicalJson } from './json-line.ts'

export const brokerProtocolVersion = 1

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const ruleRef = z.strictObject({ id: z.string(), file: z.string(), line: z.int().positive().optional() })

/** How long this client may be kept waiting, and how that is known. */
const holdBudget = z.strictObject({
  /** Milliseconds of silence. */
  ms: z.int().positive(),
  /** Milliseconds where progress is reported meanwhile, for a client that is known to count silence only. */
  progressMs: z.int().positive().optional(),
  source: z.enum(['default', 'table', 'learned', 'settings']),
})

/**
 * What the server said of a tool in the last `tools/list` that passed. `hash`: SHA-256 over the canonical JSON of the whole
 * definition, `annotations`, `inputSchema` and all; it is part of what an approval binds to. The rest is left out where it
 * is long.
 */
const toolDefinition = z.strictObject({
  hash: sha256,
  title: z.string().max(1024).optional(),
  description: z
    .string()
    .max(16 * 1024)
    .optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
  /** At most 64 KiB of JSON. */
  inputSchema: z.record(z.string(), z.unknown()).optional(),
})

/** First message. Carries nothing worth stealing: whoever bound our socket path without the key is found out here. */
const hello = {
  params: z.strictObject({ protocol: z.int(), nonce: z.string().min(16).max(200) }),
  result: z.strictObject({
    protocol: z.int(),
    /** Ed25519 signature (base64) over `countersign-hello:<nonce>`, made with the install's key. */
    signature: z.string(),
    version: z.string(),
  }),
}

/** Introduces the session, once, after the broker has proved itself. */
const sessionOpen = {
  params: z.strictObject({
    /** Content of the 0600 token file: shows that the proxy runs as the same user. */
    token: z.string(),
    session: z.string().min(1).max(100),
    client: z.string(),
    server: z.string(),
    pin: sha256,
    command: z.array(z.string()),
    cwd: z.string(),
    pid: z.int(),
    parentPid: z.int(),
    parentProcess: z.string().optional(),
    startedAt: z.int(),
    clientInfo: z.strictObject({ name: z.string(), version: z.string() }).optional(),
  }),
  result: z.strictObject({ holdBudget }),
}

/** Ed25519 over `answerMessage`, base64: a relay on the socket path can pass on what the broker says, not say it. */
const signature = z.string()

/** Arguments that the person put in the place of those asked about: these run, after they were judged by the policy. */
const edited = z.record(z.string(), z.unknown()).optional()

/**
 * Asks for a person's approval of one call. Resolves when it is decided, when a matching single-use grant exists,
 * or when the hold budget ends (`released`: the card stays in the queue).
 */
const approvalRequest = {
  params: z.strictObject({
    call: z.string().min(1).max(200),
    action: z.enum(actions),
    /** The tool, or what another action names (`Resource` in core/schema/access-request.ts). */
    tool: z.string(),
    /** The exact arguments, unredacted: the person must see what will run. Kept in memory only. */
    arguments: z.record(z.string(), z.unknown()),
    /** What else the message carries beside name, arguments and `_meta`; part of what is hashed. */
    beside: z.record(z.string(), z.unknown()).optional(),
    argumentsHash: sha256,
    risk: z.strictObject({ class: z.enum(riskClasses), evidence: z.array(z.string()) }),
    rules: z.array(ruleRef),
    source: z.enum(['rule', 'default']),
    reason: z.string(),
    /** The rule author's own words (`reason:` in the policy), which the person who decides should know as well. */
    note: z.string().optional(),
    revision: z.string(),
    /** Rules whose limits were found used up (`ruleKey` in core/schema/decision.ts): judged again, they still are. */
    exhausted: z.array(z.string()).max(100).optional(),
    definition: toolDefinition.optional(),
    /** How long the proxy can still hold the client, in milliseconds. */
    budgetMs: z.int().nonnegative(),
    /** What that was taken from, for the card. `flag`: the proxy's own command line. */
    budget: z.strictObject({
      ms: z.int().nonnegative(),
      source: z.enum([...holdBudget.shape.source.options, 'flag', 'task']),
    }),
    /** A released caller of this kind comes back by itself, without the model (2026-07-28, `requestState`). */
    asksAgain: z.literal(true).optional(),
    /** How long the card may stay open, in milliseconds, where the rule says so. */
    timeoutMs: z.int().positive().optional(),
    /** What approving takes, where the rule asks for more than a click. */
    confirm: z.enum(confirmations).optional(),
  }),
  result: z.discriminatedUnion('outcome', [
    z.strictObject({ outcome: z.literal('approved'), approval: z.string(), by: z.string(), edited, signature }),
    z.strictObject({ outcome: z.literal('grant'), approval: z.string(), by: z.string(), edited, signature }),
    z.strictObject({
      outcome: z.literal('refused'),
      /** The card that was refused; absent where none was opened (a session, or everything, is refused). */
      approval: z.string().optional(),
      by: z.string(),
      reason: z.string().optional(),
    }),
    /** Nothing was decided: the policy changed, and by the new one this call may not need a person. Judge it again. */
    z.strictObject({ outcome: z.literal('rejudge'), approval: z.string() }),
    /** The same call came again while this one waited, as from a client that had given up: that one waits in its place. */
    z.strictObject({ outcome: z.literal('superseded'), approval: z.string(), ticket: z.string() }),
    z.strictObject({ outcome: z.literal('expired'), approval: z.string() }),
    z.strictObject({ outcome: z.literal('cancelled'), approval: z.string() }),
    z.strictObject({ outcome: z.literal('released'), approval: z.string(), ticket: z.string(), expiresAt: z.int() }),
    z.strictObject({ outcome: z.literal('too-many'), waiting: z.int() }),
  ]),
}

/** The client took the call back or went away. Whatever was decided, this call will not run. */
const approvalCancel = {
  params: z.strictObject({
    call: z.string().min(1).max(200),
    /**
     * `timed-out`: the client took it back and gave its own time-out as the reason. `client`: it took it back. Both tell how
     * long this client waits. `other`: its input ended, or the proxy gave up.
     */
    why: z.enum(['timed-out', 'client', 'other']),
    /** How long the client had waited then, in milliseconds, since its request. */
    waitedMs: z.int().nonnegative(),
  }),
  result: z.strictObject({}),
}

/**
 * Counts a call against the limits of rules before it runs: all of them or none. The rules that are exhausted are named,
 * and then nothing was counted.
 */
const limitReserve = {
  params: z.strictObject({
    call: z.string().min(1).max(200),
    tool: z.string(),
    claims: z
      .array(
        z.strictObject({
          rule: z.strictObject({ file: z.string(), id: z.string() }),
          max: z.number().nonnegative(),
          perMs: z.int().positive(),
          amount: z.number().nonnegative(),
          by: z.array(z.enum(limitGroups)),
        }),
      )
      .min(1)
      .max(100),
  }),
  result: z.discriminatedUnion('outcome', [
    /** `signature` over `answerMessage`, base64: without it a relay could say that nothing is ever exhausted. */
    z.strictObject({ outcome: z.literal('reserved'), signature }),
    z.strictObject({
      outcome: z.literal('exhausted'),
      exhausted: z
        .array(
          z.strictObject({
            rule: z.strictObject({ file: z.string(), id: z.string() }),
            used: z.number().nonnegative(),
            /** When enough of it will have left the window, in milliseconds since the epoch; absent where never. */
            freeAt: z.int().nonnegative().optional(),
          }),
        )
        .min(1),
    }),
  ]),
}

/** Gives back what a call had reserved, because it did not run or the upstream reported failure. Once, and only its own. */
const limitReturn = {
  params: z.strictObject({ call: z.string().min(1).max(200) }),
  result: z.strictObject({}),
}

export const brokerRequests = {
  hello,
  'session.open': sessionOpen,
  'approval.request': approvalRequest,
  'approval.cancel': approvalCancel,
  'limit.reserve': limitReserve,
  'limit.return': limitReturn,
} as const

/** What the broker tells a connected proxy, unasked. Neither lets anything run that would not have run before. */
export const brokerNotifications = {
  'session.budget': z.strictObject({ holdBudget }),
  /**
   * A person refuses everything of this session, or (`refusing: false`) takes that back. `signature` over
   * `sessionRefusalMessage`; `serial` only rises, so that an older word cannot be put in again.
   */
  'session.refusal': z.strictObject({
    serial: z.int().positive(),
    refusing: z.boolean(),
    by: z.string(),
    reason: z.string().optional(),
    signature,
  }),
} as const

export type BrokerNotification = keyof typeof brokerNotifications
export type BrokerNotice<N extends BrokerNotification> = z.infer<(typeof brokerNotifications)[N]>
export type HoldBudget = z.infer<typeof holdBudget>
export type ToolDefinition = z.infer<typeof toolDefinition>

/** What the signature of a session's refusal covers. */
export const sessionRefusalMessage = (of: { nonce: string; session: string; serial: number; refusing: boolean }) =>
  `countersign-session:${JSON.stringify([of.nonce, of.session, of.serial, of.refusing])}`

export type BrokerMethod = keyof typeof brokerRequests
export type BrokerParams<M extends BrokerMethod> = z.infer<(typeof brokerRequests)[M]['params']>
export type BrokerResult<M extends BrokerMethod> = z.infer<(typeof brokerRequests)[M]['result']>

/** What the hello signature covers. */
export const helloMessage = (nonce: string) => `countersign-hello:${nonce}`

/** What a proxy said of itself in `session.open`, without the token. */
export type Introduction = Omit<BrokerParams<'session.open'>, 'token'>

/**
 * What the signature of an approval or a reservation covers: this connection, who the broker took it to be from, all that
 * it was asked (the arguments by their hash), and the answer. A relay on the socket path that changes a word of the
 * introduction or of the question gets an answer that the proxy does not take for one to its own.
 */
export function answerMessage(of: {
  nonce: string
  session: Introduction
  asked: BrokerParams<'approval.request'> | BrokerParams<'limit.reserve'>
  outcome: string
  /** What a person put in the place of the arguments, if anything. */
  edited?: Record<string, unknown>
}): string {
  const { arguments: _shown, beside: _besides, ...asked } = { arguments: undefined, beside: undefined, ...of.asked }
  // Through JSON, as it went over the socket: members that are undefined are none.
  const covered: unknown = JSON.parse(JSON.stringify([of.nonce, of.session, asked, of.outcome, of.edited]))
  return `countersign-answer:${canonicalJson(covered as JsonValue)}`
}

/** An answer as the queue gives it, before the connection signs it. */
export type ApprovalAnswer = Unsigned<BrokerResult<'approval.request'>>
type Unsigned<T> = T extends unknown ? Omit<T, 'signature'> : never
