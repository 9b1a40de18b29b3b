// What the tray shows for a state, as data: shape, words and menu, so that it can be checked without a tray.
import type { ApprovalCard } from '../core/wire/ui-contract.ts'
import { plainText } from './plain-text.ts'
import type { ShellState } from './shell-state.ts'

/** States differ in shape, not only in colour. */
export type TrayShape = 'protecting' | 'degraded' | 'waiting'

export type TrayEntry =
  | { type: 'note'; label: string }
  | { type: 'separator' }
  | { type: 'card'; label: string; id: string }
  | { type: 'open'; label: string }
  | { type: 'quit'; label: string }

export type TrayModel = {
  shape: TrayShape
  waiting: number
  tooltip: string
  menu: readonly TrayEntry[]
}

const shownCards = 5

/** `1 call`, `3 calls`. */
const calls = (count: number) => (count === 1 ? '1 call' : `${count} calls`)

const cardLabel = (card: ApprovalCard) => `${plainText(card.tool, 40)} on ${plainText(card.where.server, 24)}`

const headline = (waiting: number, degraded: boolean): string => {
  if (waiting > 0) return `${calls(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for you`
  return degraded ? 'Degraded' : 'Protecting, nothing waits'
}

/** Quitting is safe but not free, so the entry says what it does to calls before anybody clicks it. */
const quitLabel = (waiting: number): string =>
  waiting > 0
    ? `Quit: refuses ${waiting === 1 ? 'the waiting call' : `the ${waiting} waiting calls`} and all that would ask`
    : 'Quit: calls that would ask are refused until you start it again'

export const trayModel = ({ cards, problems }: Pick<ShellState, 'cards' | 'problems'>): TrayModel => {
  const waiting = cards.length
  const degraded = problems.length > 0
  const problem = problems[0] === undefined ? [] : [plainText(problems[0], 80)]
  const more = waiting - shownCards
  return {
    shape: waiting > 0 ? 'waiting' : degraded ? 'degraded' : 'protecting',
    waiting,
    tooltip: ['Countersign', headline(waiting, degraded), ...problem].join('\n'),
    menu: [
      { type: 'note', label: headline(waiting, degraded) },
      ...problem.map((label): TrayEntry => ({ type: 'note', label })),
      ...(waiting > 0 ? [{ type: 'separator' } as const] : []),
      ...cards.slice(0, shownCards).map((card): TrayEntry => ({ type: 'card', label: cardLabel(card), id: card.id })),
      ...(more > 0 ? [{ type: 'open', label: `and ${more} more…` } as const] : []),
      { type: 'separator' },
      { type: 'open', label: 'Open Countersign' },
      { type: 'quit', label: quitLabel(waiting) },
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
