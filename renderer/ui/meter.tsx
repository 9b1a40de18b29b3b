// A share as a small bar; decoration, the number stands beside it in words.
import type { Tone } from './outcome.tsx'

const fills: Record<Tone, string> = {
  allow: 'bg-allow-line',
  hold: 'bg-hold-line',
  deny: 'bg-deny-line',
  unknown: 'bg-unknown-line',
  plain: 'bg-line-strong',
}

export function Meter({ part, of, tone = 'plain' }: { part: number; of: number; tone?: Tone }) {
  const share = of <= 0 ? 0 : Math.min(1, Math.max(0, part / of))
  return (
    <span aria-hidden="true" className="block h-1.5 w-full overflow-hidden rounded-[2px] bg-line">
      <span className={`block h-full ${fills[tone]}`} style={{ width: `${(share * 100).toFixed(2)}%` }} />
    </span>
  )
}

/** `73 %`; nothing of nothing is nothing. Never rounded to all or none where it is neither. */
export function percent(part: number, of: number): string {
  if (of <= 0) return ''
  const share = Math.round((part / of) * 100)
  if (share === 100 && part < of) return '>99 %'
  if (share === 0 && part > 0) return '<1 %'
  return `${share} %`
}
