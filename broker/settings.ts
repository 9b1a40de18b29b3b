// The person's settings: a small JSON file, and what only the host can set.
import * as fs from 'node:fs'
import * as z from 'zod'
import type { Settings } from '../core/wire/ui-contract.ts'
import type { LoginItem } from './host-contract.ts'
import { writeAtomically } from './paths.ts'

const stored = z.strictObject({ theme: z.enum(['system', 'light', 'dark']), notifications: z.boolean() })
const defaults: z.infer<typeof stored> = { theme: 'system', notifications: true }

export type SettingsStore = {
  get(): Settings
  set(change: { [K in keyof Settings]?: Settings[K] | undefined }): Settings
}

/** Settings in `file`. One that cannot be read is reported and replaced at the next change; nothing of policy is in it. */
export function openSettings(
  file: string,
  loginItem: LoginItem | undefined,
  log: (line: string) => void,
): SettingsStore {
  let values = defaults
  if (fs.existsSync(file)) {
    try {
      values = stored.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
    } catch (error) {
      log(`${file} cannot be read, the default settings are in use: ${(error as Error).message}`)
    }
  }
  const get = (): Settings => ({ ...values, ...(loginItem ? { startAtLogin: loginItem.get() } : {}) })
  return {
    get,
    set: ({ startAtLogin, theme = values.theme, notifications = values.notifications }) => {
      if (startAtLogin !== undefined) loginItem?.set(startAtLogin)
      values = { theme, notifications }
      writeAtomically(file, `${JSON.stringify(values, null, 2)}\n`)
      return get()
    },
  }
}
