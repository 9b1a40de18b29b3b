// When a remembered approval ends, and the words that say so. The words are a promise: a grant that lives longer than they
// say lets calls through that nobody approved.
import { durationWords } from '../policy/duration-words.ts'
import type { Lifetime } from '../schema/grant.ts'

/** Lifetimes of grants. `always` is none: it is a rule in a policy file. */
export type GrantLifetime = Exclude<Lifetime, 'always'>

export type LifetimeTerms = {
  /** Over at this moment, in milliseconds since the epoch. */
  readonly endsAt: number
  /** Over when not used for so long, in milliseconds. */
  readonly idleMs?: number
}

/** The clock of the people: `zoneOffset` is what to add to local time to get UTC at that moment, in minutes. */
export type LocalClock = { readonly now: number; zoneOffset(at: number): number }

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const longestSessionMs = 8 * hourMs
const sessionIdleMs = hourMs
const shortestDayMs = hourMs

export function lifetimeTerms(lifetime: GrantLifetime, clock: LocalClock): LifetimeTerms {
  switch (lifetime) {
    case 'session':
      return { endsAt: clock.now + longestSessionMs, idleMs: sessionIdleMs }
    case 'hour':
      return { endsAt: clock.now + hourMs }
    case 'day':
      return { endsAt: Math.max(nextMidnight(clock), clock.now + shortestDayMs) }
  }
}

/** What the label means, true whenever it is read before the answer is given. */
export function lifetimeWords(lifetime: Lifetime, clock: LocalClock): string {
  const orWithQuit = 'It ends when Countersign quits, too.'
  switch (lifetime) {
    case 'session': {
      const latest = `at the latest ${durationWords(longestSessionMs)} from your answer`
      return `Until this session of the client is over, ${latest}, and earlier if it is not used for ${durationWords(sessionIdleMs)}. ${orWithQuit}`
    }
    case 'hour':
      return `For 60 minutes from your answer. ${orWithQuit}`
    case 'day': {
      const until = clockTime(lifetimeTerms('day', clock).endsAt, clock)
      return `Until the next midnight, or for ${durationWords(shortestDayMs)} from your answer where midnight is nearer; now that means until ${until}. ${orWithQuit}`
    }
    case 'always':
      return 'Until the rule is taken out of the policy file again, also after Countersign was restarted.'
  }
}

/** When the next day begins where the people are, in milliseconds since the epoch. */
export function nextMidnight({ now, zoneOffset }: LocalClock): number {
  const localNow = now - zoneOffset(now) * minuteMs
  const localMidnight = (Math.floor(localNow / dayMs) + 1) * dayMs
  // The clocks may be changed in between.
  const about = localMidnight + zoneOffset(now) * minuteMs
  const exact = localMidnight + zoneOffset(about) * minuteMs
  // Where they are put forward at midnight itself there is no 00:00, and the day begins at the change.
  return exact - zoneOffset(exact) * minuteMs < localMidnight ? about : exact
}

function clockTime(at: number, { zoneOffset }: LocalClock): string {
  const minutes = Math.floor((at - zoneOffset(at) * minuteMs) / minuteMs)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`
}
