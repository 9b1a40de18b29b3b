// A sentence of ours with values from outside in it, which stand apart and are shown as hostile text.
import type { Sentence as Parts } from '../../core/wire/ui-contract.ts'
import { HostileText } from './hostile-text.tsx'

const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }

/** Line breaks as JSON has them: a text that ends in one is no trick, and a sentence of ours stays in its line. */
export const inLine = (value: string): string =>
  /[\n\r\t]/.test(value) ? `"${value.replace(/[\n\r\t"\\]/g, (character) => escapes[character] ?? character)}"` : value

export function Sentence({ parts, valueClass = 'font-medium text-ink' }: { parts: Parts; valueClass?: string }) {
  return parts.map((part, index) =>
    'text' in part ? (
      part.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one immutable sentence
      <span key={index} className={valueClass}>
        <HostileText text={inLine(part.value)} />
      </span>
    ),
  )
}
