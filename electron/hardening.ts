// What every page of this program may not do, wherever it came from: leave, open windows, ask for permissions, reach
// the network. Set on the session and on every web contents, so that no window has to remember it.
import { app, type Session, shell, type WebContents, type WebPreferences } from 'electron'
import { appUrl } from './app-url.ts'
import { externalLink } from './external-links.ts'
import { noticeLinks } from './notice-page.ts'
import { plainText } from './plain-text.ts'

type Log = (line: string) => void

/** What every window of ours starts from. */
export const closedPage = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  webviewTag: false,
  // Electron would fetch dictionaries from the network.
  spellcheck: false,
  navigateOnDragDrop: false,
} as const satisfies WebPreferences

const debuggingSwitches = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'inspect-wait',
] as const

/**
 * The debugging switch this program was started with, if any. With one, any program of the user could drive the page
 * and approve calls.
 */
export const debuggingSwitch = (hasSwitch: (name: string) => boolean): string | undefined =>
  debuggingSwitches.find((name) => hasSwitch(name))

/** Denies every permission and device, refuses downloads, and cuts every request that could leave the machine. */
export const hardenSession = (session: Session, log: Log): void => {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    log(`Denied the page the permission ${plainText(permission, 60)}.`)
    answer(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'] },
    (_details, answer) => answer({ cancel: true }),
  )
}

/** Clicked in the notice window, which takes the attempt for the click. */
const isNoticeLink = (url: string) => url === noticeLinks.open || url === noticeLinks.dismiss

/** No page may navigate away, be framed elsewhere, open a window or attach a webview. A reload of our own page may. */
export const hardenContents = (contents: WebContents, log: Log): void => {
  const stay = (event: { url: string; isMainFrame: boolean; preventDefault(): void }) => {
    if (event.isMainFrame && event.url.replace(/#.*$/s, '') === appUrl) return
    if (!isNoticeLink(event.url)) log(`Blocked a navigation to ${plainText(event.url, 120)}.`)
    event.preventDefault()
  }
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    const link = externalLink(url)
    if (link === undefined) log(`Blocked a new window for ${plainText(url, 120)}.`)
    else shell.openExternal(link).catch((error: unknown) => log(`Could not open ${link}: ${String(error)}`))
    return { action: 'deny' }
  })
}

export const hardenEveryPage = (log: Log): void => {
  app.on('web-contents-created', (_event, contents) => hardenContents(contents, log))
}
