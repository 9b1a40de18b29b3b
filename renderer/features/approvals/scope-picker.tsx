// How far one argument may differ for the answer to hold: narrowest first, and the folder or beginning free to edit.
import { useId } from 'react'
import type { ArgumentScope } from '../../../core/schema/grant.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { sameScope, scopeProblem, scopeWords } from './scope-words.ts'

export type Pick = {
  /** Index into the options. */
  readonly at: number
  /** The option as the person edited it. */
  readonly scope: ArgumentScope
}

function editable(scope: ArgumentScope): string | undefined {
  return scope.kind === 'prefix' ? scope.prefix : scope.kind === 'inside' ? scope.folder : undefined
}

function edited(scope: ArgumentScope, text: string): ArgumentScope {
  if (scope.kind === 'prefix') return { ...scope, prefix: text }
  return scope.kind === 'inside' ? { ...scope, folder: text } : scope
}

function Option({ scope }: { scope: ArgumentScope }) {
  const { before, value, after } = scopeWords(scope)
  return (
    <span className="min-w-0">
      {before}{' '}
      {value === undefined ? null : (
        <span className="font-mono text-mono break-words">
          <HostileText text={value} />
        </span>
      )}
      {after === undefined ? null : <span className="text-muted"> {after}</span>}
    </span>
  )
}

export function ScopePicker({
  name,
  options,
  pick,
  onPick,
}: {
  name: string
  options: readonly ArgumentScope[]
  pick: Pick
  onPick: (pick: Pick) => void
}) {
  const id = useId()
  const problem = scopeProblem(pick.scope)
  return (
    <fieldset className="flex flex-col gap-0.5 border-t border-line py-2">
      <legend className="sr-only">
        <HostileText text={name} />
      </legend>
      <p aria-hidden="true" className="font-mono text-mono">
        <HostileText text={name} />
      </p>
      {options.map((option, index) => {
        const chosen = index === pick.at
        const text = chosen ? editable(pick.scope) : undefined
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: options of one immutable list
          <div key={index} className="flex flex-col gap-1">
            <label className="flex min-h-6 items-baseline gap-2">
              <input
                type="radio"
                name={id}
                checked={chosen}
                onChange={() => onPick({ at: index, scope: option })}
                className="size-3.5 shrink-0 translate-y-0.5 accent-ink-solid"
              />
              <Option scope={chosen ? pick.scope : option} />
            </label>
            {text === undefined ? null : (
              <input
                type="text"
                dir="ltr"
                aria-label={`${name}: ${option.kind === 'inside' ? 'folder' : 'beginning'}`}
                aria-invalid={problem !== undefined}
                aria-describedby={`${id}-problem`}
                autoComplete="off"
                autoCapitalize="off"
                autoCorrect="off"
                spellCheck={false}
                value={text}
                onChange={(event) => onPick({ at: index, scope: edited(pick.scope, event.target.value) })}
                className="ml-5.5 h-8 rounded-[5px] border border-line-strong bg-sheet px-2.5 font-mono text-mono aria-invalid:border-deny"
              />
            )}
          </div>
        )
      })}
      <p id={`${id}-problem`} className="text-deny empty:hidden">
        {problem ?? ''}
      </p>
    </fieldset>
  )
}

/** The narrowest option, or the one that was suggested; one that is suggested and not offered comes first. */
export function firstPick(
  options: readonly ArgumentScope[],
  suggested: ArgumentScope | undefined,
): { options: readonly ArgumentScope[]; pick: Pick } | undefined {
  if (suggested !== undefined) {
    const at = options.findIndex((option) => sameScope(option, suggested))
    return at < 0
      ? { options: [suggested, ...options], pick: { at: 0, scope: suggested } }
      : { options, pick: { at, scope: suggested } }
  }
  const [narrowest] = options
  return narrowest === undefined ? undefined : { options, pick: { at: 0, scope: narrowest } }
}
