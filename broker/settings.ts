// The person's settings: a small JSON file, and what only the host can set.
import * as fs from 'node:fs'
import * as z from 'zod'
import { type Settings, uiRequests } from '../core/wire/ui-contract.ts'
import type { LoginItem } from './host-contract.ts'
import { writeAtomically } from './paths.ts'

const stored = uiRequests['settings.set'].result.omit({ startAtLogin: true })
type Stored = z.infer<typeof stored>

const defaults: Stored = {
  theme: 'system',
  notifications: true,
  notificationDetails: false,
  approveFromNotification: false,
  retention: { days: 365, megabytes: 4096 },
}

/** `quietHours: null` and `telemetry: null` take them away; `retention` is replaced as a whole. */
export type SettingsChange = z.infer<(typeof uiRequests)['settings.set']['params']>

export type SettingsStore = {
  get(): Settings
  set(change: SettingsChange): Settings
}

/**
 * Settings in `file`. What of it cannot be used is reported and replaced at the next change, the rest counts; nothing of
 * policy is in it.
 */
export function openSettings(
  file: string,
  loginItem: LoginItem | undefined,
  log: (line: string) => void,
): SettingsStore {
  let values = read(file, log)
  const get = (): Settings => ({ ...values, ...(loginItem ? { startAtLogin: loginItem.get() } : {}) })
  return {
    get,
    set: ({ startAtLogin, ...given }) => {
      if (startAtLogin !== undefined) loginItem?.set(startAtLogin)
      const next = stored.parse(withoutNulls({ ...values, ...withoutUndefined(given) }))
      writeAtomically(file, `${JSON.stringify(next, null, 2)}\n`)
      values = next
      return get()
    },
  }
}

function read(file: string, log: (line: string) => void): Stored {
  if (!fs.existsSync(file)) return defaults
  let found: Record<string, unknown>
  try {
    found = z.record(z.string(), z.unknown()).parse(JSON.parse(fs.readFileSync(file, 'utf8')))
  } catch (error) {
    log(`${file} cannot be read, the default settings are in use: ${(error as Error).message}`)
    return defaults
  }
  const problem = (name: string, what: string) =>
    log(`${file}: ${JSON.stringify(name)} ${what}. It is not used; the other settings are.`)
  const usable = Object.entries(found).filter(([name, value]) => {
    if (!Object.hasOwn(stored.shape, name)) {
      problem(name, 'is no setting that this version knows')
      return false
    }
    const parsed = stored.partial().safeParse({ [name]: value })
    if (!parsed.success) problem(name, `cannot be ${JSON.stringify(value)}`)
    return parsed.success
  })
  return stored.parse({ ...defaults, ...Object.fromEntries(usable) })
}

const withoutNulls = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))

const withoutUndefined = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
