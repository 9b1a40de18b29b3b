// A small window at the edge of the screen that says how many calls wait, for systems that show no notifications. It
// never takes the focus and can do nothing but lead to the app: no preload, no script.
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { closedPage } from './hardening.ts'
import { noticeLinks, noticeUrl } from './notice-page.ts'

export type NoticeWindow = {
  /** Brings it up without the focus, if it is not there. */
  show(waiting: number): void
  /** Says the new number where it is up. */
  count(waiting: number): void
  close(): void
}

export type NoticeWindowDeps = {
  platform: NodeJS.Platform
  /** The person wants to see what waits. */
  open(): void
  log(line: string): void
}

const size = { width: 360, height: 96 } as const
const margin = 16

/** In the corner where the system would put its notifications. */
const place = (platform: NodeJS.Platform) => {
  const { x, y, width, height } = screen.getPrimaryDisplay().workArea
  return {
    x: x + width - size.width - margin,
    y: platform === 'win32' ? y + height - size.height - margin : y + margin,
  }
}

export const createNoticeWindow = ({ platform, open, log }: NoticeWindowDeps): NoticeWindow => {
  let window: BrowserWindow | undefined
  let said = 0

  const close = () => {
    const gone = window
    window = undefined
    gone?.destroy()
  }

  const say = (into: BrowserWindow, waiting: number) => {
    said = waiting
    into.loadURL(noticeUrl(waiting)).catch((error: unknown) => {
      // Replaced by the next number, or closed, before it was there.
      if (window === into && said === waiting) log(`The notice window could not be loaded: ${String(error)}`)
    })
  }

  const make = (): BrowserWindow => {
    const made = new BrowserWindow({
      ...size,
      ...place(platform),
      show: false,
      frame: false,
      focusable: false,
      alwaysOnTop: true,
      skipTaskbar: true,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      // Else the first click on macOS would only bring the window forward.
      acceptFirstMouse: true,
      title: 'Countersign',
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#1a1917' : '#faf8f4',
      webPreferences: { ...closedPage, javascript: false, devTools: false },
    })
    made.once('ready-to-show', () => {
      if (window === made) made.showInactive()
    })
    made.on('closed', () => {
      if (window === made) window = undefined
    })
    made.webContents.on('render-process-gone', close)
    // Every navigation is blocked as in every window; where it wanted to go says what was clicked.
    made.webContents.on('will-frame-navigate', ({ url, isMainFrame }) => {
      if (window !== made || !isMainFrame) return
      if (url !== noticeLinks.open && url !== noticeLinks.dismiss) return
      window = undefined
      // Not in the middle of its own event.
      setImmediate(() => made.destroy())
      if (url === noticeLinks.open) open()
    })
    return made
  }

  return {
    show: (waiting) => {
      if (window !== undefined && said === waiting) return
      window ??= make()
      say(window, waiting)
    },
    count: (waiting) => {
      if (window !== undefined && said !== waiting) say(window, waiting)
    },
    close,
  }
}
