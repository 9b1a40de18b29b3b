// Buttons: one accent (`primary`), one for refusing, the rest quiet. Verbs with their scope.
import type { ComponentPropsWithRef } from 'react'

type Variant = 'primary' | 'refuse' | 'plain' | 'quiet'

const looks: Record<Variant, string> = {
  primary:
    'border-transparent bg-ink-solid text-on-ink font-medium hover:bg-ink-solid-hover aria-disabled:bg-transparent aria-disabled:border-line-strong aria-disabled:text-muted aria-disabled:hover:bg-transparent',
  refuse: 'border-deny-line bg-transparent text-deny font-medium hover:bg-deny-tint',
  plain: 'border-line-strong bg-transparent text-text hover:bg-hover',
  quiet: 'border-transparent bg-transparent text-muted hover:bg-hover hover:text-text',
}

export function Button({
  variant = 'plain',
  className = '',
  ...rest
}: ComponentPropsWithRef<'button'> & { variant?: Variant }) {
  return (
    <button
      type="button"
      className={`inline-flex h-8 shrink-0 items-center justify-center gap-2 rounded-[5px] border px-3 whitespace-nowrap select-none aria-disabled:cursor-default disabled:opacity-50 ${looks[variant]} ${className}`}
      {...rest}
    />
  )
}

/** Keys as printed beside an action; decoration, the button itself carries aria-keyshortcuts. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span aria-hidden="true" className="font-mono text-label tabular">
      {keys}
    </span>
  )
}
