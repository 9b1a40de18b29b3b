// Puts the shell together: starts the broker, then hangs window, tray, notifications and IPC on it, and takes all of it
// down again in order. Everything it needs of the world comes in, so that a test can run it whole.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { app, dialog, nativeTheme, powerMonitor, session } from 'electron'
import { type Broker, BrokerStartError, type LoginItem, type StartBroker } from '../broker/host-contract.ts'
import type { UiEvent } from '../core/wire/ui-contract.ts'
import { registerAppScheme, serveApp } from './app-protocol.ts'
import type { Clock } from './clock.ts'
import { debuggingSwitch, hardenEveryPage, hardenSession } from './hardening.ts'
import { serveIpc } from './ipc.ts'
import { hiddenArgument } from './login-item.ts'
import { setApplicationMenu } from './menu.ts'
import { createNoticeWindow } from './notice-window.ts'
import { createNotifier } from './notifier.ts'
import { createOsAuth } from './os-auth.ts'
import { keychain } from './secret-box.ts'
import { type Followed, followBroker } from './shell-state.ts'
import { createTray } from './tray.ts'
import { createMainWindow } from './window.ts'

export type AppDeps = {
  startBroker: StartBroker
  /** The data folder of this installation. Made when missing. */
  home: string
  version: string
  /** Absolute paths of what was built or ships beside it. */
  files: {
    renderer: string
    preload: string
    assets: string
    starterPolicies: string
    /** Programs of the broker's threads. */
    reader: string
    verify: string
  }
  platform: NodeJS.Platform
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  loginItem?: LoginItem
  clock: Clock
  /** Calls back when the process is told to end. */
  onSignal(ended: () => void): void
  log(line: string): void
}

/**
 * `second-instance`: another one runs for this home and shows its window; this one ends. `refused` and `failed`: the
 * person was told why and the program ends with code 1.
 */
export type AppOutcome = 'running' | 'second-instance' | 'refused' | 'failed'

type Reveal = Extract<UiEvent, { type: 'reveal' }>

/** So long quitting waits for the broker to release its calls; after that the proxies refuse them on their own. */
const stopGraceMs = 5000

/** Our own, made once. */
const toastActivator = '{960AEA44-2982-5A4C-9FE0-2396E7447C5D}'

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error))

