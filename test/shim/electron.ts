// Stands in for the `electron` module where its binary cannot be had: the compiled main, preload and renderer run as
// they are, in real Chromium. Typed against electron.d.ts, so that a changed signature fails the type check.
import { app } from './app.ts'
import { resetWindows } from './browser-window.ts'
import { resetControl } from './control.ts'
import { ipcMain } from './ipc-main.ts'
import { nativeTheme, powerMonitor, screen } from './native.ts'
import { resetSchemes } from './schemes.ts'
import { resetSession } from './session.ts'

export { app } from './app.ts'
export { BrowserWindow } from './browser-window.ts'
export { type Recorded, type RecordedNotification, type RecordedTray, recorded, type World, world } from './control.ts'
export { ipcMain } from './ipc-main.ts'
export {
  dialog,
  knowPicture,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  safeStorage,
  screen,
  shell,
  systemPreferences,
  Tray,
} from './native.ts'
export { protocol } from './schemes.ts'
export { session } from './session.ts'

/** Everything back to before the first start, for the next test in the same process. The app must have ended. */
export const resetShim = (): void => {
  resetWindows()
  resetSchemes()
  resetSession()
  resetControl()
  for (const emitter of [ipcMain, nativeTheme, powerMonitor, screen]) emitter.removeAllListeners()
  nativeTheme.themeSource = 'system'
  app.revive()
}
