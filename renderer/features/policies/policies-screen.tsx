// The policy files as they are, read-only: rules in words beside the text they come from.
import { CircleAlert, CircleCheck, CircleX, type LucideIcon } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { PolicyFileView, UiResult } from '../../../core/wire/ui-contract.ts'
import { goTo, useNavigation } from '../../state/navigation.ts'
import { request, useSession } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { EmptyState, FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { DraftBanner } from './draft-banner.tsx'
import { PolicyFile } from './policy-file.tsx'

type Policies = UiResult<'policies.list'>

function usePolicies(): { policies: Policies | undefined; problem: string | undefined; reload: () => void } {
  const [policies, setPolicies] = useState<Policies>()
  const [problem, setProblem] = useState<string>()
  const changes = useSession(({ model }) => model?.policyChanges)
  const load = useCallback(async () => {
    try {
      setPolicies(await request('policies.list', {}))
      setProblem(undefined)
    } catch (error) {
      setProblem(problemText(error))
    }
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each publication asks for the list anew
  useEffect(() => void load(), [load, changes])
  return { policies, problem, reload: () => void load() }
}

const statuses: Record<PolicyFileView['status'], { icon: LucideIcon; word: string; tone: string }> = {
  ok: { icon: CircleCheck, word: 'in force', tone: 'text-allow' },
  broken: { icon: CircleAlert, word: 'broken', tone: 'text-deny' },
  removed: { icon: CircleX, word: 'removed', tone: 'text-deny' },
}

function Files({ policies, chosen }: { policies: Policies; chosen: string | undefined }) {
  return (
    <nav
      aria-label="Policy files"
      className="w-52 shrink-0 overflow-y-auto border-r border-line py-2 narrow:flex narrow:w-auto narrow:overflow-x-auto narrow:border-r-0 narrow:border-b narrow:py-0"
    >
      {policies.files.map(({ file, status }) => {
        const { icon: Icon, word, tone } = statuses[status]
        return (
          <button
            key={file}
            type="button"
            aria-current={file === chosen}
            onClick={() => goTo('policies', { policy: { file } })}
            className={`flex h-8 w-full items-center gap-2 border-l-2 px-3.5 text-left -outline-offset-2 narrow:w-auto narrow:shrink-0 ${file === chosen ? 'border-ink bg-ink-tint' : 'border-transparent hover:bg-hover'}`}
          >
            <Icon size={14} strokeWidth={1.75} aria-hidden="true" className={`shrink-0 ${tone}`} />
            <span className={`truncate ${status === 'removed' ? 'line-through' : ''}`} title={file}>
              {file}
            </span>
            <span className="sr-only">{word}</span>
          </button>
        )
      })}
    </nav>
  )
}

export function PoliciesScreen() {
  const { policies, problem, reload } = usePolicies()
  const place = useNavigation(({ policy }) => policy)
  const draft = useNavigation((navigation) => navigation.draft)
  const files = policies?.files ?? []
  const chosen =
    files.find(({ file }) => file === place?.file) ?? files.find(({ status }) => status !== 'ok') ?? files[0]
  const name = chosen?.file
  // From then on it stays, also when what it was chosen for is mended.
  useEffect(() => {
    if (name !== undefined && name !== place?.file) goTo('policies', { policy: { file: name } })
  }, [name, place])
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 border-b border-line px-4 py-2">
        <h1 className="text-title font-semibold">Policies</h1>
        {policies === undefined ? null : (
          <p className="flex min-w-0 flex-1 flex-wrap items-center justify-end gap-x-1 text-muted narrow:justify-start">
            <span className="font-mono text-mono [overflow-wrap:anywhere]">{policies.folder}</span>
            <CopyButton value={policies.folder} what="folder" />
            <span className="ml-2">
              revision <span className="font-mono text-mono">{policies.revision.slice(0, 12)}</span>
            </span>
            <CopyButton value={policies.revision} what="revision" />
          </p>
        )}
      </header>
      {draft === undefined ? null : <DraftBanner key={draft.call} draft={draft} />}
      {policies === undefined && problem !== undefined ? (
        <FailedState what="Policies could not be loaded" problem={problem} onRetry={reload} />
      ) : null}
      {policies === undefined && problem === undefined ? <SkeletonRows rows={12} label="Loading policies" /> : null}
      {policies !== undefined && chosen === undefined ? (
        <EmptyState title="No policy files">
          Put a YAML file into the folder above. Until then there is nothing to judge calls by, and they are refused.
        </EmptyState>
      ) : null}
      {policies !== undefined && chosen !== undefined ? (
        <div className="flex min-h-0 flex-1 narrow:flex-col">
          <Files policies={policies} chosen={chosen.file} />
          <div className="min-h-0 min-w-0 flex-1">
            <PolicyFile
              file={chosen}
              place={place?.file === chosen.file ? place : undefined}
              onPlace={(line) => goTo('policies', { policy: { file: chosen.file, line } })}
              onRemoved={reload}
            />
          </div>
        </div>
      ) : null}
    </div>
  )
}
