// The window: rail, banner, screen. Only here do features meet.
import { useCallback, useEffect, useState } from 'react'
import { ConnectionBanner, ConnectionPage } from './app-connection.tsx'
import { FloodBanner } from './app-flood.tsx'
import { AppHelp } from './app-help.tsx'
import { useAppKeys } from './app-keys.ts'
import { LiftQuestion, LockdownBanner } from './app-lockdown.tsx'
import { ProblemsBanner } from './app-problems.tsx'
import { screenName } from './app-screens.ts'
import { AppSidebar } from './app-sidebar.tsx'
import { AppToasts } from './app-toasts.tsx'
import { ActivityScreen } from './features/activity/activity-screen.tsx'
import { ApprovalsScreen } from './features/approvals/approvals-screen.tsx'
import { GrantsScreen } from './features/grants/grants-screen.tsx'
import { PoliciesScreen } from './features/policies/policies-screen.tsx'
import { SettingsScreen } from './features/settings/settings-screen.tsx'
import { StatisticsScreen } from './features/statistics/statistics-screen.tsx'
import { goTo, screens, useNavigation } from './state/navigation.ts'
import { onEvent, useSession } from './state/session.ts'

const screenViews = {
  approvals: ApprovalsScreen,
  activity: ActivityScreen,
  grants: GrantsScreen,
  policies: PoliciesScreen,
  statistics: StatisticsScreen,
  settings: SettingsScreen,
} as const

function useTheme(): void {
  const theme = useSession(({ model }) => model?.settings.theme ?? 'system')
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
}

/** In a list of windows or tabs: how many wait, and where one is. */
function useTitle(): void {
  const screen = useNavigation((navigation) => navigation.screen)
  const waiting = useSession(({ model }) => model?.approvals.length ?? 0)
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${screenName(screen)} · Countersign`
  }, [screen, waiting])
}

/** The host asks to show something, such as the card of a clicked notification. */
function useReveal(): void {
  useEffect(
    () =>
      onEvent((event) => {
        if (event.type !== 'reveal') return
        // A screen this window does not have is nowhere to go.
        const screen = screens.find((known) => known === event.screen)
        if (screen === undefined) return
        if (event.id === undefined) goTo(screen)
        else if (screen === 'activity') goTo(screen, { call: event.id })
        else goTo(screen, screen === 'approvals' ? { card: event.id } : {})
      }),
    [],
  )
}

export function App() {
  const connection = useSession((session) => session.connection)
  const known = useSession(({ model }) => model !== undefined)
  const screen = useNavigation((navigation) => navigation.screen)
  const [help, setHelp] = useState(false)
  const openHelp = useCallback(() => setHelp(true), [])
  useAppKeys(openHelp)
  useTheme()
  useTitle()
  useReveal()

  if (!known || connection.state === 'unauthorized') return <ConnectionPage connection={connection} />
  const Screen = screenViews[screen]
  return (
    <div className="flex h-full narrow:flex-col">
      <AppSidebar onHelp={openHelp} />
      <main className="flex min-h-0 min-w-0 flex-1 flex-col">
        <ConnectionBanner connection={connection} />
        <LockdownBanner />
        <FloodBanner />
        <ProblemsBanner />
        <div className="min-h-0 flex-1">
          <Screen />
        </div>
      </main>
      <AppToasts />
      <LiftQuestion />
      <AppHelp open={help} onClose={() => setHelp(false)} />
    </div>
  )
}
