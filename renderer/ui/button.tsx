// Buttons: one accent (`primary`), one for refusing, the rest quiet. Verbs with their scope.
import type { ComponentPropsWithRef } from 'react'

type Variant = 'primary' | 'refuse' | 'plain' | 'quiet'
/** `wraps`: a label of any length, in several lines where it has to be. */
type Size = 'normal' | 'small' | 'wraps'

const sizes: Record<Size, string> = {
  normal: 'h-8 shrink-0 px-3 whitespace-nowrap',
  small: 'h-6 shrink-0 px-2 whitespace-nowrap',
  wraps: 'min-h-8 max-w-full px-3 py-1 text-left',
}

const looks: Record<Variant, string> = {
  primary:
    'border-transparent bg-ink-solid text-on-ink font-medium hover:bg-ink-solid-hover aria-disabled:bg-transparent aria-disabled:border-line-strong aria-disabled:text-muted aria-disabled:hover:bg-transparent',
  refuse: 'border-deny-line bg-transparent text-deny font-medium hover:bg-deny-tint',
  plain: 'border-line-strong bg-transparent text-text hover:bg-hover',
  quiet: 'border-transparent bg-transparent text-muted hover:bg-hover hover:text-text',
}

export function Button({
  variant = 'plain',
  size = 'normal',
  className = '',
  ...rest
}: ComponentPropsWithRef<'button'> & { variant?: Variant; size?: Size }) {
  return (
    <button
      type="button"
      className={`inline-flex items-center justify-center gap-2 rounded-[5px] border select-none aria-disabled:cursor-default disabled:opacity-50 ${sizes[size]} ${looks[variant]} ${className}`}
      {...rest}
    />
  )
}

/** Keys as printed beside an action; decoration, the button itself carries aria-keyshortcuts. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span aria-hidden="true" className="shrink-0 font-mono text-label whitespace-nowrap tabular">
      {keys}
    </span>
  )
}
