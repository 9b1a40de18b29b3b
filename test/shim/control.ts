// The side of the shim that tests see: what the app told the system, and what a test makes the system do. Real
// Electron has nothing of this.
import type { MenuItemConstructorOptions, NotificationConstructorOptions } from 'electron'

export type RecordedNotification = {
  title: string
  body: string
  options: NotificationConstructorOptions
  closed: boolean
  /** The person clicks it, which the system may let them do even after it was closed. */
  click(): void
}

export type RecordedTray = {
  picture: string
  tooltip: string
  title: string
  menu: MenuItemConstructorOptions[]
  destroyed: boolean
  /** A left click on the icon. */
  click(): void
  /** Chooses the menu entry whose label starts so; throws when there is none. */
  choose(label: string): void
}

export type Recorded = {
  notifications: RecordedNotification[]
  trays: RecordedTray[]
  applicationMenu: MenuItemConstructorOptions[]
  errorBoxes: { title: string; content: string }[]
  badge: number
  overlay: string | undefined
  /** Addresses handed to the person's browser. */
  opened: string[]
  /** `window.open` and links with a target: what the app answered. */
  windowOpens: { url: string; action: 'allow' | 'deny' }[]
  /** Navigations started by a page, and whether the app let them. */
  navigations: { url: string; isMainFrame: boolean; allowed: boolean }[]
  ipcErrors: string[]
  exitCode: number | undefined
  userData: string | undefined
  loginItem: { openAtLogin: boolean; args: string[] }
}

const nothing = (): Recorded => ({
  notifications: [],
  trays: [],
  applicationMenu: [],
  errorBoxes: [],
  badge: 0,
  overlay: undefined,
  opened: [],
  windowOpens: [],
  navigations: [],
  ipcErrors: [],
  exitCode: undefined,
  userData: undefined,
  loginItem: { openAtLogin: false, args: [] },
})

export const recorded: Recorded = nothing()

export type World = {
  /** False: another instance holds the lock. */
  firstInstance: boolean
  /** Switches on the command line, as `app.commandLine` sees them. */
  switches: Set<string>
  packaged: boolean
  keychain: boolean
  /** Work areas of the displays, the primary first. */
  displays: { x: number; y: number; width: number; height: number }[]
  /** Pages of other origins (or planted ones of ours) that a test puts on the net: address to HTML. */
  planted: Map<string, string>
}

const ordinary = (): World => ({
  firstInstance: true,
  switches: new Set(),
  packaged: false,
  keychain: false,
  displays: [{ x: 0, y: 0, width: 1920, height: 1080 }],
  planted: new Map(),
})

export const world: World = ordinary()

/** Back to an ordinary first start. The app must have quit before. */
export const resetControl = (): void => {
  Object.assign(recorded, nothing())
  Object.assign(world, ordinary())
}
