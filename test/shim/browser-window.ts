// `BrowserWindow` of the shim: the state a window manager would keep, around a real page.
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type {
  BrowserWindowConstructorOptions,
  BrowserWindow as ElectronWindow,
  NativeImage,
  Rectangle,
  WebPreferences,
} from 'electron'
import type { Page } from 'playwright-core'
import { app } from './app.ts'
import { browser } from './browser.ts'
import { recorded } from './control.ts'
import { pictureOf } from './native.ts'
import { preloadHost } from './preload-host.ts'
import { ShimWebContents } from './web-contents.ts'

type Used =
  | 'close'
  | 'destroy'
  | 'focus'
  | 'getNormalBounds'
  | 'hide'
  | 'isDestroyed'
  | 'isFocused'
  | 'isMaximized'
  | 'isMinimized'
  | 'isVisible'
  | 'loadURL'
  | 'maximize'
  | 'restore'
  | 'setBounds'
  | 'setOverlayIcon'
  | 'show'
  | 'showInactive'

const all = new Set<BrowserWindow>()

export class BrowserWindow extends EventEmitter implements Pick<ElectronWindow, Used> {
  readonly webContents: ShimWebContents
  readonly options: BrowserWindowConstructorOptions
  readonly #page: Promise<Page>
  #bounds: Rectangle
  #visible: boolean
  #focused = false
  #maximized = false
  #minimized = false

  static getAllWindows(): BrowserWindow[] {
    return [...all]
  }

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super()
    const { x = 0, y = 0, width = 800, height = 600, webPreferences = {} } = options
    if (webPreferences.nodeIntegration === true || webPreferences.contextIsolation === false) {
      throw new Error('shim: insecure webPreferences')
    }
    this.options = options
    this.#bounds = { x, y, width, height }
    this.#visible = options.show !== false
    all.add(this)
    const { promise, resolve, reject } = Promise.withResolvers<Page>()
    this.#page = promise
    this.webContents = new ShimWebContents(promise)
    app.emit('web-contents-created', {}, this.webContents)
    this.#open(webPreferences).then(resolve, reject)
    // A window that is destroyed before its page is there: `loadURL` and `page` still reject.
    promise.catch(() => undefined)
  }

  async #open({ preload, javascript }: WebPreferences): Promise<Page> {
    const { width, height } = this.#bounds
    const context = await (await browser()).newContext({
      locale: 'en-US',
      viewport: { width, height },
      javaScriptEnabled: javascript !== false,
    })
    const page = await context.newPage()
    await this.webContents.wire(page)
    if (preload !== undefined) await page.addInitScript({ content: preloadHost(readFileSync(preload, 'utf8')) })
    page.once('load', () => this.emit('ready-to-show'))
    page.on('close', () => {
      if (!all.delete(this)) return
      this.emit('closed')
      if (all.size === 0) app.emit('window-all-closed')
    })
    return page
  }

  /** The Playwright page behind the window; a test's way in. */
  page(): Promise<Page> {
    return this.#page
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }

  show(): void {
    this.focus()
    this.showInactive()
  }

  showInactive(): void {
    if (this.#visible) return
    this.#visible = true
    this.emit('show')
  }

  hide(): void {
    this.#visible = false
    this.#focused = false
    this.emit('hide')
  }

  focus(): void {
    if (this.options.focusable !== false) this.#focused = true
  }

  maximize(): void {
    this.#maximized = true
  }

  minimize(): void {
    this.#minimized = true
  }

  restore(): void {
    this.#minimized = false
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds }
  }

  getNormalBounds(): Rectangle {
    return this.#bounds
  }

  setOverlayIcon(overlay: NativeImage | null): void {
    recorded.overlay = overlay === null ? undefined : pictureOf(overlay)
  }

  isVisible(): boolean {
    return this.#visible
  }

  isFocused(): boolean {
    return this.#focused
  }

  isMaximized(): boolean {
    return this.#maximized
  }

  isMinimized(): boolean {
    return this.#minimized
  }

  isDestroyed(): boolean {
    return !all.has(this)
  }

  close(): void {
    let prevented = false
    this.emit('close', {
      preventDefault: () => {
        prevented = true
      },
    })
    if (!prevented) this.destroy()
  }

  destroy(): void {
    if (!all.delete(this)) return
    this.emit('closed')
    this.#page.then((page) => page.context().close()).catch(() => undefined)
  }
}

app.closeWindows = () => {
  for (const window of all) window.close()
  return all.size === 0
}

/** Closes what a test left open. */
export const resetWindows = (): void => {
  for (const window of all) window.destroy()
}
