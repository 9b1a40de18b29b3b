// When a person does not want to be disturbed, in local time: pure, because it passes midnight and the clocks change.
import type { Settings } from '../core/wire/ui-contract.ts'

const minutesOf = (time: string): number => {
  const [hours = '0', minutes = '0'] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/**
 * The moment at which the quiet hours that `now` lies in are over (milliseconds since the epoch), or nothing outside of
 * them. Hours that end when they begin are none.
 */
export const quietUntil = (hours: Settings['quietHours'], now: number): number | undefined => {
  if (hours === undefined) return undefined
  const from = minutesOf(hours.from)
  const to = minutesOf(hours.to)
  const at = new Date(now)
  const minute = at.getHours() * 60 + at.getMinutes()
  const quiet = from < to ? from <= minute && minute < to : from > to && (minute >= from || minute < to)
  if (!quiet) return undefined
  // By the calendar, not by adding hours: a day on which the clocks change has 23 or 25 of them.
  const day = minute < to ? 0 : 1
  const end = new Date(at.getFullYear(), at.getMonth(), at.getDate() + day, Math.floor(to / 60), to % 60).getTime()
  // An hour that the clocks repeat can put the end behind us; then it is at the next full minute at the latest.
  return end > now ? end : now + 60_000
}
