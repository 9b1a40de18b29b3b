// How long a call may be held: by our own command line, else by what the broker last said of this client, else by the table.
import { defaultHoldBudgetMs, holdBudget } from '../core/approval/hold-budget.ts'
import type { BrokerParams, HoldBudget } from '../core/wire/broker-contract.ts'
import type { GovernedCall } from './governed-call.ts'

export type Budget = BrokerParams<'approval.request'>['budget']

export type HoldBudgets = {
  /** What the broker knows of this client. */
  learned(budget: HoldBudget): void
  of(call: GovernedCall): Budget
}

/** How long a card stays open where the rule does not say, and a little more: what waits as a task sees it expire. */
const cardMs = 10 * 60_000
const marginMs = 5_000

export type HoldBudgetOptions = {
  client: string
  /** What the client calls itself, once it has said so. */
  clientInfoName(): string | undefined
  /** From our own command line, in milliseconds. */
  flagMs?: number
}

export function createHoldBudgets({ client, clientInfoName, flagMs }: HoldBudgetOptions): HoldBudgets {
  let known: HoldBudget | undefined

  return {
    learned: (budget) => {
      known = budget
    },
    of: ({ origin, rpc, task, decision }) => {
      if (task) return { ms: (decision?.approvalTimeoutMs ?? cardMs) + marginMs, source: 'task' }
      if (flagMs !== undefined) return { ms: flagMs, source: 'flag' }
      // What is known of the client says nothing of how long its server waits for it.
      if (origin === 'server') return { ms: defaultHoldBudgetMs, source: 'default' }
      const { ms, progressMs, source } = known ?? holdBudget(client, clientInfoName())
      const told = origin === 'client' && rpc.progressToken !== undefined
      return { ms: told ? (progressMs ?? ms) : ms, source }
    },
  }
}
