// The desktop transport of the UI contract, and the only file that touches ipcMain. An approval can come in through
// here, so every message must come from the main frame of our own window showing our own origin.
import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron'
import type { UiApi } from '../broker/host-contract.ts'
import type { UiReply } from '../core/wire/ui-contract.ts'
import { isAppUrl } from './app-url.ts'
import { eventChannel, requestChannel } from './channels.ts'
import { plainText } from './plain-text.ts'

export type IpcDeps = {
  api: UiApi
  /** Our window, if there is one now. */
  window(): BrowserWindow | undefined
  /** The page has taken its first snapshot: from now on it acts on events. */
  onPageReady(): void
  /** Somebody else than our page spoke to us. Nothing was done; the sentence says who. */
  onForeignSender(sentence: string): void
}

const senderFault = (event: IpcMainInvokeEvent, window: BrowserWindow | undefined): string | undefined => {
  const frame = event.senderFrame
  // A frame that navigated away between sending and now is null: what it was can no longer be proven.
  if (frame === null) return 'a frame that is gone'
  if (window === undefined || window.isDestroyed() || event.sender !== window.webContents) return 'another window'
  if (!isAppUrl(frame.url)) return `the address ${plainText(frame.url, 120)}`
  // Frames are told apart by identity within the page: a frame of our own origin inside the page is not the page.
  if (frame.frameToken !== event.sender.mainFrame.frameToken) return 'a frame inside the page'
  return undefined
}

const refused = (code: 'unauthorized' | 'bad-params', message: string): UiReply => ({
  ok: false,
  error: { code, message },
})

/** Starts answering the page; returns a function that stops. */
export const serveIpc = ({ api, window, onPageReady, onForeignSender }: IpcDeps): (() => void) => {
  ipcMain.handle(requestChannel, async (event, method: unknown, params: unknown): Promise<UiReply> => {
    const fault = senderFault(event, window())
    if (fault !== undefined) {
      onForeignSender(`Refused a request from ${fault}: only Countersign's own window may ask.`)
      return refused('unauthorized', "Only Countersign's own window may ask.")
    }
    if (typeof method !== 'string') return refused('bad-params', 'The method must be a string.')
    const reply = await api.handle(method, params, 'desktop')
    // After the reply has left, so that an event this triggers cannot overtake the snapshot it belongs to.
    if (method === 'snapshot' && reply.ok) setImmediate(onPageReady)
    return reply
  })
  const unsubscribe = api.subscribe((envelope) => {
    const page = window()
    if (page !== undefined && !page.isDestroyed()) page.webContents.send(eventChannel, envelope)
  })
  return () => {
    unsubscribe()
    ipcMain.removeHandler(requestChannel)
  }
}
