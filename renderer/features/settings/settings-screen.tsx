// What a person can set, and the facts about this installation.
import { type ReactNode, useId, useState } from 'react'
import type { Settings } from '../../../core/wire/ui-contract.ts'
import { request, useSession } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'
import { SkeletonRows } from '../../ui/state-views.tsx'
import { StatusBlock } from './status-block.tsx'

const themes: readonly { value: Settings['theme']; word: string }[] = [
  { value: 'system', word: 'Like the system' },
  { value: 'light', word: 'Light' },
  { value: 'dark', word: 'Dark' },
]

function Row({ title, about, children }: { title: string; about: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{title}</p>
        <p className="text-muted">{about}</p>
      </div>
      {children}
    </div>
  )
}

function Check({
  label,
  checked,
  onChange,
}: {
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
}) {
  const id = useId()
  return (
    <label htmlFor={id} className="flex h-8 items-center gap-2">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 accent-ink-solid"
      />
      {label}
    </label>
  )
}

function Theme({ theme, onChange }: { theme: Settings['theme']; onChange: (theme: Settings['theme']) => void }) {
  const name = useId()
  return (
    <fieldset className="flex rounded-[5px] border border-line-strong p-0.5">
      <legend className="sr-only">Theme</legend>
      {themes.map(({ value, word }) => (
        <label
          key={value}
          className={`flex h-7 cursor-pointer items-center rounded-[3px] px-3 has-focus-visible:outline-2 has-focus-visible:outline-ink ${theme === value ? 'bg-ink-tint font-medium text-ink' : 'text-muted hover:text-text'}`}
        >
          <input
            type="radio"
            name={name}
            value={value}
            checked={theme === value}
            onChange={() => onChange(value)}
            className="sr-only"
          />
          {word}
        </label>
      ))}
    </fieldset>
  )
}

export function SettingsScreen() {
  const model = useSession((session) => session.model)
  const [problem, setProblem] = useState<string>()
  if (model === undefined) return <SkeletonRows rows={8} label="Loading settings" />
  const { settings, status } = model
  const change = async (part: Partial<Settings>): Promise<void> => {
    try {
      const saved = await request('settings.set', part)
      setProblem(undefined)
      useSession.setState(({ model: now }) => (now === undefined ? {} : { model: { ...now, settings: saved } }))
    } catch (error) {
      setProblem(`Not saved: ${problemText(error)}`)
    }
  }
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-176 flex-col gap-8 px-6 py-6 narrow:px-4">
        <section aria-label="Settings">
          <h1 className="border-b border-line pb-2 text-title font-semibold">Settings</h1>
          {problem === undefined ? null : (
            <p role="alert" className="border-l-2 border-deny-line py-2 pl-3 text-deny">
              {problem}
            </p>
          )}
          <Row title="Theme" about="Like the system: as this computer is set.">
            <Theme theme={settings.theme} onChange={(theme) => void change({ theme })} />
          </Row>
          <Row
            title="Notifications"
            about={
              status.host === 'desktop'
                ? 'One for each call that needs you; none for what policy settles.'
                : 'Not available here: this is served from a terminal. The desktop app notifies of each held call.'
            }
          >
            {status.host === 'desktop' ? (
              <Check
                label="Notify"
                checked={settings.notifications}
                onChange={(notifications) => void change({ notifications })}
              />
            ) : null}
          </Row>
          <Row
            title="Start at login"
            about={
              settings.startAtLogin === undefined
                ? 'Not available here: this is served from a terminal. The desktop app can start with your session.'
                : 'While Countersign is closed, calls that need a person are refused.'
            }
          >
            {settings.startAtLogin === undefined ? null : (
              <Check
                label="Start hidden at login"
                checked={settings.startAtLogin}
                onChange={(startAtLogin) => void change({ startAtLogin })}
              />
            )}
          </Row>
        </section>
        <StatusBlock status={status} />
      </div>
    </div>
  )
}
