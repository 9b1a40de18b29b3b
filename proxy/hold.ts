// Holding a call while a person decides: asks the broker, keeps the client patient, and says how it ended.
import type { BrokerParams, ToolDefinition } from '../core/wire/broker-contract.ts'
import type { BrokerClient } from './broker-client.ts'
import type { GovernedCall } from './governed-call.ts'
import type { Budget, HoldBudgets } from './hold-budgets.ts'
import { type HoldEnd, holdEnd, noBroker, otherTool, takenBack } from './hold-ends.ts'
import type { HoldStates } from './hold-states.ts'
import type { Progress } from './progress.ts'

export type WithdrawnBecause = BrokerParams<'approval.cancel'>['why']

export type Holder = {
  /** How long such a call is held at most, in milliseconds. */
  budgetMs(call: GovernedCall): number
  /** Waits for an approval, at most the client's hold budget. Never rejects. */
  hold(call: GovernedCall): Promise<HoldEnd>
  /** The call was taken back; where the client did it, that tells how long it waits. */
  withdraw(call: GovernedCall, why: WithdrawnBecause): void
}

export type HolderOptions = {
  budgets: HoldBudgets
  states: Pick<HoldStates, 'possible'>
  progress: Progress
  broker: BrokerClient
  definitionOf(tool: string): ToolDefinition | undefined
  monotonic(): number
}

/** Less than the 60 s after which the SDKs' clients give up. A client that asks again by itself need not know our budget. */
const longestLegMs = 50_000
/** How much longer than the budget a broker that does not answer is waited for. */
const patienceMs = 1_500
const howToStart = 'Start the Countersign app (or run `countersign serve`), then repeat the call'

export function createHolder(options: HolderOptions): Holder {
  const { budgets, states, monotonic } = options

  const asksAgainOf = (call: GovernedCall) => !call.task && states.possible(call)
  const heldMs = (call: GovernedCall, { ms }: Budget) => (asksAgainOf(call) ? Math.min(ms, longestLegMs) : ms)
  // A client that has a task has its answer; each card it waits for is another one.
  const sinceOf = ({ task, askedAt, receivedAt }: GovernedCall) => (task ? (askedAt ?? receivedAt) : receivedAt)
  const leftMs = (call: GovernedCall, budget: Budget) =>
    Math.max(0, Math.round(heldMs(call, budget) - (monotonic() - sinceOf(call))))

  const ask = async (call: GovernedCall, connected: () => void): Promise<HoldEnd> => {
    const linked = await options.broker.link()
    if (!linked.ok)
      return noBroker(`this call needs a person's approval, and ${lowerFirst(linked.problem)}. ${howToStart}`)
    const { decision, revision, rpc, exhausted } = call
    if (!decision || !revision || call.state !== 'holding') return takenBack()
    connected()
    const budget = budgets.of(call)
    const asksAgain = asksAgainOf(call)
    const definition = rpc.action === 'tools/call' ? options.definitionOf(rpc.tool) : undefined
    const result = await linked.link.requestApproval({
      call: call.id,
      action: rpc.action,
      tool: rpc.tool,
      arguments: rpc.arguments,
      ...(rpc.beside === undefined ? {} : { beside: rpc.beside }),
      argumentsHash: call.argumentsHash,
      risk: { class: call.request.risk.class, evidence: [...call.request.risk.evidence] },
      rules: decision.rules.map((rule) => ({ ...rule })),
      source: decision.source === 'rule' ? 'rule' : 'default',
      reason: decision.reason,
      ...(decision.message === undefined ? {} : { note: decision.message }),
      revision,
      ...(exhausted === undefined ? {} : { exhausted: [...exhausted.keys].slice(0, mostExhausted) }),
      ...(definition === undefined ? {} : { definition }),
      budgetMs: leftMs(call, budget),
      budget: { ...budget, ms: Math.round(heldMs(call, budget)) },
      ...(asksAgain ? { asksAgain } : {}),
      ...(decision.approvalTimeoutMs === undefined ? {} : { timeoutMs: decision.approvalTimeoutMs }),
      ...(decision.confirm === undefined ? {} : { confirm: decision.confirm }),
    })
    const ended = holdEnd(result, { decision, limited: exhausted !== undefined, asksAgain })
    // Of the tool as it was then: another definition is another tool, whatever its name.
    const isSameTool =
      definition?.hash === (rpc.action === 'tools/call' ? options.definitionOf(rpc.tool)?.hash : undefined)
    return ended.then === 'run' && !isSameTool ? otherTool(ended.approval) : ended
  }

  const withdraw = (call: GovernedCall, why: WithdrawnBecause) => {
    // Since the request: whether progress moves a client's clock is not known, and only a call that ends all the same tells.
    const waitedMs = Math.max(0, Math.round(monotonic() - call.receivedAt))
    options.broker.linked()?.cancelApproval({ call: call.id, why, waitedMs })
  }

  return {
    budgetMs: (call) => Math.round(heldMs(call, budgets.of(call))),
    hold: async (call) => {
      call.askedAt = monotonic()
      call.heldAt ??= call.askedAt
      let silence: (end: HoldEnd) => void = () => undefined
      const silent = new Promise<HoldEnd>((resolve) => {
        silence = resolve
      })
      // The broker answers at the end of the budget; one that hangs must not hang the client.
      const giveUp = () => {
        silence(noBroker('Countersign did not answer in time'))
        withdraw(call, 'other')
      }
      let timer: NodeJS.Timeout | undefined
      const arm = () => {
        clearTimeout(timer)
        timer = setTimeout(giveUp, leftMs(call, budgets.of(call)) + patienceMs)
      }
      // Tasks of 2026-07-28 have no progress.
      const stopTelling = call.task && call.rpc.modern ? () => undefined : options.progress.start(call)
      const stop = () => {
        clearTimeout(timer)
        stopTelling()
      }
      arm()
      call.stopHold = () => {
        stop()
        silence(takenBack())
      }
      try {
        // Connecting can bring a budget that nobody knew of before.
        return await Promise.race([ask(call, arm), silent])
      } catch (error) {
        return noBroker(brokenOff(error as Error))
      } finally {
        stop()
      }
    },
    withdraw,
  }
}

/** As many as the broker takes. */
const mostExhausted = 100

/** By name: the link is a bundle of its own, so that its errors are of no class that is known here. */
const brokenOff = ({ name, message }: Error): string =>
  name === 'ConnectionLost'
    ? 'the connection to Countersign was lost while a person was asked'
    : `Countersign gave no answer by which this call could run (${message})`

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*n't|^Countersign/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
}
