// Lengths of time in words.

const units = [
  ['day', 'a', 86_400_000],
  ['hour', 'an', 3_600_000],
  ['minute', 'a', 60_000],
  ['second', 'a', 1000],
] as const

const largest = (ms: number) => units.find(([, , length]) => ms % length === 0) ?? ['millisecond', 'a', 1]

/** `1 hour`, `90 minutes`: in the largest unit that leaves no rest. */
export function durationWords(ms: number): string {
  const [name, , length] = largest(ms)
  return counted(ms / length, name)
}

/** After an amount: `an hour`, `in 90 minutes`. */
export function perWords(ms: number): string {
  const [name, article, length] = largest(ms)
  return ms === length ? `${article} ${name}` : `in ${durationWords(ms)}`
}

export const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`
