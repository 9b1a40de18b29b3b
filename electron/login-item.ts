// Starting at login. macOS and Windows have an API for it; on Linux it is a file in the XDG autostart folder
// (https://specifications.freedesktop.org/autostart-spec/). Started so, the app stays in the tray.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { app } from 'electron'
import type { LoginItem } from '../broker/host-contract.ts'

/** Start without a window: at login, or when a proxy needs the app. */
export const hiddenArgument = '--hidden'

/** Quotes one argument for a desktop entry's `Exec` key (Desktop Entry Specification, "The Exec key"). */
const execArgument = (argument: string): string => {
  const quoted = argument.replace(/["`$\\]/g, (character) => `\\${character}`)
  // The value is a string first, where a backslash is an escape too, and `%` starts a field code.
  return `"${quoted.replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`
}

export const desktopEntry = (command: readonly string[]): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Countersign',
    'Comment=A second signature on what AI agents do',
    `Exec=${command.map(execArgument).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')

/** @param folder the XDG autostart folder */
export const autostartFile = (folder: string, command: readonly string[]): LoginItem => {
  const file = path.join(folder, 'dev.countersign.app.desktop')
  return {
    get: () => existsSync(file),
    set: (on) => {
      if (!on) {
        rmSync(file, { force: true })
        return
      }
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${file}.tmp`, desktopEntry(command))
      renameSync(`${file}.tmp`, file)
    },
  }
}

/** @param command the program and its arguments that start this app */
const systemLoginItem = ([program, ...args]: readonly [string, ...string[]]): LoginItem => ({
  get: () => app.getLoginItemSettings({ path: program, args }).openAtLogin,
  set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, path: program, args }),
})

export type LoginItemOptions = {
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  executable: string
  /** The app's folder, where the executable alone would not know which app to start (development). */
  appFolder?: string
  homeFolder: string
}

/**
 * The login item of this installation, or nothing where it has none: an installation with a home of its own
 * (`COUNTERSIGN_HOME`) would come back at login with the ordinary one.
 */
export const createLoginItem = (options: LoginItemOptions): LoginItem | undefined => {
  const { platform, env, executable, appFolder, homeFolder } = options
  if (env['COUNTERSIGN_HOME'] !== undefined) return undefined
  // An AppImage runs from a mount that is gone tomorrow; the file itself is what stays.
  const program = env['APPIMAGE'] ?? executable
  const command = [program, ...(appFolder === undefined ? [] : [appFolder]), hiddenArgument] as const
  if (platform === 'darwin' || platform === 'win32') return systemLoginItem(command)
  return autostartFile(path.join(env['XDG_CONFIG_HOME'] ?? path.join(homeFolder, '.config'), 'autostart'), command)
}
