// The state of the dialog that remembers an answer: what each argument may be, for how long, and what the broker says
// would come of it.
import { useMemo, useState } from 'react'
import type { ArgumentScope, ArgumentScopes, Lifetime } from '../../../core/schema/grant.ts'
import type { ApprovalCard, UiParams } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { useLatest } from '../../state/use-latest.ts'
import type { Preview } from './remember-preview.tsx'
import { firstPick, type Pick } from './scope-picker.tsx'
import { scopeProblem } from './scope-words.ts'

export type RememberKind = 'remember' | 'block'
export type Argument = { readonly name: string; readonly options: readonly ArgumentScope[]; readonly pick: Pick }

export type Remember = {
  /** Nothing while the choices are being asked for. */
  readonly choices: readonly Argument[] | undefined
  /** Why there is nothing to choose. */
  readonly problem: string | undefined
  readonly scopes: ArgumentScopes
  readonly lifetime: Lifetime
  readonly setLifetime: (lifetime: Lifetime) => void
  readonly setPick: (name: string, pick: Pick) => void
  /** Of exactly what is chosen now. */
  readonly preview: Preview | undefined
  readonly previewProblem: string | undefined
}

const noPicks: ReadonlyMap<string, Pick> = new Map()

export function useRemember(card: ApprovalCard, kind: RememberKind): Remember {
  const { id, binding } = card
  const [lifetime, setLifetime] = useState<Lifetime>('session')
  const [picks, setPicks] = useState(noPicks)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another binding is another question about the same card
  const question = useMemo(() => ({ id }), [id, binding])
  const offered = useLatest(question, (about) => request('approvals.scopes', about))

  const wanted = kind === 'remember' ? 'approved' : 'refused'
  const suggested = card.suggestion?.answer === wanted ? card.suggestion.scopes : undefined
  const choices = useMemo(() => {
    if (offered.asked !== question || offered.answer === undefined) return undefined
    return offered.answer.arguments.flatMap(({ name, options }): Argument[] => {
      const first = firstPick(
        options,
        suggested !== undefined && Object.hasOwn(suggested, name) ? suggested[name] : undefined,
      )
      return first === undefined ? [] : [{ name, options: first.options, pick: picks.get(name) ?? first.pick }]
    })
  }, [offered, question, suggested, picks])

  const scopes = useMemo<ArgumentScopes>(
    () => Object.fromEntries((choices ?? []).map(({ name, pick }) => [name, pick.scope])),
    [choices],
  )
  const about = useMemo((): UiParams<'approvals.preview'> | undefined => {
    if (choices === undefined || offered.answer?.problem !== undefined) return undefined
    if (Object.values(scopes).some((scope) => scopeProblem(scope) !== undefined)) return undefined
    return { id, choice: kind === 'remember' ? { kind, lifetime, scopes } : { kind, scopes } }
  }, [choices, offered, scopes, id, kind, lifetime])
  const previewed = useLatest(about, (params) => request('approvals.preview', params))
  const current = about !== undefined && previewed.asked === about

  return {
    choices,
    problem: offered.asked === question ? (offered.answer?.problem ?? offered.problem) : undefined,
    scopes,
    lifetime,
    setLifetime,
    setPick: (name, pick) => setPicks((before) => new Map(before).set(name, pick)),
    preview: current ? previewed.answer : undefined,
    previewProblem: current ? previewed.problem : undefined,
  }
}