export const runApp = async (deps: AppDeps): Promise<AppOutcome> => {
  const { home, platform, env, log } = deps

  const end = (outcome: 'refused' | 'failed', title: string, message: string): AppOutcome => {
    log(`${title}: ${message}`)
    dialog.showErrorBox(title, message)
    app.exit(1)
    return outcome
  }

  // A debugger is for developing and for Playwright, never for a packaged app.
  const mayDebug = !app.isPackaged && env['COUNTERSIGN_ALLOW_DEBUGGER'] === '1'
  const debugging = mayDebug ? undefined : debuggingSwitch((name) => app.commandLine.hasSwitch(name))
  if (debugging !== undefined) {
    const message = `It was started with --${debugging}, which would let another program approve calls. Start it without.`
    return end('refused', 'Countersign did not start', message)
  }

  // Chromium's files lie in the same home, so that the single-instance lock is one per home.
  const chromiumFiles = path.join(home, 'electron')
  try {
    mkdirSync(chromiumFiles, { recursive: true, mode: 0o700 })
    app.setPath('userData', chromiumFiles)
  } catch (error) {
    return end('failed', 'Countersign did not start', `The data folder ${home} cannot be written: ${sentence(error)}`)
  }
  if (!app.requestSingleInstanceLock()) {
    log('Countersign runs already; its window is shown.')
    app.quit()
    return 'second-instance'
  }

  let showOnStart = !(deps.argv.includes(hiddenArgument) || app.getLoginItemSettings().wasOpenedAtLogin)
  let shown = false
  let showWindow = () => {
    shown = true
  }
  app.on('second-instance', (_event, argv) => {
    // A proxy that starts the app hidden asks for its broker, not for a window.
    if (!argv.includes(hiddenArgument)) showWindow()
  })
  // The tray is what keeps the app alive.
  app.on('window-all-closed', () => undefined)
  registerAppScheme()
  hardenEveryPage(log)
  if (platform === 'win32') {
    app.setAppUserModelId('dev.countersign.app')
    // The same in every run, so that Windows finds its way back to us from a notification of an earlier one.
    app.setToastActivatorCLSID(toastActivator)
  }

  await app.whenReady()
  hardenSession(session.defaultSession, log)
  const secretBox = keychain(platform)
  const osAuth = createOsAuth(platform, log)
  let broker: Broker
  try {
    broker = await deps.startBroker({
      home,
      host: 'desktop',
      version: deps.version,
      starterPolicies: deps.files.starterPolicies,
      readerFile: deps.files.reader,
      verifyFile: deps.files.verify,
      log,
      ...(secretBox === undefined ? {} : { secretBox }),
      ...(deps.loginItem === undefined ? {} : { loginItem: deps.loginItem }),
      ...(osAuth === undefined ? {} : { osAuth }),
    })
  } catch (error) {
    if (!(error instanceof BrokerStartError))
      log(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return end('failed', 'Countersign did not start', sentence(error))
  }

  // What a click wants to show before the page listens; it is told as soon as the page has its first snapshot.
  let pageReady = false
  let wanted: Reveal | undefined
  const tellWanted = () => {
    if (wanted === undefined || !pageReady) return
    broker.emit(wanted)
    wanted = undefined
  }
  const open = (id?: string, screen: Reveal['screen'] = 'approvals') => {
    wanted = { type: 'reveal', screen, ...(id === undefined ? {} : { id }) }
    showWindow()
    tellWanted()
  }
  const lockDown = async (on: boolean) => {
    const reply = await broker.api.handle('lockdown.set', { on }, 'desktop')
    if (reply.ok) return
    log(`The lockdown could not be ${on ? 'set' : 'lifted'}: ${reply.error.message}`)
    // Not an error box, which would hold up this process, and with it the answers to every proxy, until it is clicked away.
    await dialog.showMessageBox({
      type: 'error',
      title: 'Countersign',
      message: on ? 'Countersign is not locked down' : 'The lockdown was not lifted',
      detail: `${reply.error.message}\n${on ? 'Calls are checked as before.' : 'Everything is still refused.'}`,
    })
  }

  const notifier = createNotifier({
    platform,
    clock: deps.clock,
    api: broker.api,
    open,
    fallback: createNoticeWindow({ platform, open, log }),
    log,
  })
  const window = createMainWindow({
    platform,
    preload: deps.files.preload,
    assets: deps.files.assets,
    stateFile: path.join(chromiumFiles, 'window.json'),
    log,
    onFirstHidden: () =>
      notifier.tell(
        'Countersign keeps running',
        'Calls are still checked. It waits in the tray; start it again to see the window.',
      ),
    onPageLost: () => {
      pageReady = false
      notifier.tell('The window had to close', 'Calls are still checked. Open it again to see what waits.')
    },
  })
  const stopIpc = serveIpc({
    api: broker.api,
    window: window.current,
    onPageReady: () => {
      pageReady = true
      tellWanted()
    },
    onForeignSender: (sentence) => broker.alert('foreign-sender', sentence),
  })
  const tray = createTray({
    platform,
    desktop: env['XDG_CURRENT_DESKTOP'],
    assets: deps.files.assets,
    clock: deps.clock,
    window: window.current,
    open,
    lockDown: (on) =>
      void lockDown(on).catch((error: unknown) => log(`The lockdown's failure could not be shown: ${sentence(error)}`)),
    quit: () => app.quit(),
  })

  let followed: Followed | undefined
  let stage: 'running' | 'stopping' | 'stopped' = 'running'
  const stop = async () => {
    stage = 'stopping'
    followed?.stop()
    notifier.closeAll()
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      log('The broker took too long to stop.')
      late.resolve()
    }, stopGraceMs)
    await Promise.race([broker.stop(), late.promise]).catch((error: unknown) =>
      log(`Stopping failed: ${String(error)}`),
    )
    clearTimeout(timer)
    stopIpc()
    tray.destroy()
    stage = 'stopped'
  }
  let sessionEnds = false
  // The system is going down: asking it to wait, as a prevented quit does, would cancel the log-out on macOS.
  powerMonitor.on('shutdown', () => {
    sessionEnds = true
  })
  app.on('before-quit', (event) => {
    window.letClose()
    if (stage === 'running') void stop().then(() => (sessionEnds ? undefined : app.quit()))
    if (stage !== 'stopped' && !sessionEnds) event.preventDefault()
  })
  deps.onSignal(() => app.quit())

  setApplicationMenu(platform)
  serveApp(deps.files.renderer)
  followed = await followBroker(broker.api, (state) => {
    if (nativeTheme.themeSource !== state.settings.theme) nativeTheme.themeSource = state.settings.theme
    tray.update(state)
    notifier.update(state)
  })
  // Timers stood still while the machine slept. The broker closes what is overdue before it says what is open.
  powerMonitor.on('resume', () => {
    followed?.refresh().catch((error: unknown) => log(`After sleep: ${sentence(error)}`))
  })
  showOnStart ||= shown
  showWindow = window.show
  app.on('activate', () => showWindow())
  window.open(!showOnStart)
  return 'running'
}
