// What the figures mean, in sentences.
import type { Statistics } from './use-statistics.ts'

export type Tool = Statistics['tools'][number]
type Answered = Statistics['answered']

/** Asked more often than this within an hour, people stop reading. */
const oftenAnHour = 10
/** Equal answers after which a rule may spare the next one. */
const equalAnswers = 5

export const asksOften = ({ mostAnHour }: Tool): boolean => mostAnHour > oftenAnHour

export const byPeople = ({ approved, refused }: Answered): number => approved + refused

/** What a rule that always gets the same answer could be instead; nothing where it does not. */
export function sameAnswer(answered: Answered): string | undefined {
  const { approved, refused } = answered
  if (byPeople(answered) < equalAnswers) return undefined
  if (refused === 0) return 'Always yes: narrow the rule to be asked less.'
  return approved === 0 ? 'Always no: deny it to be asked less.' : undefined
}

/** `29 calls were settled for each time you were asked`; nothing where it says nothing. */
export function settledShare({ settledAlone, asked }: Statistics): string | undefined {
  if (asked === 0 || settledAlone < asked) return undefined
  return `about ${Math.round(settledAlone / asked).toLocaleString('en-US')} for each time you were asked`
}

/** Cards that nobody answered and that did not expire: taken back by the client, settled otherwise, or open still. */
export const otherwise = ({ asked, answered }: Statistics): number =>
  Math.max(0, asked - byPeople(answered) - answered.expired)
