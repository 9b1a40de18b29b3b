// What the tray shows for a state, as data: shape, words and menu, so that it can be checked without a tray.
import type { ApprovalCard } from '../core/wire/ui-contract.ts'
import { callsWait, turnedAway } from './notification-words.ts'
import { plainText } from './plain-text.ts'
import type { ShellState } from './shell-state.ts'

/** States differ in shape, not only in colour. */
export type TrayShape = 'protecting' | 'degraded' | 'waiting' | 'lockdown'

export type TrayEntry =
  | { type: 'note'; label: string }
  | { type: 'separator' }
  | { type: 'card'; label: string; id: string }
  | { type: 'open'; label: string; screen: 'approvals' | 'policies' }
  /** A click on it asks for the opposite of `on`. */
  | { type: 'lockdown'; label: string; on: boolean }
  | { type: 'quit'; label: string }

export type TrayModel = {
  shape: TrayShape
  waiting: number
  tooltip: string
  menu: readonly TrayEntry[]
}

/** What of the shell's state the tray is about. */
export type TrayState = Pick<ShellState, 'cards' | 'problems' | 'flood' | 'lockdown'>

const shownEntries = 5

const age = (since: number, now: number): string => {
  const minutes = Math.floor((now - since) / 60_000)
  if (minutes < 1) return 'just now'
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`
}

const cardLabel = (card: ApprovalCard) => `${plainText(card.tool, 40)} on ${plainText(card.where.server, 24)}`

/** The cards of one group are one, in the place of the one that waits longest. */
const byGroup = (cards: readonly ApprovalCard[]): readonly (readonly [ApprovalCard, ...ApprovalCard[]])[] => {
  const groups = new Map<string, [ApprovalCard, ...ApprovalCard[]]>()
  for (const card of cards) {
    // A card's id is no group's: the prefix keeps the two apart.
    const key = card.group === undefined ? `card ${card.id}` : `group ${card.group}`
    const members = groups.get(key)
    if (members === undefined) groups.set(key, [card])
    else members.push(card)
  }
  return [...groups.values()]
}

const groupEntry = ([first, ...others]: readonly [ApprovalCard, ...ApprovalCard[]], now: number): TrayEntry => {
  const times = others.length === 0 ? '' : `${others.length + 1} × `
  return { type: 'card', label: `${times}${cardLabel(first)}, ${age(first.openedAt, now)}`, id: first.id }
}

const headline = ({ cards, problems, flood, lockdown }: TrayState): string => {
  const waiting = cards.length
  if (lockdown !== undefined) return 'Locked down: everything is refused'
  if (flood !== undefined) return `Too many calls: ${callsWait(waiting)}, ${turnedAway(flood.turnedAway)}`
  if (waiting > 0) return `${callsWait(waiting)} for you`
  return problems.length > 0 ? 'Degraded' : 'Protecting, nothing waits'
}

/** Quitting is safe but not free, so the entry says what it does to calls before anybody clicks it. */
const quitLabel = (waiting: number, lockedDown: boolean): string => {
  if (lockedDown) return 'Quit: everything stays refused until you start it again and lift the lockdown'
  return waiting > 0
    ? `Quit: refuses ${waiting === 1 ? 'the waiting call' : `the ${waiting} waiting calls`} and all that would ask`
    : 'Quit: calls that would ask are refused until you start it again'
}

const shapeOf = ({ cards, problems, lockdown }: TrayState): TrayShape => {
  if (lockdown !== undefined) return 'lockdown'
  if (cards.length > 0) return 'waiting'
  return problems.length > 0 ? 'degraded' : 'protecting'
}

/** @param now milliseconds since the epoch, for how long each waits */
export const trayModel = (state: TrayState, now: number): TrayModel => {
  const { cards, problems } = state
  const lockedDown = state.lockdown !== undefined
  const waiting = cards.length
  const problem = problems[0] === undefined ? [] : [plainText(problems[0], 80)]
  const groups = byGroup(cards)
  const shown = groups.slice(0, shownEntries)
  const more = waiting - shown.flat().length
  return {
    shape: shapeOf(state),
    waiting,
    tooltip: ['Countersign', headline(state), ...problem].join('\n'),
    menu: [
      { type: 'note', label: headline(state) },
      ...problem.map((label): TrayEntry => ({ type: 'open', label, screen: 'policies' })),
      ...(waiting > 0 ? [{ type: 'separator' } as const] : []),
      ...shown.map((group) => groupEntry(group, now)),
      ...(more > 0 ? [{ type: 'open', label: `and ${more} more…`, screen: 'approvals' } as const] : []),
      { type: 'separator' },
      {
        type: 'lockdown',
        label: lockedDown ? 'Lift the lockdown' : 'Lock down: refuse everything',
        on: lockedDown,
      },
      { type: 'separator' },
      { type: 'open', label: 'Open Countersign', screen: 'approvals' },
      { type: 'quit', label: quitLabel(waiting, lockedDown) },
    ],
  }
}

/** The picture's file name without colour and ending. macOS writes the number beside the icon, the others need it in it. */
export const trayPicture = ({ shape, waiting }: TrayModel, platform: NodeJS.Platform): string => {
  if (shape !== 'waiting') return shape
  if (platform === 'darwin') return 'waiting'
  return waiting > 9 ? 'waiting-many' : `waiting-${waiting}`
}

/** Black or white strokes: whichever the bar under the icon lets one see. */
export const trayColour = (
  platform: NodeJS.Platform,
  desktop: string | undefined,
  darkBar: boolean,
): 'black' | 'white' => {
  // A macOS template is black; the system colours it.
  if (platform === 'darwin') return 'black'
  // GNOME's bar is black whatever the theme says.
  if (platform === 'linux' && /gnome|unity/i.test(desktop ?? '')) return 'white'
  return darkBar ? 'white' : 'black'
}
