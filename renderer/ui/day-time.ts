// Times of day to the minute, for what lies hours ahead or behind.

const two = (value: number): string => String(value).padStart(2, '0')

/** Days from the one to the other by the calendar: clocks may change in between. */
function daysBetween(from: Date, to: Date): number {
  const day = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return Math.round((day(to) - day(from)) / 86_400_000)
}

function onDay(at: number, now: number): string {
  const date = new Date(at)
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  const days = daysBetween(new Date(now), date)
  if (days === 0) return time
  if (days === 1) return time === '00:00' ? 'midnight' : `${time} tomorrow`
  if (days === -1) return `${time} yesterday`
  return `${time} on ${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** `16:40`, `midnight`, `09:15 tomorrow`. All in milliseconds since the epoch. */
export const dayTime = (at: number, now: number): string => onDay(at, now)

/** The same of an end: to the next full minute, so that nothing lasts longer than it says. */
export const endTime = (at: number, now: number): string => onDay(Math.ceil(at / 60_000) * 60_000, now)
