// The rules of one file in the order in which they win: Deny, Ask, Allow; then what happens to the rest.
import { Ban, CircleCheck, EyeOff, Hourglass, type LucideIcon } from 'lucide-react'
import type { PolicyFileView } from '../../../core/wire/ui-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Tag } from '../../ui/tag.tsx'

type Effect = PolicyFileView['rules'][number]['effect']

const groups: readonly { effect: Effect; title: string; word: string; icon: LucideIcon; tone: string; none: string }[] =
  [
    { effect: 'deny', title: 'Deny', word: 'denied', icon: Ban, tone: 'text-deny', none: 'No rule denies a call.' },
    {
      effect: 'require-approval',
      title: 'Ask',
      word: 'needs approval',
      icon: Hourglass,
      tone: 'text-hold',
      none: 'No rule asks a person.',
    },
    {
      effect: 'allow',
      title: 'Allow',
      word: 'allowed',
      icon: CircleCheck,
      tone: 'text-allow',
      none: 'No rule allows a call.',
    },
  ]

/** Who reads the rule's own words. */
const tells: Record<Effect, string> = {
  deny: 'Tells the model',
  'require-approval': 'Tells you on the card',
  allow: 'Note',
}

/** What the rule is about: tools, or the requests that stand in their place. */
function Named({ tools, on }: Pick<PolicyFileView['rules'][number], 'tools' | 'on'>) {
  if (on === undefined) return <span className="font-mono text-mono [overflow-wrap:anywhere]">{tools.join(', ')}</span>
  return (
    <span className="flex flex-wrap items-center gap-1">
      {on.map((method) => (
        <Tag key={method} title="About these requests, not about tool calls">
          <span className="font-mono">{method}</span>
        </Tag>
      ))}
    </span>
  )
}

function Rule({
  rule,
  current,
  onPlace,
}: {
  rule: PolicyFileView['rules'][number]
  current: boolean
  onPlace: (line: number) => void
}) {
  return (
    <li>
      <button
        type="button"
        aria-current={current}
        onClick={() => onPlace(rule.line)}
        className={`flex w-full flex-col gap-1 border-b border-l-2 border-b-line py-2.5 pr-4 pl-3.5 text-left -outline-offset-2 ${current ? 'border-l-ink bg-ink-tint' : 'border-l-transparent hover:bg-hover'}`}
      >
        <span className="flex w-full items-baseline justify-between gap-3">
          <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 gap-y-0.5">
            <span className="font-medium [overflow-wrap:anywhere]">{rule.id}</span>
            {rule.hide ? (
              <Tag title="Clients do not see these tools in the list">
                <EyeOff size={12} strokeWidth={1.5} aria-hidden="true" className="self-center" />
                hidden
              </Tag>
            ) : null}
          </span>
          <span className="shrink-0 font-mono text-label text-muted tabular">line {rule.line}</span>
        </span>
        <Named tools={rule.tools} on={rule.on} />
        {rule.conditions.map((condition) => (
          <span key={condition} className="text-muted">
            <HostileText text={condition} />
          </span>
        ))}
        {rule.reason === undefined ? null : (
          <span className="text-muted">
            {tells[rule.effect]}: “
            <HostileText text={rule.reason} />”
          </span>
        )}
      </button>
    </li>
  )
}

export function RuleGroups({
  file,
  line,
  onPlace,
}: {
  file: PolicyFileView
  line: number | undefined
  onPlace: (line: number) => void
}) {
  if (file.status !== 'ok') {
    return (
      <p className="px-4 py-4 text-muted">
        {file.status === 'broken'
          ? 'Its rules can be shown again once the text has no error.'
          : 'Its text is gone with the file, so its rules cannot be shown.'}
      </p>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      {groups.map(({ effect, title, icon: Icon, tone, none }) => {
        const rules = file.rules.filter((rule) => rule.effect === effect)
        return (
          <section key={effect} aria-label={title}>
            <h3 className={`flex h-8 items-center gap-2 border-b border-line px-4 font-semibold ${tone}`}>
              <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
              {title}
              <span className="font-normal text-muted tabular">{rules.length}</span>
            </h3>
            {rules.length === 0 ? (
              <p className="px-4 py-2 text-muted">{none}</p>
            ) : (
              <ul>
                {rules.map((rule) => (
                  <Rule key={rule.id} rule={rule} current={rule.line === line} onPlace={onPlace} />
                ))}
              </ul>
            )}
          </section>
        )
      })}
      <section aria-label="Calls no rule names">
        <h3 className="flex h-8 items-center border-b border-line px-4 font-semibold">Calls no rule names</h3>
        {file.defaults.length === 0 ? (
          <p className="px-4 py-2 text-muted">This file sets no defaults.</p>
        ) : (
          <dl>
            {file.defaults.map(({ risk, effect }) => {
              const group = groups.find((candidate) => candidate.effect === effect)
              if (group === undefined) return null
              const Icon = group.icon
              return (
                <div key={risk} className="flex h-8 items-center justify-between border-b border-line px-4">
                  <dt className="font-mono text-mono">{risk === '*' ? 'anything else' : risk}</dt>
                  <dd className={`flex items-center gap-2 ${group.tone}`}>
                    <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
                    {group.word}
                  </dd>
                </div>
              )
            })}
          </dl>
        )}
        <p className="px-4 py-2 text-muted">
          Other requests (resources, prompts, sampling, elicitation) pass unless a rule names them.
        </p>
      </section>
    </div>
  )
}
