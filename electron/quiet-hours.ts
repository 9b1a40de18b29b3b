// When a person does not want to be disturbed, in local time: pure, because it passes midnight and the clocks change.
import type { Settings } from '../core/wire/ui-contract.ts'

const minutesOf = (time: string): number => {
  const [hours = '0', minutes = '0'] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}

const minuteMs = 60_000

/** Of the local day. */
const minuteOf = (moment: number): number => {
  const at = new Date(moment)
  return at.getHours() * 60 + at.getMinutes()
}

const isQuiet = (from: number, to: number, minute: number): boolean =>
  from < to ? from <= minute && minute < to : from > to && (minute >= from || minute < to)

/**
 * The moment at which the quiet hours that `now` lies in are over (milliseconds since the epoch), or nothing outside of
 * them. Hours that end when they begin are none.
 */
export const quietUntil = (hours: Settings['quietHours'], now: number): number | undefined => {
  if (hours === undefined) return undefined
  const from = minutesOf(hours.from)
  const to = minutesOf(hours.to)
  const at = new Date(now)
  const minute = minuteOf(now)
  if (!isQuiet(from, to, minute)) return undefined
  // By the calendar, not by adding hours: a day on which the clocks change has 23 or 25 of them.
  const day = minute < to ? 0 : 1
  const end = new Date(at.getFullYear(), at.getMonth(), at.getDate() + day, Math.floor(to / 60), to % 60).getTime()
  // There is no such time in the hour that the clocks leave out: it is over when they are put forward.
  if (end > now && minuteOf(end) !== to) {
    let over = end
    while (over - minuteMs > now && !isQuiet(from, to, minuteOf(over - minuteMs))) over -= minuteMs
    return over
  }
  // An hour that the clocks repeat can put the end behind us; then it is at the next full minute at the latest.
  return end > now ? end : now + minuteMs
}
