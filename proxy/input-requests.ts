// Answers that want something of the client first (`inputRequests`, 2026-07-28): what they ask for is judged like a request
// of the server, each by itself, and the client sees all of them or none.
import { withoutDepths } from '../core/audit/secret-json.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, isObject, rpcCodes } from '../core/wire/governed-request.ts'
import { inputsIn, type ServerMessage } from '../core/wire/server-message.ts'
import { type Answer, idKeyOf } from './answers.ts'
import type { Desk } from './call-desk.ts'
import { resultExcerpt } from './excerpt.ts'
import { advance, type GovernedCall, type InputGroup } from './governed-call.ts'
import type { PolicyState } from './policy-source.ts'
import { blockedCode, denied, errorLine, type Refusal, refusalLine } from './refusal.ts'
import { roundTripOf } from './round-trips.ts'
import type { Verdicts } from './verdicts.ts'

type Inputs = Extract<ServerMessage, { kind: 'inputs' }>

export type InputRequests = {
  /** An answer that policy has a word on; `line` is the whole of it. Its caller still lets it be seen as an answer. */
  receive(message: Inputs, line: Buffer): void
  /** An answer that cannot be read as one by everybody. */
  reject(idText: string, problem: string, bytes: number): void
  /** An answer to `parent`: its record, where it passed as it is. False where it did not. */
  noticed(parent: GovernedCall, answer: Answer): boolean
  /** The client sends what it was asked for, with the same request again. */
  answeredBy(rpc: GovernedRequest): void
  /** The client took back a request whose answer is held here. */
  cancelled(idText: string): boolean
}

/** Inputs whose answers are still looked for. */
const maxShown = 100

/** The request of the client that an answer belongs to. */
type Parent = GovernedCall

