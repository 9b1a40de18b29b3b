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
  result: z.strictObject({}),
}

/** Ed25519 over `answerMessage`, base64: a relay on the socket path can pass on what the broker says, not say it. */
const signature = z.string()

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
    /** How long the proxy can hold the client, in milliseconds. */
    budgetMs: z.int().nonnegative(),
    /** How long the card may stay open, in milliseconds, where the rule says so. */
    timeoutMs: z.int().positive().optional(),
    /** What approving takes, where the rule asks for more than a click. */
    confirm: z.enum(confirmations).optional(),
  }),
  result: z.discriminatedUnion('outcome', [
    z.strictObject({ outcome: z.literal('approved'), approval: z.string(), by: z.string(), signature }),
    z.strictObject({ outcome: z.literal('grant'), approval: z.string(), by: z.string(), signature }),
    z.strictObject({
      outcome: z.literal('refused'),
      approval: z.string(),
      by: z.string(),
      reason: z.string().optional(),
    }),
    z.strictObject({ outcome: z.literal('expired'), approval: z.string() }),
    z.strictObject({ outcome: z.literal('cancelled'), approval: z.string() }),
    z.strictObject({ outcome: z.literal('released'), approval: z.string(), ticket: z.string(), expiresAt: z.int() }),
    z.strictObject({ outcome: z.literal('too-many'), waiting: z.int() }),
  ]),
}

/** The client took the call back or went away. Whatever was decided, this call will not run. */
const approvalCancel = {
  params: z.strictObject({ call: z.string().min(1).max(200) }),
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
}): string {
  const { arguments: _shown, beside: _besides, ...asked } = { arguments: undefined, beside: undefined, ...of.asked }
  // Through JSON, as it went over the socket: members that are undefined are none.
  const covered: unknown = JSON.parse(JSON.stringify([of.nonce, of.session, asked, of.outcome]))
  return `countersign-answer:${canonicalJson(covered as JsonValue)}`
}

/** An answer as the queue gives it, before the connection signs it. */
export type ApprovalAnswer = Unsigned<BrokerResult<'approval.request'>>
type Unsigned<T> = T extends unknown ? Omit<T, 'signature'> : never
