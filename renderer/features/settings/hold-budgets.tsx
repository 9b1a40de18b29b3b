// How long each client is kept waiting for an answer before it gets a ticket: what is known, what was learned, and a
// person's own number.
import { useEffect, useId, useRef, useState } from 'react'
import type { ClientBudget } from '../../../core/wire/ui-contract.ts'
import { problemText } from '../../transport/request-error.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { isTooLong, readSeconds, reasonWords, waitWords } from './budget-words.ts'
import { FieldProblem, Section } from './field.tsx'
import { type BudgetChange, useBudgets } from './use-budgets.ts'

const head = 'label border-b border-line py-1.5 text-left font-medium'

type Change = (what: BudgetChange) => Promise<void>

function useDraft(budget: ClientBudget, change: Change) {
  const own = budget.source === 'settings' ? budget.ms : undefined
  const saved = own === undefined ? '' : String(own / 1000)
  const [draft, setDraft] = useState(saved)
  const [problem, setProblem] = useState<string>()
  useEffect(() => setDraft(saved), [saved])
  const send = async (what: Omit<BudgetChange, 'client'>): Promise<void> => {
    try {
      await change({ client: budget.client, ...what })
      setProblem(undefined)
    } catch (error) {
      setProblem(`Not saved: ${problemText(error)}`)
    }
  }
  const commit = (): void => {
    const read = readSeconds(draft)
    setProblem('problem' in read ? read.problem : undefined)
    if ('problem' in read || read.ms === own) return
    void send({ ms: read.ms ?? null })
  }
  const restore = (): void => {
    setDraft(saved)
    setProblem(undefined)
  }
  return { own, draft, setDraft, problem, send, commit, restore }
}

function Actions({ budget, own, send }: { budget: ClientBudget } & Pick<ReturnType<typeof useDraft>, 'own' | 'send'>) {
  const { observedMs, withoutSettingMs } = budget
  if (own === undefined && observedMs === undefined) return null
  return (
    <p className="flex flex-wrap gap-x-2">
      {own === undefined ? null : (
        <Button className="h-7" onClick={() => void send({ ms: null })}>
          Back to {waitWords(withoutSettingMs)}
        </Button>
      )}
      {observedMs === undefined ? null : (
        <Button className="h-7" onClick={() => void send({ ms: own ?? null, forget: true })}>
          Forget what was learned
        </Button>
      )}
    </p>
  )
}

function Budget({ budget, change }: { budget: ClientBudget; change: Change }) {
  const { client, ms, source, observedMs } = budget
  const { own, draft, setDraft, problem, send, commit, restore } = useDraft(budget, change)
  const field = useRef<HTMLInputElement>(null)
  const note = useId()
  return (
    <tr className="align-top">
      <td className="border-b border-line py-2.5 pr-4">
        <div className="flex flex-col gap-1">
          <span className="font-medium [overflow-wrap:anywhere]">
            <HostileText text={client} />
          </span>
          <span className="text-muted [overflow-wrap:anywhere]">{reasonWords(budget)}</span>
          {observedMs !== undefined && source !== 'learned' && !isTooLong(budget) ? (
            <span className="text-muted">It took calls back after {waitWords(observedMs)}.</span>
          ) : null}
          {isTooLong(budget) && observedMs !== undefined ? (
            <span className="text-hold">
              Longer than it waits: it took calls back after {waitWords(observedMs)}, and would before you answer.
            </span>
          ) : null}
          <Actions
            budget={budget}
            own={own}
            send={async (what) => {
              await send(what)
              field.current?.focus()
            }}
          />
          <FieldProblem id={note} problem={problem} />
        </div>
      </td>
      <td className="border-b border-line py-2.5 pr-4 text-right font-mono whitespace-nowrap tabular">
        {waitWords(ms)}
      </td>
      <td className="border-b border-line py-1.5">
        <span className="flex items-center justify-end gap-1.5">
          <input
            ref={field}
            type="text"
            inputMode="decimal"
            autoComplete="off"
            aria-label={`Your own number for ${client}, in seconds`}
            aria-invalid={problem !== undefined}
            aria-describedby={problem === undefined ? undefined : note}
            value={draft}
            placeholder={String(ms / 1000)}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={commit}
            onKeyDown={(event) => {
              if (event.key === 'Enter') commit()
              if (event.key === 'Escape') restore()
            }}
            className="h-8 w-20 rounded-[5px] border border-line-strong bg-sheet px-2 text-right font-mono tabular placeholder:text-muted aria-invalid:border-deny-line"
          />
          s
        </span>
      </td>
    </tr>
  )
}

export function HoldBudgets() {
  const { clients, problem, reload, change } = useBudgets()
  return (
    <Section title="How long clients wait">
      <p className="py-3 text-muted">
        Every client gives up on a call after a while of its own. Before that, it gets a ticket and is told to ask
        again, and the card stays open. A client that is started with --hold-budget waits as long as that says.
      </p>
      {clients === undefined && problem !== undefined ? (
        <FailedState what="This could not be loaded" problem={problem} onRetry={reload} />
      ) : null}
      {clients === undefined && problem === undefined ? <SkeletonRows rows={3} label="Loading clients" /> : null}
      {clients?.length === 0 ? (
        <p className="border-y border-line py-3 text-muted">
          No client was seen yet. Each is here from its first call.
        </p>
      ) : null}
      {clients === undefined || clients.length === 0 ? null : (
        <table className="w-full table-fixed border-separate border-spacing-0">
          <thead>
            <tr>
              <th scope="col" className={head}>
                Client
              </th>
              <th scope="col" className={`${head} w-24 pr-4 text-right`}>
                Waits
              </th>
              <th scope="col" className={`${head} w-28 text-right`}>
                Your number
              </th>
            </tr>
          </thead>
          <tbody>
            {clients.map((budget) => (
              <Budget key={budget.client} budget={budget} change={change} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
