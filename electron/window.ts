// The one window. Closing it keeps the app in the tray, because held calls would be refused if it went away; it never
// takes the focus on its own, because somebody is typing somewhere else.
import path from 'node:path'
import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import { appUrl } from './app-url.ts'
import { closedPage } from './hardening.ts'
import { minimumSize, readWindowState, visibleBounds, type WindowState, writeWindowState } from './window-state.ts'

export type WindowDeps = {
  platform: NodeJS.Platform
  preload: string
  assets: string
  stateFile: string
  log(line: string): void
  /** The window went to the tray for the first time ever. */
  onFirstHidden(): void
  /** The page's process ended and the window with it; the broker goes on. */
  onPageLost(): void
}

export type MainWindow = {
  /** Makes the window, hidden; it shows itself without focus once drawn, unless `hidden`. */
  open(hidden: boolean): void
  /** On a person's demand: shows, restores and focuses the window, making it again if it is gone. */
  show(): void
  current(): BrowserWindow | undefined
  /** From now on closing closes: the app quits. */
  letClose(): void
}

/** The page's ground colour before its style sheet is there, so that a dark screen is not flashed white. */
const ground = () => (nativeTheme.shouldUseDarkColors ? '#1a1917' : '#faf8f4')

export const createMainWindow = (deps: WindowDeps): MainWindow => {
  const { stateFile, log } = deps
  let window: BrowserWindow | undefined
  let state: WindowState = readWindowState(stateFile, log)
  let closing = false

  const save = (of: BrowserWindow) => {
    state = { ...state, bounds: of.getNormalBounds(), maximized: of.isMaximized() }
    try {
      writeWindowState(stateFile, state)
    } catch (error) {
      log(`The window's position could not be kept: ${String(error)}`)
    }
  }

  const make = (): BrowserWindow => {
    const primary = screen.getPrimaryDisplay()
    const others = screen.getAllDisplays().filter((display) => display.id !== primary.id)
    const areas = [primary.workArea, ...others.map((display) => display.workArea)] as const
    const made = new BrowserWindow({
      ...visibleBounds(state.bounds, [areas[0], ...areas.slice(1)]),
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      show: false,
      title: 'Countersign',
      backgroundColor: ground(),
      autoHideMenuBar: true,
      ...(deps.platform === 'linux' ? { icon: path.join(deps.assets, 'icon-512.png') } : {}),
      webPreferences: {
        ...closedPage,
        preload: deps.preload,
        devTools: !app.isPackaged,
      },
    })
    window = made
    if (state.maximized) made.once('show', () => made.maximize())
    made.on('close', (event) => {
      save(made)
      if (closing) return
      event.preventDefault()
      made.hide()
      if (state.trayExplained) return
      state = { ...state, trayExplained: true }
      save(made)
      deps.onFirstHidden()
    })
    made.on('closed', () => {
      if (window === made) window = undefined
    })
    made.webContents.on('render-process-gone', (_event, { reason }) => {
      if (closing) return
      log(`The window's page ended (${reason}).`)
      made.destroy()
      deps.onPageLost()
    })
    made.loadURL(appUrl).catch((error: unknown) => log(`The user interface could not be loaded: ${String(error)}`))
    return made
  }

  return {
    open: (hidden) => {
      const made = make()
      if (!hidden) made.once('ready-to-show', () => made.showInactive())
    },
    show: () => {
      const shown = window ?? make()
      if (shown.isMinimized()) shown.restore()
      shown.show()
      shown.focus()
    },
    current: () => window,
    letClose: () => {
      closing = true
    },
  }
}
