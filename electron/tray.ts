// Draws the tray model: icon, number, tooltip, menu and badge. The menu carries everything, because where a left click
// does nothing it is all there is.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  app,
  type BrowserWindow,
  Menu,
  type MenuItemConstructorOptions,
  type NativeImage,
  nativeImage,
  nativeTheme,
  Tray,
} from 'electron'
import type { Clock } from './clock.ts'
import { type TrayEntry, type TrayModel, type TrayState, trayColour, trayModel, trayPicture } from './tray-model.ts'

export type TrayDeps = {
  platform: NodeJS.Platform
  /** `XDG_CURRENT_DESKTOP`, where there is one. */
  desktop: string | undefined
  assets: string
  clock: Clock
  window(): BrowserWindow | undefined
  /** Brings up the window, on the card `id` where there is one. */
  open(id?: string, screen?: 'approvals' | 'policies'): void
  /** Locks everything down, or lifts it. */
  lockDown(on: boolean): void
  quit(): void
}

export type AppTray = { update(state: TrayState): void; destroy(): void }

/** How long a card waits is written in minutes. */
const agesMs = 60_000

/** `&` marks an access key in menus of Windows and Linux. */
const menuLabel = (label: string) => label.replaceAll('&', '&&')

export const createTray = (deps: TrayDeps): AppTray => {
  const { platform, desktop, assets, clock, window, open, lockDown, quit } = deps

  const image = (model: TrayModel): NativeImage => {
    const darkBar =
      platform === 'win32' ? nativeTheme.shouldUseDarkColorsForSystemIntegratedUI : nativeTheme.shouldUseDarkColors
    const name = `${trayPicture(model, platform)}-${trayColour(platform, desktop, darkBar)}`
    // Linux panels scale what they get to their own height, so they get the large picture at face value.
    if (platform === 'linux')
      return nativeImage.createFromBuffer(readFileSync(path.join(assets, 'tray', `${name}@2x.png`)))
    const picture = nativeImage.createFromPath(path.join(assets, 'tray', `${name}.png`))
    if (platform === 'darwin') picture.setTemplateImage(true)
    return picture
  }

  const entry = (item: TrayEntry): MenuItemConstructorOptions => {
    switch (item.type) {
      case 'note':
        return { label: menuLabel(item.label), enabled: false }
      case 'separator':
        return { type: 'separator' }
      case 'card':
        return { label: menuLabel(item.label), click: () => open(item.id) }
      case 'open':
        return { label: menuLabel(item.label), click: () => open(undefined, item.screen) }
      case 'lockdown':
        return {
          label: menuLabel(item.label),
          type: 'checkbox',
          checked: item.on,
          click: () => {
            lockDown(!item.on)
            // The system has moved the tick; it goes by what the broker says.
            draw()
          },
        }
      case 'quit':
        return { label: menuLabel(item.label), click: quit }
      default:
        return item satisfies never
    }
  }

  const badge = ({ waiting, tooltip }: TrayModel) => {
    if (platform !== 'win32') {
      app.setBadgeCount(waiting)
      return
    }
    const overlay =
      waiting === 0
        ? null
        : nativeImage.createFromPath(path.join(assets, 'overlay', `${waiting > 9 ? 'many' : waiting}.png`))
    window()?.setOverlayIcon(overlay, tooltip)
  }

  let state: TrayState = { cards: [], problems: [], flood: undefined, lockdown: undefined }
  let model = trayModel(state, clock.now())
  let drawn: { model: string; on: BrowserWindow | undefined } | undefined
  let stopWaiting = () => {}
  const tray = new Tray(image(model))

  const draw = () => {
    tray.setImage(image(model))
    tray.setToolTip(model.tooltip)
    tray.setContextMenu(Menu.buildFromTemplate(model.menu.map(entry)))
    if (platform === 'darwin')
      tray.setTitle(model.waiting === 0 ? '' : String(model.waiting), { fontType: 'monospacedDigit' })
    badge(model)
    drawn = { model: JSON.stringify(model), on: window() }
  }

  const look = () => {
    stopWaiting()
    model = trayModel(state, clock.now())
    // A menu that is set anew closes under the pointer on some desktops, and in a flood there is little time.
    if (drawn?.model !== JSON.stringify(model) || drawn.on !== window()) draw()
    stopWaiting = model.waiting > 0 ? clock.after(agesMs, look) : () => {}
  }

  // On macOS a left click opens the menu, which is the platform's custom.
  if (platform !== 'darwin') tray.on('click', () => open())
  nativeTheme.on('updated', draw)
  draw()

  return {
    update: (next) => {
      state = next
      look()
    },
    destroy: () => {
      stopWaiting()
      nativeTheme.off('updated', draw)
      tray.destroy()
    },
  }
}
