// A sentence of ours with values from outside in it, which stand apart and are shown as hostile text.
import type { Sentence as Parts } from '../../core/wire/ui-contract.ts'
import { HostileText } from './hostile-text.tsx'

export function Sentence({ parts, valueClass = 'font-medium text-ink' }: { parts: Parts; valueClass?: string }) {
  return parts.map((part, index) =>
    'text' in part ? (
      part.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one immutable sentence
      <span key={index} className={valueClass}>
        <HostileText text={part.value} />
      </span>
    ),
  )
}
