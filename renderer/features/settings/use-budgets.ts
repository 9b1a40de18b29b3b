// The hold budgets of all clients that were seen.
import { useCallback, useEffect, useState } from 'react'
import type { ClientBudget, UiParams } from '../../../core/wire/ui-contract.ts'
import { request, useSession } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'

export type BudgetChange = UiParams<'budgets.set'>

export function useBudgets() {
  const [clients, setClients] = useState<readonly ClientBudget[]>()
  const [problem, setProblem] = useState<string>()
  const live = useSession(({ connection }) => connection.state === 'live')
  /** A client that connects may be one that was never seen. */
  const sessions = useSession(({ model }) => model?.status.sessions.map(({ client }) => client).join('\n'))
  const load = useCallback(async () => {
    try {
      setClients((await request('budgets.list', {})).clients)
      setProblem(undefined)
    } catch (error) {
      setProblem(problemText(error))
    }
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of sessions asks anew
  useEffect(() => {
    if (live) void load()
  }, [live, load, sessions])
  /** @throws if it was not saved. */
  const change = async (what: BudgetChange): Promise<void> => {
    setClients((await request('budgets.set', what)).clients)
  }
  return { clients, problem, reload: () => void load(), change }
}
