// When to notify, and of what: one notice for a card or a burst, one reminder, none in quiet hours, and never two within
// ten seconds. Pure, so that situations can be a table; notifier.ts carries it out.
import type { ApprovalCard, Settings, ShownCard } from '../core/wire/ui-contract.ts'
import { cardWords, floodWords, saysAll, summaryWords } from './notification-words.ts'
import { quietUntil } from './quiet-hours.ts'
import type { ShellState } from './shell-state.ts'

export type NoticeButton = 'refuse' | 'approve'

export type Notice = {
  key: number
  title: string
  body: string
  /** What it is about, as it was when it was made. */
  cards: readonly ShownCard[]
  buttons: readonly NoticeButton[]
  /** It takes the place of others that were heard already. */
  silent: boolean
}

/** What was noticed so far. */
export type Noticed = {
  /** Notices whose cards are not all closed, oldest first. */
  up: readonly Notice[]
  /** Cards that need no first notice any more. */
  told: ReadonlySet<string>
  reminded: ReadonlySet<string>
  /** When the newest notice was made, in milliseconds since the epoch. */
  shownAt: number
  /** The flood that goes on has its notice. */
  floodTold: boolean
  nextKey: number
}

export const nothingNoticed: Noticed = {
  up: [],
  told: new Set(),
  reminded: new Set(),
  shownAt: Number.NEGATIVE_INFINITY,
  floodTold: false,
  nextKey: 1,
}

export type NoticeStep = {
  noticed: Noticed
  show: Notice | undefined
  /** Keys of notices to take away, before anything is shown. */
  close: readonly number[]
  /** Nothing may be shown now. */
  quiet: boolean
  /** When to look again if nothing happens before, in milliseconds since the epoch. */
  wakeAt: number | undefined
}

/** No two notices come closer together than this, in milliseconds. */
export const betweenNoticesMs = 10_000
/** Calls that come in one go are waited for so long before the first notice, in milliseconds. */
export const gatherMs = 500
const remindBeforeMs = 60_000
const shortLifeMs = 5 * 60_000
/** A reminder takes those along that would have theirs so soon after it, in milliseconds. */
const remindTogetherMs = 30_000

/** When an unanswered card is notified a second time; whole milliseconds, so that sums of moments are exact. */
export const remindAt = ({ openedAt, expiresAt }: ApprovalCard): number => {
  const life = expiresAt - openedAt
  return life < shortLifeMs ? openedAt + Math.ceil(life * 0.8) : expiresAt - remindBeforeMs
}

/** Where the system has buttons: Electron documents them for macOS and Windows (`NotificationAction`), not for Linux. */
export const hasButtons = (platform: NodeJS.Platform): boolean => platform === 'darwin' || platform === 'win32'

/** Only what is harmless, alone, said in full, and with no more to it than a click. */
export const mayApprove = (card: ApprovalCard, settings: Settings): boolean =>
  settings.approveFromNotification &&
  card.level === 'low' &&
  card.confirm === 'click' &&
  card.waiting === 1 &&
  card.group === undefined &&
  saysAll(card, settings)

const asShown = ({ id, binding, waiting }: ApprovalCard): ShownCard => ({ id, binding, waiting })

const earliest = (moments: readonly number[]): number | undefined =>
  moments.length === 0 ? undefined : Math.min(...moments)

const only = (ids: ReadonlySet<string>, kept: ReadonlySet<string>) => new Set([...ids].filter((id) => kept.has(id)))

/** What there is to say, and since when. */
type Due = {
  untold: readonly ApprovalCard[]
  reminders: readonly ApprovalCard[]
  flood: boolean
  /** When the first of it may be said. */
  at: number | undefined
}

const dueOf = (noticed: Noticed, { flood }: ShellState, cards: readonly ApprovalCard[], now: number): Due => {
  const untold = cards.filter((card) => !noticed.told.has(card.id))
  const waitsForReminder = cards.filter((card) => noticed.told.has(card.id) && !noticed.reminded.has(card.id))
  if (flood !== undefined) {
    // The one summary of a flood stands for all of it.
    const first = !noticed.floodTold && cards.length > 0
    return { untold: [], reminders: [], flood: first, at: first ? now : undefined }
  }
  const at = earliest([
    // A clock that was set back must not keep a card waiting for its notice.
    ...untold.map(({ openedAt }) => (openedAt > now ? now : openedAt + gatherMs)),
    ...waitsForReminder.map(remindAt),
  ])
  const isDue = waitsForReminder.some((card) => remindAt(card) <= now)
  const reminders = isDue ? waitsForReminder.filter((card) => remindAt(card) <= now + remindTogetherMs) : []
  return { untold, reminders, flood: false, at }
}

