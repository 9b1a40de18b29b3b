// A scrolling region that the keyboard can reach, with a name for assistive technology.
import type { ComponentPropsWithRef } from 'react'

/** @param focusable false where the content never overflows, so that it is not a stop on the way */
export function Scroller({
  label,
  focusable = true,
  className = '',
  ...rest
}: ComponentPropsWithRef<'section'> & { label: string; focusable?: boolean }) {
  return (
    <section
      data-scroller
      aria-label={label}
      tabIndex={focusable ? 0 : -1}
      className={`-outline-offset-2 ${className}`}
      {...rest}
    />
  )
}
