// Copies an exact value (a hash, a path) and says so in place.
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'

const confirmFor = 1500

export function CopyButton({ value, what }: { value: string; what: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = window.setTimeout(() => setState('idle'), confirmFor)
    return () => window.clearTimeout(timer)
  }, [state])
  const copy = (): void => {
    navigator.clipboard.writeText(value).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  const label = state === 'copied' ? `Copied ${what}` : state === 'failed' ? `Could not copy ${what}` : `Copy ${what}`
  const Icon = state === 'copied' ? Check : Copy
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={label}
      title={label}
      className="inline-grid size-6 shrink-0 place-items-center rounded text-muted align-middle hover:bg-hover hover:text-text"
    >
      <Icon size={13} strokeWidth={1.5} aria-hidden="true" />
    </button>
  )
}
