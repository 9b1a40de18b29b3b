// The whole bridge between the sandboxed page and the main process: exactly two functions, no channel names, no
// Electron object, no event object.
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron'
import { eventChannel, requestChannel } from './channels.ts'

contextBridge.exposeInMainWorld('countersign', {
  /** Resolves with a `UiReply`; the main process checks the sender, the broker's router checks the parameters. */
  request: (method: string, params: unknown): Promise<unknown> => ipcRenderer.invoke(requestChannel, method, params),
  /** Calls back with each `UiEventEnvelope` from now on; returns a function that stops it. */
  subscribe: (listener: (envelope: unknown) => void): (() => void) => {
    const forward = (_event: IpcRendererEvent, envelope: unknown) => listener(envelope)
    ipcRenderer.on(eventChannel, forward)
    return () => {
      ipcRenderer.off(eventChannel, forward)
    }
  },
})
