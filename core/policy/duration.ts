// Durations of the policy language: `30s`, `5m`, `1h`, `1d`.

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Longest duration: seven days. A call nobody looked at for a week is not waiting any more. */
export const maxDurationMs = 7 * units.d

/** Milliseconds of a duration text, or nothing if it is not one, is zero or is longer than seven days. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  const unit = match?.[2] as keyof typeof units | undefined
  if (!match || !unit) return undefined
  const milliseconds = Number(match[1]) * units[unit]
  return milliseconds > 0 && milliseconds <= maxDurationMs ? milliseconds : undefined
}
