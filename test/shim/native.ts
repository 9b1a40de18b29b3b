// The parts of the desktop that nobody can see on a machine without one: notifications, tray, menus, pictures, dialogs.
// Each records what the app asked for.
import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type {
  Dialog,
  NativeImage as ElectronImage,
  Menu as ElectronMenu,
  Notification as ElectronNotification,
  Tray as ElectronTray,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  MessageBoxReturnValue,
  NotificationConstructorOptions,
  Rectangle,
  SafeStorage,
  Shell,
  SystemPreferences,
} from 'electron'
import { type RecordedNotification, type RecordedTray, recorded, world } from './control.ts'

export class Notification extends EventEmitter implements Pick<ElectronNotification, 'show' | 'close'> {
  readonly #entry: RecordedNotification

  static isSupported(): boolean {
    return world.notifications !== 'absent'
  }

  static removeAll(): void {
    recorded.clearedNotifications += 1
  }

  static handleActivation(callback: Parameters<typeof ElectronNotification.handleActivation>[0]): void {
    recorded.activateLeftover = () => callback({ type: 'click', arguments: '' })
  }

  constructor(options: NotificationConstructorOptions = {}) {
    super()
    const buttons = (options.actions ?? []).map(({ text }) => text ?? '')
    this.#entry = {
      title: options.title ?? '',
      body: options.body ?? '',
      options,
      closed: false,
      buttons,
      click: () => this.emit('click', {}),
      press: (label) => {
        const actionIndex = buttons.indexOf(label)
        if (actionIndex < 0) throw new Error(`The notification has no button "${label}"`)
        this.emit('action', { actionIndex, selectionIndex: -1 }, actionIndex, -1)
      },
      dismiss: () => this.emit('close', { reason: 'userCanceled' }),
    }
  }

  show(): void {
    if (world.notifications === 'fail') {
      this.emit('failed', {}, 'the system would not')
      return
    }
    recorded.notifications.push(this.#entry)
    this.emit('show', {})
  }

  close(): void {
    if (this.#entry.closed) return
    this.#entry.closed = true
    this.emit('close', {})
  }
}

export const systemPreferences = {
  canPromptTouchID: () => world.touchId,
  promptTouchID: (reason) =>
    new Promise((resolve, reject) => {
      recorded.touchPrompts.push({ reason, confirm: resolve, refuse: () => reject(new Error('User canceled.')) })
    }),
} satisfies Pick<SystemPreferences, 'canPromptTouchID' | 'promptTouchID'>

class ShimImage implements Pick<ElectronImage, 'isEmpty' | 'setTemplateImage'> {
  readonly picture: string

  constructor(picture: string) {
    this.picture = picture
  }

  isEmpty(): boolean {
    return this.picture === ''
  }

  setTemplateImage(): void {}
}

/** The file name of a picture made by the shim, or the number of its bytes. */
export const pictureOf = (image: unknown): string => {
  if (!(image instanceof ShimImage)) throw new Error('shim: not a picture')
  return image.picture
}

export const nativeImage = {
  createFromPath: (file: string) => {
    // Electron gives an empty picture for a missing file and the tray vanishes; here that is loud.
    if (!existsSync(file)) throw new Error(`shim: there is no picture ${file}`)
    return new ShimImage(path.basename(file))
  },
  createFromBuffer: (buffer: Buffer) => new ShimImage(pictureName(buffer)),
}

const known = new Map<string, string>()
const pictureName = (buffer: Buffer): string => known.get(buffer.toString('base64')) ?? `${buffer.length} bytes`
/** Lets pictures that came as bytes be recognised by the name of their file. */
export const knowPicture = (file: string): void => {
  known.set(readFileSync(file).toString('base64'), path.basename(file))
}

const menuOf = (menu: unknown): MenuItemConstructorOptions[] => (menu instanceof ShimMenu ? menu.items : [])

class ShimMenu {
  readonly items: MenuItemConstructorOptions[]

  constructor(items: MenuItemConstructorOptions[]) {
    this.items = items
  }
}

export const Menu = {
  buildFromTemplate: (items: Parameters<typeof ElectronMenu.buildFromTemplate>[0]) =>
    new ShimMenu(items as MenuItemConstructorOptions[]),
  setApplicationMenu: (menu: unknown) => {
    recorded.applicationMenu = menuOf(menu)
  },
}

export class Tray extends EventEmitter implements Pick<ElectronTray, 'setToolTip' | 'setTitle' | 'destroy'> {
  readonly #entry: RecordedTray

  constructor(image: unknown) {
    super()
    const choose = (label: string) => {
      const item = this.#entry.menu.find((entry) => entry.label?.startsWith(label))
      if (item?.click === undefined) throw new Error(`The tray has no entry "${label}"`)
      ;(item.click as () => void)()
    }
    const click = () => this.emit('click', {})
    this.#entry = { picture: pictureOf(image), tooltip: '', title: '', menu: [], destroyed: false, click, choose }
    recorded.trays.push(this.#entry)
  }

  setImage(image: unknown): void {
    this.#entry.picture = pictureOf(image)
  }

  setToolTip(text: string): void {
    this.#entry.tooltip = text
  }

  setTitle(text: string): void {
    this.#entry.title = text
  }

  setContextMenu(menu: unknown): void {
    this.#entry.menu = menuOf(menu)
  }

  destroy(): void {
    this.#entry.destroyed = true
  }
}

export const dialog = {
  showErrorBox: (title, content) => {
    recorded.errorBoxes.push({ title, content })
  },
  showMessageBox: async (options: MessageBoxOptions) => {
    recorded.messages.push({ message: options.message, detail: options.detail ?? '' })
    return { response: 0, checkboxChecked: false }
  },
} satisfies Pick<Dialog, 'showErrorBox'> & {
  showMessageBox(options: MessageBoxOptions): Promise<MessageBoxReturnValue>
}

export const shell = {
  openExternal: async (url) => {
    recorded.opened.push(url)
  },
} satisfies Pick<Shell, 'openExternal'>

const scrambled = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0x5a))

export const safeStorage = {
  isEncryptionAvailable: () => world.keychain,
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptString: (plain) => scrambled(Buffer.from(plain)),
  decryptString: (sealed) => scrambled(sealed).toString(),
} satisfies Pick<SafeStorage, 'isEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptString' | 'decryptString'>

const display = (workArea: Rectangle, id: number) => ({ id, workArea, bounds: workArea, scaleFactor: 1 })

export const screen = Object.assign(new EventEmitter(), {
  getAllDisplays: () => world.displays.map(display),
  getPrimaryDisplay: () => display(world.displays[0] ?? { x: 0, y: 0, width: 1920, height: 1080 }, 0),
})

export const powerMonitor = new EventEmitter()

export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: false,
  shouldUseDarkColorsForSystemIntegratedUI: false,
  themeSource: 'system' as 'system' | 'light' | 'dark',
})
