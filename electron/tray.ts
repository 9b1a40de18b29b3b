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
import type { ShellState } from './shell-state.ts'
import { type TrayEntry, type TrayModel, trayColour, trayModel, trayPicture } from './tray-model.ts'

export type TrayDeps = {
  platform: NodeJS.Platform
  /** `XDG_CURRENT_DESKTOP`, where there is one. */
  desktop: string | undefined
  assets: string
  window(): BrowserWindow | undefined
  /** Brings up the window, on the card `id` where there is one. */
  open(id?: string): void
  quit(): void
}

export type AppTray = { update(state: ShellState): void; destroy(): void }

/** `&` marks an access key in menus of Windows and Linux. */
const menuLabel = (label: string) => label.replaceAll('&', '&&')

export const createTray = ({ platform, desktop, assets, window, open, quit }: TrayDeps): AppTray => {
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
        return { label: menuLabel(item.label), click: () => open() }
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

  let model = trayModel({ cards: [], problems: [] })
  const tray = new Tray(image(model))

  const draw = () => {
    tray.setImage(image(model))
    tray.setToolTip(model.tooltip)
    tray.setContextMenu(Menu.buildFromTemplate(model.menu.map(entry)))
    if (platform === 'darwin')
      tray.setTitle(model.waiting === 0 ? '' : String(model.waiting), { fontType: 'monospacedDigit' })
    badge(model)
  }

  // On macOS a left click opens the menu, which is the platform's custom.
  if (platform !== 'darwin') tray.on('click', () => open())
  nativeTheme.on('updated', draw)
  draw()

  return {
    update: (state) => {
      model = trayModel(state)
      draw()
    },
    destroy: () => {
      nativeTheme.off('updated', draw)
      tray.destroy()
    },
  }
}