/** The notices that a new one about `cards` takes the place of. */
const replacedBy = (noticed: Noticed, due: Due): readonly Notice[] => {
  if (due.flood) return noticed.up
  const about = new Set(due.reminders.map(({ id }) => id))
  // Came while the newest notice was fresh: a burst.
  const burst = due.untold.some(({ openedAt }) => openedAt < noticed.shownAt + betweenNoticesMs)
  return noticed.up.filter(
    (notice, index) => notice.cards.some(({ id }) => about.has(id)) || (burst && index === noticed.up.length - 1),
  )
}

const makeNotice = (
  noticed: Noticed,
  due: Due,
  state: ShellState,
  cards: readonly ApprovalCard[],
  now: number,
  platform: NodeJS.Platform,
): { notice: Notice; replaced: readonly Notice[] } => {
  const groups = new Set(due.untold.flatMap(({ group }) => group ?? []))
  const fresh = new Set([...due.untold, ...due.reminders].map(({ id }) => id))
  const ofGroup = new Set(cards.filter(({ group }) => group !== undefined && groups.has(group)).map(({ id }) => id))
  const replaced = new Set(replacedBy(noticed, due))
  for (const notice of noticed.up) if (notice.cards.some(({ id }) => ofGroup.has(id))) replaced.add(notice)
  const about = new Set([...fresh, ...ofGroup, ...[...replaced].flatMap((one) => one.cards.map(({ id }) => id))])
  const subject = due.flood ? cards : cards.filter(({ id }) => about.has(id))
  const expiring = earliest(due.reminders.map(({ expiresAt }) => expiresAt - now))
  const [card, ...others] = subject
  const single = card !== undefined && others.length === 0 && !due.flood ? card : undefined
  const words =
    due.flood && state.flood !== undefined
      ? floodWords(state.flood, cards.length)
      : single !== undefined
        ? cardWords(single, state.settings, expiring)
        : summaryWords(subject, cards.length, expiring)
  const buttons: NoticeButton[] =
    single === undefined || !hasButtons(platform)
      ? []
      : mayApprove(single, state.settings)
        ? ['refuse', 'approve']
        : ['refuse']
  const silent = replaced.size > 0 && expiring === undefined
  return {
    notice: { key: noticed.nextKey, ...words, cards: subject.map(asShown), buttons, silent },
    replaced: [...replaced],
  }
}

/** What to do about `state` at `now` (milliseconds since the epoch), after what was noticed before. */
export const nextNotice = (before: Noticed, state: ShellState, now: number, platform: NodeJS.Platform): NoticeStep => {
  const open = new Set(state.cards.map(({ id }) => id))
  // The broker closes a card that is overdue; until it has, nobody is called to it.
  const cards = state.cards.filter(({ expiresAt }) => expiresAt > now)
  const isUp = (notice: Notice) => notice.cards.some(({ id }) => open.has(id))
  const quietEnd = quietUntil(state.settings.quietHours, now)
  if (!state.settings.notifications || quietEnd !== undefined) {
    // What waits then is told of afterwards, all in one.
    const noticed = {
      ...before,
      up: [],
      told: new Set<string>(),
      reminded: only(before.reminded, open),
      floodTold: false,
    }
    return { noticed, show: undefined, close: before.up.map(({ key }) => key), quiet: true, wakeAt: quietEnd }
  }
  const kept: Noticed = {
    ...before,
    up: before.up.filter(isUp),
    told: only(before.told, open),
    reminded: only(before.reminded, open),
    floodTold: before.floodTold && state.flood !== undefined,
  }
  const gone = before.up.filter((notice) => !isUp(notice)).map(({ key }) => key)
  const calm = (noticed: Noticed, wakeAt: number | undefined): NoticeStep => ({
    noticed,
    show: undefined,
    close: gone,
    quiet: false,
    wakeAt,
  })
  // What a flood brings after its notice is covered by it.
  const noticed = kept.floodTold ? { ...kept, told: new Set([...kept.told, ...cards.map(({ id }) => id)]) } : kept
  const due = dueOf(noticed, state, cards, now)
  if (due.at === undefined || due.at > now) return calm(noticed, due.at)
  const since = now - noticed.shownAt
  if (since >= 0 && since < betweenNoticesMs) return calm(noticed, noticed.shownAt + betweenNoticesMs)
  const { notice, replaced } = makeNotice(noticed, due, state, cards, now, platform)
  const overdue = cards.filter((card) => remindAt(card) <= now)
  const after: Noticed = {
    up: [...noticed.up.filter((one) => !replaced.includes(one)), notice],
    told: new Set([...noticed.told, ...notice.cards.map(({ id }) => id)]),
    reminded: new Set([...noticed.reminded, ...[...due.reminders, ...overdue].map(({ id }) => id)]),
    shownAt: now,
    floodTold: due.flood,
    nextKey: noticed.nextKey + 1,
  }
  return {
    noticed: after,
    show: notice,
    close: [...gone, ...replaced.map(({ key }) => key)],
    quiet: false,
    wakeAt: dueOf(after, state, cards, now).at,
  }
}
