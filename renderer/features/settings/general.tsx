// How the app looks, and when it starts.
import type { Settings } from '../../../core/wire/ui-contract.ts'
import { Choice } from '../../ui/choice.tsx'
import { Check, Row } from './field.tsx'
import { useSave } from './use-save.ts'

const themes: readonly { value: Settings['theme']; word: string }[] = [
  { value: 'system', word: 'Like the system' },
  { value: 'light', word: 'Light' },
  { value: 'dark', word: 'Dark' },
]

export function Theme({ theme }: Pick<Settings, 'theme'>) {
  const { problem, save } = useSave()
  return (
    <Row title="Theme" about="Like the system: as this computer is set." problem={problem}>
      <Choice label="Theme" value={theme} options={themes} onChange={(chosen) => void save({ theme: chosen })} />
    </Row>
  )
}

export function StartAtLogin({ startAtLogin }: Pick<Settings, 'startAtLogin'>) {
  const { problem, save } = useSave()
  return (
    <Row
      title="Start at login"
      about={
        startAtLogin === undefined
          ? 'Not available here: this is served from a terminal. The desktop app can start with your session.'
          : 'While Countersign is closed, calls that need a person are refused.'
      }
      problem={problem}
    >
      {startAtLogin === undefined ? null : (
        <Check
          label="Start hidden at login"
          checked={startAtLogin}
          onChange={(chosen) => void save({ startAtLogin: chosen })}
        />
      )}
    </Row>
  )
}
