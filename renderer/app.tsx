// The window: rail, banner, screen. Only here do features meet.
import { useCallback, useEffect, useState } from 'react'
import { ConnectionBanner, ConnectionPage } from './app-connection.tsx'
import { AppHelp } from './app-help.tsx'
import { useAppKeys } from './app-keys.ts'
import { ProblemsBanner } from './app-problems.tsx'
import { AppSidebar } from './app-sidebar.tsx'
import { AppToasts } from './app-toasts.tsx'
import { ActivityScreen } from './features/activity/activity-screen.tsx'
import { ApprovalsScreen } from './features/approvals/approvals-screen.tsx'
import { PoliciesScreen } from './features/policies/policies-screen.tsx'
import { SettingsScreen } from './features/settings/settings-screen.tsx'
import { goTo, useNavigation } from './state/navigation.ts'
import { onEvent, useSession } from './state/session.ts'

const screenViews = {
  approvals: ApprovalsScreen,
  activity: ActivityScreen,
  policies: PoliciesScreen,
  settings: SettingsScreen,
} as const

function useTheme(): void {
  const theme = useSession(({ model }) => model?.settings.theme ?? 'system')
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
}

/** The host asks to show something, such as the card of a clicked notification. */
function useReveal(): void {
  useEffect(
    () =>
      onEvent((event) => {
        if (event.type !== 'reveal') return
        const place =
          event.id === undefined ? {} : event.screen === 'activity' ? { call: event.id } : { card: event.id }
        goTo(event.screen, event.screen === 'policies' || event.screen === 'settings' ? {} : place)
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
  useReveal()

  if (!known || connection.state === 'unauthorized') return <ConnectionPage connection={connection} />
  const Screen = screenViews[screen]
  return (
    <div className="flex h-full narrow:flex-col">
      <AppSidebar onHelp={openHelp} />
      <main className="flex min-h-0 min-w-0 flex-1 flex-col">
        <ConnectionBanner connection={connection} />
        <ProblemsBanner />
        <div className="min-h-0 flex-1">
          <Screen />
        </div>
      </main>
      <AppToasts />
      <AppHelp open={help} onClose={() => setHelp(false)} />
    </div>
  )
}
