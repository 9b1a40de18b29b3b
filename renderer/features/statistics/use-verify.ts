// The check of the whole log: begun here, followed by events, and still known after another screen was looked at.
import { useEffect, useState } from 'react'
import type { VerifyProgress } from '../../../core/wire/log-contract.ts'
import { request, useSession } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'

/** Asks, and takes the answer only if no event said something newer meanwhile. */
async function ask(method: 'log.verify' | 'log.verify-state'): Promise<void> {
  const before = useSession.getState().model?.verify
  const verify = await request(method, {})
  useSession.setState(({ model }) =>
    model === undefined || model.verify !== before ? {} : { model: { ...model, verify } },
  )
}

export function useVerify(): {
  readonly verify: VerifyProgress
  /** Why it is not known how the check stands, or could not be begun. */
  readonly problem: string | undefined
  readonly begin: () => void
} {
  const verify = useSession(({ model }) => model?.verify) ?? { state: 'none' }
  const live = useSession(({ connection }) => connection.state === 'live')
  const [problem, setProblem] = useState<string>()
  const send = (method: 'log.verify' | 'log.verify-state'): void => {
    ask(method).then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(problemText(error)),
    )
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: after a reconnect, events of the meantime are missing
  useEffect(() => {
    if (live) send('log.verify-state')
  }, [live])
  return { verify, problem, begin: () => send('log.verify') }
}
