// `webContents` of the shim: a Playwright page with Electron's rules for navigation, new windows, IPC and requests.
import { EventEmitter } from 'node:events'
import type { HandlerDetails, WebContents } from 'electron'
import type { Frame, Page, Route } from 'playwright-core'
import { recorded, world } from './control.ts'
import { invokeHandler } from './ipc-main.ts'
import { answerFor, fromBrowser, toBrowser } from './schemes.ts'
import { requestCancelled } from './session.ts'

type Used = 'send' | 'getURL' | 'isDestroyed' | 'setWindowOpenHandler' | 'loadURL'

const frameTokens = new WeakMap<Frame, string>()
let nextToken = 1
const tokenOf = (frame: Frame): string => {
  const token = frameTokens.get(frame) ?? String(nextToken++)
  frameTokens.set(frame, token)
  return token
}

/** The parts of a WebFrameMain by which a sender is judged. */
type ShimFrame = { url: string; frameToken: string; parent: ShimFrame | null }
const frameOf = (frame: Frame): ShimFrame => {
  const parent = frame.parentFrame()
  return { url: fromBrowser(frame.url()), frameToken: tokenOf(frame), parent: parent === null ? null : frameOf(parent) }
}

export class ShimWebContents extends EventEmitter implements Pick<WebContents, Used> {
  static #next = 1
  readonly id = ShimWebContents.#next++
  page: Page | undefined
  readonly #opened: Promise<Page>
  #openHandler: Parameters<WebContents['setWindowOpenHandler']>[0] = () => ({ action: 'allow' })
  /** The address the app itself asked for: such a navigation is nobody's attempt. */
  #asked: string | undefined

  constructor(opened: Promise<Page>) {
    super()
    this.#opened = opened
  }

  get mainFrame(): ShimFrame {
    if (this.page === undefined) throw new Error('shim: the page is not there yet')
    return frameOf(this.page.mainFrame())
  }

  setWindowOpenHandler(handler: Parameters<WebContents['setWindowOpenHandler']>[0]): void {
    this.#openHandler = handler
  }

  getURL(): string {
    return this.page === undefined ? '' : fromBrowser(this.page.url())
  }

  isDestroyed(): boolean {
    return this.page?.isClosed() ?? false
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.#opened
    this.#asked = url
    await page.goto(toBrowser(url))
  }

  send(channel: string, ...parameters: unknown[]): void {
    const cloned = structuredClone(parameters)
    this.page
      ?.evaluate(
        ([name, list]) =>
          (globalThis as unknown as { __shimDispatch?: (c: string, p: unknown[]) => void }).__shimDispatch?.(
            name,
            list,
          ),
        [channel, cloned] as const,
      )
      // A page that goes away while an event is under way hears nothing, in Electron as here.
      .catch(() => undefined)
  }

  /** Wires a fresh page: what it may call, and who answers its requests. */
  async wire(page: Page): Promise<void> {
    this.page = page
    await page.exposeBinding('__shimInvoke', ({ frame }, channel: string, parameters: unknown[]) =>
      invokeHandler({ sender: this, senderFrame: frameOf(frame), frameId: 1 }, channel, parameters),
    )
    await page.exposeBinding('__shimOpen', (_source, url: string) => this.#windowOpen(fromBrowser(url)))
    await page.context().route('**/*', (route) => route.abort())
    await page.route('**/*', (route) =>
      this.#answer(route).catch((error: unknown) => {
        // A page closed in mid-request needs no answer any more.
        if (!page.isClosed()) throw error
      }),
    )
    page.on('popup', (popup) => {
      void popup.close()
    })
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }))
    page.on('load', () => this.emit('did-finish-load'))
  }

  #windowOpen(url: string): void {
    const details: HandlerDetails = {
      url,
      frameName: '',
      features: '',
      disposition: 'foreground-tab',
      referrer: { policy: 'no-referrer', url: '' },
    }
    recorded.windowOpens.push({ url, action: this.#openHandler(details).action })
  }

  /** True when the app lets the page go there. */
  #mayNavigate(frame: Frame, url: string): boolean {
    const isMainFrame = frame.parentFrame() === null
    if (isMainFrame && this.#asked !== undefined && new URL(this.#asked).href === new URL(url).href) {
      this.#asked = undefined
      return true
    }
    let allowed = true
    const event = {
      url,
      isMainFrame,
      isSameDocument: false,
      frame: frameOf(frame),
      preventDefault: () => {
        allowed = false
      },
    }
    this.emit('will-frame-navigate', event)
    if (isMainFrame) this.emit('will-navigate', event)
    recorded.navigations.push({ url, isMainFrame, allowed })
    return allowed
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request()
    const url = fromBrowser(request.url())
    // What a test planted got there somehow, past every rule: the point is what it can do then.
    const planted = world.planted.get(url)
    if (planted !== undefined) return route.fulfill({ contentType: 'text/html', body: planted })
    // 204 is how a navigation ends without leaving the page.
    if (request.isNavigationRequest() && !this.#mayNavigate(request.frame(), url)) return route.fulfill({ status: 204 })
    if (await requestCancelled(url)) return route.abort()
    const answer = await answerFor(url, request.method())
    if (answer === undefined) return route.abort()
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    })
  }
}
