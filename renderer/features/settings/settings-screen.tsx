// What a person can set, and the facts about this installation. Everything is saved at once.
import { useSession } from '../../state/session.ts'
import { Scroller } from '../../ui/scroller.tsx'
import { SkeletonRows } from '../../ui/state-views.tsx'
import { Collector } from './collector.tsx'
import { Confirming } from './confirming.tsx'
import { Section } from './field.tsx'
import { StartAtLogin, Theme } from './general.tsx'
import { HoldBudgets } from './hold-budgets.tsx'
import { Notifications } from './notifications.tsx'
import { Refusing } from './refusing.tsx'
import { KeptLog } from './retention.tsx'
import { StatusBlock } from './status-block.tsx'

export function SettingsScreen() {
  const model = useSession((session) => session.model)
  if (model === undefined) return <SkeletonRows rows={8} label="Loading settings" />
  const { settings, status } = model
  return (
    <Scroller label="Settings" className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-176 flex-col gap-8 px-6 py-6 narrow:px-4">
        <div>
          <h1 className="border-b border-line pb-2 text-title font-semibold">Settings</h1>
          <Theme theme={settings.theme} />
          <StartAtLogin startAtLogin={settings.startAtLogin} />
        </div>
        <Refusing status={status} />
        <Notifications settings={settings} host={status.host} />
        <HoldBudgets />
        <Section title="The log">
          <KeptLog retention={settings.retention} />
        </Section>
        <Collector telemetry={settings.telemetry} />
        <Confirming osAuth={status.osAuth} />
        <StatusBlock status={status} />
      </div>
    </Scroller>
  )
}