export function createInputRequests(desk: Desk, verdicts: Verdicts): InputRequests {
  const { spool, dispatch, calls } = desk
  /** Answers that wait for a person, by the id of what they answer. */
  const waiting = new Map<string, GovernedCall[]>()
  const shown = new Map<string, GovernedCall>()
  const judgedHere = new Set<string>()

  const parentOf = (idText: string): Parent | undefined => calls.get(idKeyOf(idText))
  const shownKey = (rpc: GovernedRequest, key: string) => JSON.stringify([rpc.action, rpc.tool, key])

  const remember = (parent: GovernedRequest, call: GovernedCall) => {
    const key = shownKey(parent, JSON.parse(call.rpc.idText) as string)
    const replaced = shown.get(key) ?? (shown.size >= maxShown ? shown.values().next().value : undefined)
    if (replaced) {
      for (const [its, other] of shown) if (other === replaced) shown.delete(its)
      if (advance(replaced, 'running', 'ended')) desk.end(replaced)
    }
    shown.set(key, call)
  }

  const refuseAnswer = (idText: string, parent: Parent | undefined, refusal: Refusal) => {
    const line = parent
      ? refusalLine(parent.rpc, parent.id, { ...refusal, halfway: true })
      : errorLine(idText, blockedCode, refusal.reason)
    dispatch.push({ type: 'line', line })
  }

  /** Ends those of a group that are still open, because another one of them, or all, may not be shown. */
  const endAll = (group: readonly GovernedCall[], by: 'batch' | 'client') => {
    for (const call of group) {
      if (call.state === 'holding') desk.holder.withdraw(call, 'other')
      if (!advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) continue
      spool.add('call.cancelled', { call: call.id, by, forwarded: false })
      desk.end(call)
    }
  }

  const judge = (members: readonly GovernedCall[], policy: PolicyState) => {
    const open = members.filter((call) => call.state === 'deciding')
    const verdict = open.map((call) => ({ call, decision: desk.decide(call, policy) }))
    const denial = verdict.find(({ decision }) => decision.kind === 'deny')
    if (!denial) {
      for (const { call, decision } of verdict) if (call.state === 'deciding') verdicts.follow(call, decision)
      return
    }
    for (const { call, decision } of verdict) desk.record(call, decision, false)
    advance(denial.call, 'deciding', 'ended')
    desk.refuse(denial.call, denied(denial.decision))
  }

  const show = (members: GovernedCall[], text: string, parent: Parent | undefined) => {
    for (const call of members) {
      if (!advance(call, ['deciding', 'holding'], 'forwarding')) return
      call.durable = call.heldAt !== undefined
      spool.add('call.forwarded', { call: call.id })
      if (parent) remember(parent.rpc, call)
    }
    if (parent) desk.resulted(parent, (JSON.parse(text) as { result?: unknown }).result)
    dispatch.push({ type: 'send', calls: members, line: `${text}\n` })
  }

  return {
    receive: ({ idText, inputs, text }, line) => {
      const parent = parentOf(idText)
      const key = idKeyOf(idText)
      const members: GovernedCall[] = []
      const cleared = new Set<GovernedCall>()
      let over = false
      const group: InputGroup = {
        allowed: (call) => {
          cleared.add(call)
          if (over || cleared.size < members.length) return
          over = true
          waiting.delete(key)
          show(members, text, parent)
        },
        refused: (_, refusal) => {
          if (over) return
          over = true
          waiting.delete(key)
          endAll(members, 'batch')
          refuseAnswer(idText, parent, refusal)
        },
      }
      judgedHere.add(key)
      members.push(...inputs.flatMap((rpc) => desk.begin(rpc, line.length - 1, { input: group }) ?? []))
      waiting.set(key, members)
      desk.whenPolicyIsThere((policy) => judge(members, policy), members)
    },
    reject: (idText, problem, bytes) => {
      spool.add('message.rejected', { code: rpcCodes.invalidRequest, problem: `from the server: ${problem}`, bytes })
      const parent = parentOf(idText)
      if (parent) judgedHere.add(idKeyOf(idText))
      const reason = `what the server asks for cannot be judged: ${problem}`
      if (parent || idText !== 'null') refuseAnswer(idText, parent, { decision: 'denied', reason, retry: 'never' })
    },
    noticed: (parent, { idKey, value, bytes }) => {
      if (judgedHere.delete(idKey)) return false
      const asked = value === undefined ? [] : inputsIn(withoutDepths(value as JsonValue))
      const policy = desk.policy.current()
      if (asked.length === 0 || 'then' in policy) return true
      for (const rpc of asked) {
        const call = desk.begin(rpc, bytes, { input: unheld })
        if (!call) continue
        desk.record(call, desk.decide(call, policy), true)
        advance(call, 'deciding', 'running')
        call.sentAt = desk.monotonic()
        remember(parent.rpc, call)
      }
      return true
    },
    answeredBy: (rpc) => {
      if (shown.size === 0) return
      const given = responsesOf(rpc)
      for (const [name, value] of Object.entries(given)) {
        const key = shownKey(rpc, name)
        const call = shown.get(key)
        if (!call || !advance(call, 'running', 'ended')) continue
        shown.delete(key)
        desk.end(call)
        const bytes = Buffer.byteLength(JSON.stringify(value))
        const durationMs = Math.round(desk.monotonic() - (call.sentAt ?? call.receivedAt))
        const result = resultExcerpt({ bytes, value }, call.hidden)
        spool.add('call.answered', { call: call.id, outcome: 'ok', bytes, durationMs, result })
      }
    },
    cancelled: (idText) => {
      const key = idKeyOf(idText)
      const members = waiting.get(key)
      if (!members) return false
      waiting.delete(key)
      endAll(members, 'client')
      return true
    },
  }
}

/** Of inputs that passed as they are: nothing waits for them. */
const unheld: InputGroup = { allowed: () => undefined, refused: () => undefined }

function responsesOf(rpc: GovernedRequest): JsonObject {
  const { inputResponses } = roundTripOf(rpc)
  return isObject(inputResponses) ? inputResponses : {}
}
