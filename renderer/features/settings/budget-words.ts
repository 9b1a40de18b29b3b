// How long a client is kept waiting, why, and what a person may write as their own number.
import type { ClientBudget } from '../../../core/wire/ui-contract.ts'

/** What the contract takes, in milliseconds. */
const least = 1_000
const most = 24 * 3_600_000

/** `45 s`, `1.5 s`, `4 min`, `4 min 30 s`. */
export function waitWords(ms: number): string {
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
}

export function reasonWords({ source, withoutSettingMs, observedMs, note }: ClientBudget): string {
  switch (source) {
    case 'settings':
      return `Your own number; without it ${waitWords(withoutSettingMs)}.`
    case 'learned':
      return observedMs === undefined
        ? 'Learned: it took calls back early.'
        : `Learned: it took calls back after ${waitWords(observedMs)}.`
    case 'table':
      return note === undefined ? 'What is known of this client.' : `What is known: ${note}.`
    case 'default':
      return 'Nothing is known of this client; most wait for 60 s.'
  }
}

/** A person's number that is longer than the client was ever seen to wait. */
export function isTooLong({ source, ms, observedMs }: ClientBudget): boolean {
  return source === 'settings' && observedMs !== undefined && ms >= observedMs
}

/** What was written, in milliseconds: nothing for an empty field. `problem`: it is no such number. */
export function readSeconds(text: string): { ms: number | undefined } | { problem: string } {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return { ms: undefined }
  const ms = /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 1000) : Number.NaN
  if (ms >= least && ms <= most) return { ms }
  return { problem: 'Not saved: write seconds, from 1 to 86400 (a day).' }
}
