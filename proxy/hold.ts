// Holding a call while a person decides: asks the broker, keeps the client patient, and says how it ended.
import { defaultHoldBudgetMs, holdBudgetMs } from '../core/approval/hold-budget.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { Decision } from '../core/schema/decision.ts'
import type { BrokerResult } from '../core/wire/broker-contract.ts'
import type { BrokerClient } from './broker-client.ts'
import type { GovernedCall } from './governed-call.ts'
import { type Refusal, sentence } from './refusal.ts'

type HoldRecord = Omit<AuditEventData<'hold.closed'>, 'call' | 'afterMs'>

/** How a hold ended: what goes on record, and what follows. */
export type HoldEnd = { run: true; record: HoldRecord } | { run: false; record: HoldRecord; refusal: Refusal }

export type Holder = {
  /** How long such a call is held at most, in milliseconds. */
  budgetMs(call: GovernedCall): number
  /** Waits for an approval, at most the client's hold budget. Never rejects. */
  hold(call: GovernedCall): Promise<HoldEnd>
  /** The client took the call back. */
  withdraw(call: GovernedCall): void
}

export type HolderOptions = {
  client: string
  /** What the client calls itself, once it has said so. */
  clientInfoName(): string | undefined
  budgetMs?: number
  broker: BrokerClient
  /** Writes one line to the client. */
  answer(line: string): void
  monotonic(): number
}

const heartbeatMs = 5_000
/** How much longer than the budget a broker that does not answer is waited for. */
const patienceMs = 1_500
const howToStart = 'Start the Countersign app (or run `countersign serve`), then repeat the call'

export function createHolder(options: HolderOptions): Holder {
  const budget = ({ origin }: GovernedCall) => {
    if (options.budgetMs !== undefined) return options.budgetMs
    // What is known of the client says nothing of how long its server waits for it.
    return origin === 'server' ? defaultHoldBudgetMs : holdBudgetMs(options.client, options.clientInfoName())
  }

  const ask = async (call: GovernedCall, budgetMs: number): Promise<HoldEnd> => {
    const connected = await options.broker.link()
    if (!connected.ok)
      return noBroker(`this call needs a person's approval, and ${lowerFirst(connected.problem)}. ${howToStart}`)
    const { decision, revision } = call
    if (!decision || !revision || call.state !== 'holding') return takenBack()
    const result = await connected.link.requestApproval({
      call: call.id,
      action: call.rpc.action,
      tool: call.rpc.tool,
      arguments: call.rpc.arguments,
      ...(call.rpc.beside === undefined ? {} : { beside: call.rpc.beside }),
      argumentsHash: call.argumentsHash,
      risk: { class: call.request.risk.class, evidence: [...call.request.risk.evidence] },
      rules: decision.rules.map((rule) => ({ ...rule })),
      source: decision.source === 'rule' ? 'rule' : 'default',
      reason: decision.reason,
      ...(decision.message === undefined ? {} : { note: decision.message }),
      revision,
      budgetMs: Math.max(0, Math.round(budgetMs - (options.monotonic() - (call.heldAt ?? 0)))),
      ...(decision.approvalTimeoutMs === undefined ? {} : { timeoutMs: decision.approvalTimeoutMs }),
      ...(decision.confirm === undefined ? {} : { confirm: decision.confirm }),
    })
    return describe(result, decision, call.exhausted !== undefined)
  }

  const withdraw = (call: GovernedCall) => {
    options.broker.linked()?.cancelApproval(call.id)
  }

  return {
    budgetMs: budget,
    hold: async (call) => {
      call.heldAt = options.monotonic()
      const budgetMs = budget(call)
      const timers: NodeJS.Timeout[] = []
      let silence: (end: HoldEnd) => void = () => undefined
      const silent = new Promise<HoldEnd>((resolve) => {
        silence = resolve
      })
      // The broker answers at the end of the budget; one that hangs must not hang the client.
      const giveUp = () => {
        silence(noBroker('Countersign did not answer in time'))
        withdraw(call)
      }
      timers.push(setTimeout(giveUp, budgetMs + patienceMs))
      if (call.rpc.progressToken !== undefined && call.origin === 'client')
        timers.push(startHeartbeat(call, options.answer))
      call.stopHold = () => {
        for (const timer of timers) clearTimeout(timer)
        silence(takenBack())
      }
      try {
        return await Promise.race([ask(call, budgetMs), silent])
      } catch (error) {
        return noBroker(`the connection to Countersign was lost while a person was asked (${(error as Error).message})`)
      } finally {
        for (const timer of timers) clearTimeout(timer)
      }
    },
    withdraw,
  }
}

/**
 * Progress keeps clients that count silence, not time, from giving up. Its value must only ever rise, so ours are tiny:
 * the upstream starts again from its own first value, and its messages pass untouched.
 */
function startHeartbeat(call: GovernedCall, answer: (line: string) => void): NodeJS.Timeout {
  let beats = 0
  return setInterval(() => {
    beats += 1
    const progress = beats / 1_000_000
    const message = 'Waiting for approval in Countersign'
    answer(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${call.rpc.progressToken},"progress":${progress},"message":"${message}"}}`,
    )
  }, heartbeatMs)
}

/** `decision`: why the call was held, which the model is told together with the answer; `limited`: a limit was used up. */
function describe(result: BrokerResult<'approval.request'>, decision: Decision, limited: boolean): HoldEnd {
  const rules = decision.rules.map((rule) => rule.id)
  const { message, reason: because } = decision
  const why = `Held because: ${message !== undefined && limited ? `${message} (${because}.)` : (message ?? because)}`
  switch (result.outcome) {
    case 'approved':
    case 'grant':
      return { run: true, record: { outcome: result.outcome, approval: result.approval, by: result.by } }
    case 'refused': {
      const { approval, by, reason } = result
      return {
        run: false,
        record: { outcome: 'refused', approval, by, ...(reason === undefined ? {} : { reason }) },
        refusal: {
          decision: 'refused',
          reason: `${sentence(`a person refused this call${reason === undefined ? '' : `: ${reason}`}`)} ${why}`,
          retry: 'never',
          rules,
        },
      }
    }
    case 'expired':
      return {
        run: false,
        record: { outcome: 'expired', approval: result.approval },
        refusal: {
          decision: 'expired',
          reason: `nobody answered the request for approval in time. ${why}`,
          retry: 'identical',
          rules,
        },
      }
    case 'released': {
      const { approval, ticket } = result
      return {
        run: false,
        record: { outcome: 'released', approval, ticket },
        refusal: { decision: 'released', reason: `nobody has answered yet. ${why}`, retry: 'identical', rules, ticket },
      }
    }
    case 'cancelled':
      return { run: false, record: { outcome: 'cancelled', approval: result.approval }, refusal: stopped }
    case 'too-many':
      return {
        run: false,
        record: { outcome: 'too-many' },
        refusal: {
          decision: 'too-many',
          reason: `${result.waiting} calls are already waiting for a person, which is as many as may wait`,
          retry: 'later',
        },
      }
  }
}

const stopped: Refusal = {
  decision: 'cancelled',
  reason: 'Countersign was stopped while this call was waiting',
  retry: 'identical',
}

function noBroker(reason: string): HoldEnd {
  return {
    run: false,
    record: { outcome: 'no-broker', reason },
    refusal: { decision: 'no-broker', reason, retry: 'identical' },
  }
}

function takenBack(): HoldEnd {
  return { run: false, record: { outcome: 'cancelled' }, refusal: stopped }
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*n't|^Countersign/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
}
