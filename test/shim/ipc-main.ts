// `ipcMain` of the shim: keeps the handlers, and carries a page's call to them the way Electron does, by structured
// clone and with the error text that Electron gives.
import { EventEmitter } from 'node:events'
import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { recorded } from './control.ts'

type Handler = Parameters<IpcMain['handle']>[1]

const handlers = new Map<string, Handler>()

class ShimIpcMain extends EventEmitter implements Pick<IpcMain, 'handle' | 'removeHandler'> {
  handle(channel: string, listener: Handler): void {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, listener)
  }

  removeHandler(channel: string): void {
    handlers.delete(channel)
  }
}

export const ipcMain = new ShimIpcMain()

/** What came back over the bridge; a rejection travels as its text. */
export type InvokeAnswer = { value: unknown } | { error: string }

/** @param event the parts of Electron's event that the shim can give */
export const invokeHandler = async (
  event: Pick<IpcMainInvokeEvent, 'frameId'> & { sender: unknown; senderFrame: unknown },
  channel: string,
  parameters: unknown[],
): Promise<InvokeAnswer> => {
  const handler = handlers.get(channel)
  try {
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return { value: structuredClone(await handler(event as unknown as IpcMainInvokeEvent, ...parameters)) }
  } catch (error) {
    recorded.ipcErrors.push(String(error))
    return { error: `Error invoking remote method '${channel}': ${String(error)}` }
  }
}
