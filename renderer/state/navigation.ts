// Which screen is shown and what on it is selected; the only way one screen can lead to another.
import { create } from 'zustand'

export const screens = ['approvals', 'activity', 'grants', 'policies', 'statistics', 'settings'] as const
export type Screen = (typeof screens)[number]
export type PolicyPlace = { readonly file: string; readonly line?: number }

type Navigation = {
  readonly screen: Screen
  /** The card, or row of a group, on the table; it stays until the person moves on, also when it closes. */
  readonly card: string | undefined
  /** Cards the person put off (Later) or answered: shown in the list while open, not opened by themselves. */
  readonly setAside: ReadonlySet<string>
  readonly call: string | undefined
  readonly policy: PolicyPlace | undefined
  /** Number of layers (dialogs, drawers) over the screen; keys belong to them. */
  readonly layers: number
}

function screenFromAddress(): Screen {
  const name = globalThis.location?.hash.slice(2)
  return screens.find((screen) => screen === name) ?? 'approvals'
}

export const useNavigation = create<Navigation>()(() => ({
  screen: screenFromAddress(),
  card: undefined,
  setAside: new Set(),
  call: undefined,
  policy: undefined,
  layers: 0,
}))

export function goTo(screen: Screen, place: Partial<Pick<Navigation, 'card' | 'call' | 'policy'>> = {}): void {
  useNavigation.setState({ screen, ...place })
  globalThis.history?.replaceState(undefined, '', `#/${screen}`)
}

export function selectCard(card: string | undefined): void {
  useNavigation.setState({ card })
}

/** @param ids cards, or rows of groups */
export function putOff(ids: readonly string[], next: string | undefined): void {
  useNavigation.setState(({ setAside }) => ({ card: next, setAside: new Set([...setAside, ...ids]) }))
}

/** Says that a layer covers the screen. @returns a function that says it is gone. */
export function coverScreen(): () => void {
  useNavigation.setState(({ layers }) => ({ layers: layers + 1 }))
  return () => useNavigation.setState(({ layers }) => ({ layers: layers - 1 }))
}
