// What approvals left behind: every permission that lets calls through without asking, how long it still does, and a way
// to take it back.
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Grant } from '../../../core/wire/ui-contract.ts'
import { coverScreen, goTo } from '../../state/navigation.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { EmptyState } from '../../ui/state-views.tsx'
import { count } from '../../ui/time.ts'
import { GrantEntry } from './grant-entry.tsx'
import { revoke, revokeAll } from './revoke.ts'
import { rememberedFile, useRememberedRules } from './use-remembered-rules.ts'

const noGrants: readonly Grant[] = []

const sections = [
  { kind: 'remembered', title: 'Calls like these', about: 'They run without asking you.' },
  {
    kind: 'once',
    title: 'The next identical call',
    about: 'Approved after the client had stopped waiting: it has to ask again, and then it runs, once.',
  },
] as const

function RulesNote() {
  const rules = useRememberedRules()
  if (rules === undefined) return null
  return (
    <p className="border-l-2 border-line-strong py-1 pl-3 text-muted">
      Answers given for always are not here, and do not end: they are {count(rules, 'rule')} in{' '}
      <button
        type="button"
        onClick={() => goTo('policies', { policy: { file: rememberedFile } })}
        className="font-mono text-mono text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
      >
        {rememberedFile}
      </button>
      , under Policies.
    </p>
  )
}

function Nothing() {
  return (
    <EmptyState title="Nothing is remembered">
      <p>
        When you approve a call and have it remembered, with <b className="font-mono font-normal text-text">r</b> on its
        card, what may run without asking from then on stands here, with its time left.
      </p>
      <p className="pt-2">
        So does a call that you approve after its client stopped waiting, until the client asks for it again. All of it
        ends when Countersign quits.
      </p>
    </EmptyState>
  )
}

/** One that was revoked leaves; where the keyboard was on it, it goes on to the one that takes its place. */
function useFocusAfter(grants: readonly Grant[]) {
  const list = useRef<HTMLElement>(null)
  const left = useRef<number>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the list has changed
  useEffect(() => {
    const place = left.current
    if (place === undefined || document.activeElement !== document.body) return
    left.current = undefined
    const entries = list.current?.querySelectorAll<HTMLElement>('[data-grant] header button') ?? []
    const next = entries[Math.min(place, entries.length - 1)]
    if (next === undefined) list.current?.focus()
    else next.focus()
  }, [grants])
  const leaving = useCallback((id: string) => {
    const entries = [...(list.current?.querySelectorAll<HTMLElement>('[data-grant]') ?? [])]
    const place = entries.findIndex(({ dataset }) => dataset['grant'] === id)
    left.current = place < 0 ? undefined : place
  }, [])
  return { list, leaving }
}

export function GrantsScreen() {
  const grants = useSession(({ model }) => model?.grants ?? noGrants)
  const lockedDown = useSession(({ model }) => model?.status.lockdown !== undefined)
  const [revoking, setRevoking] = useState<ReadonlySet<string>>(new Set())
  const [asking, setAsking] = useState(false)
  const { list, leaving } = useFocusAfter(grants)
  const onRevoke = async (grant: Grant): Promise<void> => {
    setRevoking((before) => new Set([...before, grant.id]))
    leaving(grant.id)
    await revoke(grant)
    setRevoking((before) => new Set([...before].filter((id) => id !== grant.id)))
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2">
        <h1 className="text-title font-semibold">Remembered</h1>
        <span className="flex-1" />
        {grants.length === 0 ? null : (
          <Button variant="refuse" aria-haspopup="dialog" onClick={() => setAsking(true)}>
            Revoke all {grants.length}…
          </Button>
        )}
      </header>
      <Scroller ref={list} label="What is remembered" className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-176 flex-col gap-6 px-6 py-6 narrow:px-4">
          {lockedDown && grants.length > 0 ? (
            <p className="border-l-2 border-deny-line py-1 pl-3">
              Everything is refused now, also what stands here, until the lockdown is lifted.
            </p>
          ) : null}
          {grants.length === 0 ? (
            <Nothing />
          ) : (
            <p className="text-muted">
              Each ends at its time, and before it when you revoke it, when the policy says something else of such
              calls, or when Countersign quits.
            </p>
          )}
          {sections.map(({ kind, title, about }) => {
            const of = grants.filter((grant) => grant.kind === kind)
            if (of.length === 0) return null
            return (
              <section key={kind} aria-label={title}>
                <h2 className="flex flex-wrap items-baseline gap-x-3 border-b border-line pb-2">
                  <span className="text-title font-semibold">{title}</span>
                  <span className="tabular text-muted">{of.length}</span>
                  <span className="text-muted">{about}</span>
                </h2>
                <ul>
                  {of.map((grant) => (
                    <GrantEntry
                      key={grant.id}
                      grant={grant}
                      revoking={revoking.has(grant.id)}
                      onRevoke={(one) => void onRevoke(one)}
                    />
                  ))}
                </ul>
              </section>
            )
          })}
          <RulesNote />
        </div>
      </Scroller>
      <ConfirmDialog
        open={asking}
        title={`Revoke ${count(grants.length, 'permission')}?`}
        action={`Revoke ${count(grants.length, 'permission')}`}
        keep="Keep them"
        failed="It is not certain that they are revoked."
        cover={coverScreen}
        onConfirm={revokeAll}
        onClose={() => setAsking(false)}
      >
        <p>
          Calls that they let through need you again from now on. What already ran is not undone, and rules in the
          policy are not touched.
        </p>
      </ConfirmDialog>
    </div>
  )
}
