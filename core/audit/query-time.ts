// Moments as people write them in a query: `today`, `2h`, `14:30`, `2026-11-20`, `2026-11-20T14:30`. Local time, unless
// it ends in `Z` or an offset. A day as an end means all of it.

export type RangeEnd = 'from' | 'to'

const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const stamp = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|[+-]\d\d:\d\d)?)?)?$/i

/** @param now milliseconds since the epoch @returns the same, or nothing where it is no moment */
export function readTime(text: string, end: RangeEnd, now: number): number | undefined {
  const word = text.toLowerCase()
  const exact = /^@(\d{1,16})$/.exec(word)
  if (exact !== null) return Number.isSafeInteger(Number(exact[1])) ? Number(exact[1]) : undefined
  if (word === 'now') return now
  if (word === 'today' || word === 'yesterday') {
    const day = new Date(now)
    const offset = (word === 'today' ? 0 : -1) + (end === 'to' ? 1 : 0)
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() + offset).getTime()
  }
  const relative = /^(\d{1,6})(s|m|min|h|d|w)$/.exec(word)
  if (relative !== null) return Math.max(0, now - Number(relative[1]) * (units[relative[2] ?? ''] ?? 0))
  const clock = /^(\d\d?):(\d\d)(?::(\d\d))?$/.exec(word)
  if (clock !== null) {
    const day = new Date(now)
    const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    return moment([...date, Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0], undefined)
  }
  return readStamp(text, end)
}

function readStamp(text: string, end: RangeEnd): number | undefined {
  const found = stamp.exec(text)
  if (found === null) return undefined
  const [, year = '', month = '', day, hours, minutes, seconds, fraction, zone] = found
  const later = end === 'to' ? 1 : 0
  const at = moment(
    [year, month, day ?? '1', hours ?? '0', minutes ?? '0', seconds ?? '0', (fraction ?? '').padEnd(3, '0')].map(
      Number,
    ),
    zone,
  )
  if (at === undefined) return undefined
  if (day === undefined) return new Date(Number(year), Number(month) - 1 + later, 1).getTime()
  return hours === undefined ? new Date(Number(year), Number(month) - 1, Number(day) + later).getTime() : at
}

/** Nothing for what no calendar has (30 February, 25:00), or before 1970. */
function moment(parts: readonly number[], zone: string | undefined): number | undefined {
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0, ms = 0] = parts
  const asUtc = Date.UTC(year, month - 1, day, hours, minutes, seconds, ms)
  const same = new Date(asUtc)
  const real =
    same.getUTCMonth() === month - 1 && same.getUTCDate() === day && hours < 24 && minutes < 60 && seconds < 60
  if (!real || year < 1970) return undefined
  if (zone === undefined) return Math.max(0, new Date(year, month - 1, day, hours, minutes, seconds, ms).getTime())
  const [, sign = '+', zoneHours = '0', zoneMinutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? []
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  return Math.max(0, asUtc - (sign === '-' ? -offset : offset))
}

const two = (value: number): string => String(value).padStart(2, '0')

/** The shortest way to write it that reads back as itself, whatever the time is then. @param at milliseconds since the epoch */
export function writeTime(at: number, end: RangeEnd): string {
  const date = new Date(at)
  if (!Number.isNaN(date.getTime())) {
    const eve = new Date(date.getFullYear(), date.getMonth(), date.getDate() - (end === 'to' ? 1 : 0))
    const minutes = `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}`
    const seconds = `${minutes}:${two(date.getSeconds())}`
    const full = `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`
    for (const text of [dayOf(eve), minutes, seconds, full]) if (readTime(text, end, at) === at) return text
  }
  // An hour that the clocks repeat, or a year of more than four digits.
  return `@${at}`
}

const dayOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
