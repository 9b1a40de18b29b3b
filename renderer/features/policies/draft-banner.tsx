// A recorded call on the way to becoming a rule, or to being tried: what can be done with it today, and nothing that only
// looks as if it could.
import { X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { type DraftEffect, draftRule, type RecordedCall } from '../../../core/policy/draft-rule.ts'
import { explainCommand } from '../../../core/policy/explain-command.ts'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { type Draft, type DraftKind, goTo } from '../../state/navigation.ts'
import { AskedFor } from '../../ui/asked-for.tsx'
import { Choice } from '../../ui/choice.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Outcome } from '../../ui/outcome.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { exactTime } from '../../ui/time.ts'
import { useDraftCall } from './use-draft-call.ts'

const kinds = [
  { value: 'rule', word: 'Rule' },
  { value: 'simulate', word: 'Trial' },
] as const satisfies readonly { value: DraftKind; word: string }[]

const effects = [
  { value: 'deny', word: 'Deny' },
  { value: 'require-approval', word: 'Ask' },
  { value: 'allow', word: 'Allow' },
] as const satisfies readonly { value: DraftEffect; word: string }[]

/** What the person most likely has in mind. */
function likelyEffect({ summary: { outcome } }: CallDetail): DraftEffect {
  if (outcome === 'approved' || outcome === 'allowed-by-grant') return 'allow'
  return outcome === 'refused' ? 'deny' : 'require-approval'
}

const recordedCall = ({ summary, arguments: recorded }: CallDetail): RecordedCall => ({
  client: summary.client,
  server: summary.server,
  action: summary.action ?? 'tools/call',
  tool: summary.tool,
  risk: summary.risk,
  arguments: recorded,
})

/** Asking beats allowing and denying beats both, so a milder rule changes nothing while these are there. */
function beaten({ rules, events }: CallDetail, effect: DraftEffect): readonly string[] {
  const decision = events.findLast(({ type }) => type === 'call.decided')?.data['decision']
  const milder = decision === 'deny' ? effect !== 'deny' : decision === 'hold' && effect === 'allow'
  if (!milder || rules.length === 0) return []
  const does = decision === 'deny' ? 'denied' : 'asked about'
  return rules.map(
    ({ id, file }) =>
      `The rule ${id} in ${file} ${does} this call and is stronger: give it an exception (unless) for such calls, or this rule changes nothing.`,
  )
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <ul className="flex flex-col gap-0.5 border-l-2 border-hold-line pl-3">
      {notes.map((note) => (
        <li key={note}>
          <HostileText text={note} />
        </li>
      ))}
    </ul>
  )
}

function Problem({ problem }: { problem: string }) {
  return <p className="border-l-2 border-deny-line pl-3 text-deny">{problem}</p>
}

function RuleOf({ detail }: { detail: CallDetail }) {
  const [effect, setEffect] = useState(() => likelyEffect(detail))
  const draft = useMemo(() => draftRule(recordedCall(detail), effect), [detail, effect])
  return (
    <>
      <p className="text-muted">
        The app does not write this rule for you. Copy it: save the whole as a new file in the folder above, or put the
        rule under <span className="font-mono text-mono">rules:</span> of a file that is there. It counts as soon as it
        is saved.
      </p>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Choice label="Effect" value={effect} options={effects} onChange={setEffect} />
        {draft.ok ? (
          <span className="flex flex-wrap items-center gap-x-3">
            <span className="flex items-center gap-1">
              Whole file <CopyButton value={draft.file} what="the whole file" />
            </span>
            <span className="flex items-center gap-1">
              Rule only <CopyButton value={draft.rule} what="the rule only" />
            </span>
          </span>
        ) : null}
      </div>
      {draft.ok ? (
        <>
          <Notes notes={[...beaten(detail, effect), ...draft.wider]} />
          <TextBlock key={draft.file} text={draft.file} label="Rule made from the call" />
        </>
      ) : (
        <Problem problem={draft.problem} />
      )}
    </>
  )
}

function TrialOf({ detail }: { detail: CallDetail }) {
  const asked = useMemo(() => explainCommand(recordedCall(detail)), [detail])
  return (
    <>
      <p className="text-muted">
        There is no simulator in the app yet. In a terminal (sh, bash, zsh) this command asks the policy in force about
        the call and shows why it decides so; nothing is called. Relative paths begin in the folder you run it in.
      </p>
      {asked.ok ? (
        <>
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <TextBlock text={asked.command} label="Command" laidOut foldLong />
            </div>
            <CopyButton value={asked.command} what="the command" />
          </div>
          <Notes notes={asked.doubts} />
        </>
      ) : (
        <Problem problem={asked.problem} />
      )}
    </>
  )
}

function About({ detail: { summary, arguments: recorded } }: { detail: CallDetail }) {
  const { client, server, receivedAt, outcome, call } = summary
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="font-medium [overflow-wrap:anywhere]">
          <AskedFor call={summary} longest={300} />
        </span>
        <span className="[overflow-wrap:anywhere]">
          <HostileText text={client} /> → <HostileText text={server} />
        </span>
        <Outcome outcome={outcome} />
        <button
          type="button"
          onClick={() => goTo('activity', { call })}
          className="text-ink tabular underline decoration-ink-line underline-offset-2 hover:decoration-ink"
        >
          {exactTime(receivedAt).slice(0, 19)}
        </button>
      </p>
      {recorded === undefined ? null : (
        <details>
          <summary className="w-fit text-muted hover:text-text">Arguments, as recorded</summary>
          <div className="pt-2">
            <TextBlock text={recorded.text} label="Arguments, as recorded" laidOut foldLong />
          </div>
        </details>
      )}
    </>
  )
}

const sentences = {
  loading: 'Loading the call…',
  missing: 'This call is not in the log, or not any more, so nothing can be made of it.',
} as const

export function DraftBanner({ draft: { kind, call } }: { draft: Draft }) {
  const loaded = useDraftCall(call)
  return (
    <section
      aria-label="Made from a call"
      className="max-h-[62vh] shrink-0 overflow-y-auto border-b border-ink-line bg-ink-tint"
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        <div className="flex items-center justify-between gap-4">
          <h2 className="text-title font-semibold">{kind === 'rule' ? 'A rule from this call' : 'Try this call'}</h2>
          <span className="flex items-center gap-2">
            <Choice
              label="What to make of the call"
              value={kind}
              options={kinds}
              onChange={(next) => goTo('policies', { draft: { kind: next, call } })}
            />
            <button
              type="button"
              aria-label="Close"
              onClick={() => goTo('policies', { draft: undefined })}
              className="grid size-8 place-items-center rounded-[5px] text-muted hover:bg-hover hover:text-text"
            >
              <X size={16} strokeWidth={1.5} aria-hidden="true" />
            </button>
          </span>
        </div>
        {loaded.state === 'ready' ? (
          <>
            <About detail={loaded.detail} />
            {kind === 'rule' ? <RuleOf detail={loaded.detail} /> : <TrialOf detail={loaded.detail} />}
          </>
        ) : (
          <p role="status">
            {loaded.state === 'failed' ? `The call could not be loaded. ${loaded.problem}` : sentences[loaded.state]}
          </p>
        )}
      </div>
    </section>
  )
}
