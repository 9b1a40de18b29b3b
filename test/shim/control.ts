// The side of the shim that tests see: what the app told the system, and what a test makes the system do. Real
// Electron has nothing of this.
import type { MenuItemConstructorOptions, NotificationConstructorOptions } from 'electron'

export type RecordedNotification = {
  title: string
  body: string
  options: NotificationConstructorOptions
  closed: boolean
  /** The labels of its buttons, where the system of this test shows buttons. */
  buttons: string[]
  /** The person clicks it, which the system may let them do even after it was closed. */
  click(): void
  /** The person presses a button of it, which the system may let them do late, and tell of twice. */
  press(label: string): void
  /** The person waves it away. */
  dismiss(): void
}

export type RecordedTouchPrompt = {
  reason: string
  /** The finger is known. */
  confirm(): void
  /** It is not, or the person gave up. */
  refuse(): void
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
  /** How often the app cleared what earlier runs left in the system's list. */
  clearedNotifications: number
  /** The person clicks or presses on what an earlier run left (Windows); nothing where the app does not listen. */
  activateLeftover: (() => void) | undefined
  touchPrompts: RecordedTouchPrompt[]
  trays: RecordedTray[]
  applicationMenu: MenuItemConstructorOptions[]
  errorBoxes: { title: string; content: string }[]
  /** Message boxes that hold up nothing. */
  messages: { message: string; detail: string }[]
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
  clearedNotifications: 0,
  activateLeftover: undefined,
  touchPrompts: [],
  trays: [],
  applicationMenu: [],
  errorBoxes: [],
  messages: [],
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
  /** What becomes of a notification. `absent`: the system says that it has none. */
  notifications: 'shown' | 'fail' | 'absent'
  touchId: boolean
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
  notifications: 'shown',
  touchId: false,
  displays: [{ x: 0, y: 0, width: 1920, height: 1080 }],
  planted: new Map(),
})

export const world: World = ordinary()

/** Back to an ordinary first start. The app must have quit before. */
export const resetControl = (): void => {
  Object.assign(recorded, nothing())
  Object.assign(world, ordinary())
}
