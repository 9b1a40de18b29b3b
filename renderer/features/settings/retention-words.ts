// The bounds of the log as people write them, and what a lower one gives up.
import type { Settings } from '../../../core/wire/ui-contract.ts'

export type Retention = Settings['retention']
export type Bound = keyof Retention

type Look = {
  readonly label: string
  readonly unit: string
  /** What is proposed where there was no bound. */
  readonly usual: number
  readonly least: number
  readonly most: number
}

export const bounds: Record<Bound, Look> = {
  days: { label: 'Keep calls for', unit: 'days', usual: 365, least: 1, most: 36_500 },
  megabytes: { label: 'Keep at most', unit: 'MB', usual: 4_096, least: 50, most: 10_000_000 },
}

const range = ({ unit, least, most }: Look): string =>
  `a whole number of ${unit} from ${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}`

export const hintFor = (bound: Bound): string => `Takes ${range(bounds[bound])}.`

export function readBound(bound: Bound, text: string): { value: number } | { problem: string } {
  const { least, most } = bounds[bound]
  const problem = `Not saved: write ${range(bounds[bound])}.`
  const digits = text.trim().replaceAll(',', '')
  if (!/^\d{1,9}$/.test(digits)) return { problem }
  const value = Number(digits)
  return value < least || value > most ? { problem } : { value }
}

/** Without a bound everything is kept. */
export const withBound = ({ days, megabytes }: Retention, bound: Bound, value: number | undefined): Retention => {
  const next = { days, megabytes, [bound]: value }
  return {
    ...(next.days === undefined ? {} : { days: next.days }),
    ...(next.megabytes === undefined ? {} : { megabytes: next.megabytes }),
  }
}

/** Whether more is given up than before. */
export const isLower = (before: number | undefined, after: number | undefined): boolean =>
  after !== undefined && (before === undefined || after < before)
