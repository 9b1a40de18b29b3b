// Asks for the diff of the file that a shown card writes.
import { useMemo } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { useLatest } from '../../state/use-latest.ts'
import type { FileDiffState } from './file-diff.tsx'

/** Nothing for a card without a file. */
export function useFileDiff({ id, binding, file }: ApprovalCard): FileDiffState | undefined {
  const has = file !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: another binding is another question about the same card
  const question = useMemo(() => (has ? { id } : undefined), [has, id, binding])
  const { asked, answer, problem } = useLatest(question, (about) => request('approvals.file-diff', about))
  return useMemo(() => {
    if (question === undefined) return undefined
    if (asked !== question) return { state: 'loading' }
    return answer === undefined ? { state: 'failed', problem: problem ?? '' } : { state: 'read', diff: answer }
  }, [question, asked, answer, problem])
}
