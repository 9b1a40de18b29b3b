// Holding a request of 2026-07-28 longer than its client waits for one answer: it is answered by a `requestState` of ours,
// which makes the client ask again by itself. What it gives back is ours for exactly that request, once, and not for ever.
import * as crypto from 'node:crypto'
import type { JsonValue } from '../core/schema/json.ts'
import type { GovernedRequest } from '../core/wire/governed-request.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import type { GovernedCall } from './governed-call.ts'
import { type RoundTrip, roundTripOf, withRoundTrip } from './round-trips.ts'
import { sha256 } from './sha256.ts'

export type HoldStates = {
  /** Whether this call may be answered by a state: its client knows them, and has not asked too often. */
  possible(call: GovernedCall): boolean
  /** A state for the request of the call, until `expiresAt` (milliseconds since the epoch). */
  give(call: GovernedCall, expiresAt: number): string
  /** Nothing where the request carries none of ours. Else the request as it was before, or why it cannot be taken. */
  takeBack(rpc: GovernedRequest): TakenBack | undefined
  /** The server gave the client this result: a state in it is its own, whatever it looks like. */
  passed(result: unknown): void
}

export type TakenBack = { ok: true; request: GovernedRequest; round: number } | { ok: false; problem: string }

export type HoldStateOptions = {
  client: string
  session: string
  /** Milliseconds since the epoch. */
  now(): number
}

/** The SDK's client asks ten times and then gives up; the last time it is told to come back is the ninth. */
const mostRounds = 9
/** The client gives all of it back each time. */
const longestNested = 256 * 1024
const maxOutstanding = 1_000
const prefix = 'countersign.1.'

type Payload = { id: string; action: string; tool: string; hash: string; expiresAt: number; round: number } & RoundTrip

export function createHoldStates({ client, session, now }: HoldStateOptions): HoldStates {
  const key = crypto.randomBytes(32)
  /** Given and not yet given back: expiry by id. */
  const outstanding = new Map<string, number>()
  /** States of a server that is itself behind a proxy of ours. */
  const foreign = new Set<string>()

  const mac = (body: string) =>
    crypto
      .createHmac('sha256', key)
      .update(JSON.stringify([client, session, body]))
      .digest('base64url')
  const isMac = (body: string, given: string) => {
    const [a, b] = [Buffer.from(mac(body)), Buffer.from(given)]
    return a.length === b.length && crypto.timingSafeEqual(a, b)
  }

  const read = (state: string): Payload | undefined => {
    const [body = '', given = '', ...more] = state.slice(prefix.length).split('.')
    if (more.length > 0 || !isMac(body, given)) return undefined
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Payload // we wrote it: the MAC says so
  }

  const takeBack = (rpc: GovernedRequest, state: string): TakenBack => {
    const wrong = (problem: string): TakenBack => ({ ok: false, problem: `its \`requestState\` ${problem}` })
    const payload = read(state)
    if (!payload) return wrong('looks like one of Countersign, and was not given in this session')
    // The server's own state again, and its client's answers: a client need not repeat them, but may.
    const { inputResponses = payload.inputResponses } = roundTripOf(rpc)
    const request = withRoundTrip(rpc, { requestState: payload.requestState, inputResponses })
    const { action, tool, hash, round } = payload
    if (!request || request.action !== action || request.tool !== tool || hashOf(request) !== hash) {
      return wrong('was given for another request')
    }
    const expiresAt = outstanding.get(payload.id)
    outstanding.delete(payload.id)
    if (expiresAt === undefined) return wrong('was used before')
    if (expiresAt <= now())
      return wrong('is too old: nobody answered in time. Ask the user before repeating the request')
    return { ok: true, request, round }
  }

  return {
    possible: ({ rpc, origin, round = 0 }) =>
      rpc.modern &&
      origin === 'client' &&
      round < mostRounds &&
      JSON.stringify(roundTripOf(rpc)).length <= longestNested,
    give: ({ rpc, round = 0 }, expiresAt) => {
      const id = crypto.randomBytes(12).toString('base64url')
      const { action, tool } = rpc
      const payload: Payload = { id, action, tool, hash: hashOf(rpc), expiresAt, round: round + 1, ...roundTripOf(rpc) }
      const oldest = outstanding.size >= maxOutstanding ? outstanding.keys().next().value : undefined
      if (oldest !== undefined) outstanding.delete(oldest)
      outstanding.set(id, expiresAt)
      const body = Buffer.from(JSON.stringify(payload)).toString('base64url')
      return `${prefix}${body}.${mac(body)}`
    },
    takeBack: (rpc) => {
      if (!rpc.modern) return undefined
      const { requestState } = roundTripOf(rpc)
      if (typeof requestState !== 'string' || !requestState.startsWith(prefix)) return undefined
      return foreign.has(sha256(requestState)) ? undefined : takeBack(rpc, requestState)
    },
    passed: (result) => {
      const state = typeof result === 'object' && result !== null && 'requestState' in result && result.requestState
      if (typeof state !== 'string' || !state.startsWith(prefix)) return
      const [oldest] = foreign.size >= maxOutstanding ? foreign : []
      if (oldest !== undefined) foreign.delete(oldest)
      foreign.add(sha256(state))
    },
  }
}

const hashOf = (rpc: GovernedRequest): string => argumentsHash(rpc.arguments, sha256, rpc.beside)

/** The line that makes the client of `rpc` ask again by itself, without line feed. */
export function askAgainLine(rpc: GovernedRequest, requestState: string): string {
  const result: JsonValue = { resultType: 'input_required', requestState }
  return `{"jsonrpc":"2.0","id":${rpc.idText},"result":${JSON.stringify(result)}}`
}
