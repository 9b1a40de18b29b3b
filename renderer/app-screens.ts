// The screens there are: their names, their signs in the rail, and the letter that leads to each after `g`.
import {
  ChartNoAxesColumn,
  Inbox,
  type LucideIcon,
  ScrollText,
  Settings2,
  SquareStack,
  TicketCheck,
} from 'lucide-react'
import type { Screen } from './state/navigation.ts'

export const screenEntries: readonly { screen: Screen; name: string; icon: LucideIcon; letter: string }[] = [
  { screen: 'approvals', name: 'Approvals', icon: Inbox, letter: 'a' },
  { screen: 'activity', name: 'Activity', icon: ScrollText, letter: 'l' },
  { screen: 'grants', name: 'Remembered', icon: TicketCheck, letter: 'r' },
  { screen: 'policies', name: 'Policies', icon: SquareStack, letter: 'p' },
  { screen: 'statistics', name: 'Statistics', icon: ChartNoAxesColumn, letter: 't' },
  { screen: 'settings', name: 'Settings', icon: Settings2, letter: 's' },
]

export const screenName = (screen: Screen): string => screenEntries.find((entry) => entry.screen === screen)?.name ?? ''
