// The few statistics the benchmarks share.

/** Nearest-rank percentile (`p` in 0…100) of at least one value. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]
  if (value === undefined) throw new Error('percentile of no values')
  return value
}

export const median = (values: readonly number[]): number => percentile(values, 50)

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new Error('mean of no values')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** `items` starting at another one every round, so that no variant always runs after the same neighbour. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const offset = items.length === 0 ? 0 : round % items.length
  return [...items.slice(offset), ...items.slice(0, offset)]
}
