// Which screen is shown and what on it is selected; the only way one screen can lead to another. The address says it too
// (`#/activity?q=outcome%3Arefused`), so that Back and reload lead where they should.
import { create } from 'zustand'

export const screens = ['approvals', 'activity', 'grants', 'policies', 'statistics', 'settings'] as const
export type Screen = (typeof screens)[number]
export type PolicyPlace = { readonly file: string; readonly line?: number }
/** What is to be made of a recorded call on the Policies screen: a rule, or a trial of the policy. */
export type DraftKind = 'rule' | 'simulate'
export type Draft = { readonly kind: DraftKind; readonly call: string }
/** The two parts of the Statistics screen. */
export type Figures = 'answers' | 'log'

type Navigation = {
  readonly screen: Screen
  /** The card, or row of a group, on the table; it stays until the person moves on, also when it closes. */
  readonly card: string | undefined
  /** Cards the person put off (Later) or answered: shown in the list while open, not opened by themselves. */
  readonly setAside: ReadonlySet<string>
  readonly call: string | undefined
  /** What Activity shows, as text (core/audit/call-query.ts). */
  readonly query: string
  readonly policy: PolicyPlace | undefined
  readonly draft: Draft | undefined
  readonly figures: Figures
  /** Number of layers (dialogs, drawers) over the screen; keys belong to them. */
  readonly layers: number
}

type Addressed = Pick<Navigation, 'screen' | 'call' | 'query'>

/** How long typing may rest before the address follows, in milliseconds: browsers allow few changes a second. */
const addressDelay = 300

/** @returns nothing for an address that is not one of ours */
function readAddress(): Addressed | undefined {
  const hash = globalThis.location?.hash ?? ''
  const [, name = '', rest = ''] = /^#\/(\w*)(?:\?(.*))?$/s.exec(hash) ?? []
  const screen = screens.find((known) => known === name)
  if (screen === undefined) return hash === '' ? { screen: 'approvals', call: undefined, query: '' } : undefined
  const params = new URLSearchParams(screen === 'activity' ? rest : '')
  return { screen, call: params.get('call') ?? undefined, query: params.get('q') ?? '' }
}

function addressOf({ screen, call, query }: Addressed): string {
  if (screen !== 'activity') return `#/${screen}`
  const params = new URLSearchParams({ ...(query === '' ? {} : { q: query }), ...(call === undefined ? {} : { call }) })
  return params.size === 0 ? '#/activity' : `#/activity?${params}`
}

export const useNavigation = create<Navigation>()(() => ({
  ...(readAddress() ?? { screen: 'approvals', call: undefined, query: '' }),
  card: undefined,
  setAside: new Set(),
  policy: undefined,
  draft: undefined,
  figures: 'answers',
  layers: 0,
}))

let typing: ReturnType<typeof setTimeout> | undefined

function replaceAddress(): void {
  clearTimeout(typing)
  typing = undefined
  globalThis.history?.replaceState(undefined, '', addressOf(useNavigation.getState()))
}

/** Back leads to where it was called, except that a closed call is not opened again. */
export function goTo(
  screen: Screen,
  place: Partial<Pick<Navigation, 'card' | 'call' | 'policy' | 'query' | 'draft' | 'figures'>> = {},
): void {
  if (typing !== undefined) replaceAddress()
  const before = useNavigation.getState()
  useNavigation.setState({ screen, ...place })
  const after = useNavigation.getState()
  const closes = before.screen === after.screen && before.query === after.query && after.call === undefined
  if (closes) replaceAddress()
  else if (addressOf(before) !== addressOf(after)) globalThis.history?.pushState(undefined, '', addressOf(after))
}

/** From one open call to the next: Back closes whichever is open, and does not lead through each. */
export function stepToCall(call: string): void {
  useNavigation.setState({ call })
  replaceAddress()
}

/** The query while it is typed: the address follows, and Back does not lead through each letter. */
export function typeQuery(query: string): void {
  useNavigation.setState({ query })
  clearTimeout(typing)
  typing = setTimeout(replaceAddress, addressDelay)
}

globalThis.addEventListener?.('popstate', () => {
  const place = readAddress()
  clearTimeout(typing)
  typing = undefined
  if (place !== undefined) useNavigation.setState(place)
})
globalThis.addEventListener?.('pagehide', () => {
  if (typing !== undefined) replaceAddress()
})

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
