// `session` of the shim: remembers how the app answers permissions and requests, so that tests can ask it.
import { EventEmitter } from 'node:events'
import type { CallbackResponse, OnBeforeRequestListenerDetails, Session, WebRequestFilter } from 'electron'

type RequestListener = (details: OnBeforeRequestListenerDetails, callback: (response: CallbackResponse) => void) => void

let requestRule: { urls: string[]; listener: RequestListener } | undefined

class ShimSession
  extends EventEmitter
  implements Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'>
{
  permissionRequest: Parameters<Session['setPermissionRequestHandler']>[0] = null
  permissionCheck: Parameters<Session['setPermissionCheckHandler']>[0] = null
  devicePermission: Parameters<Session['setDevicePermissionHandler']>[0] = null

  readonly webRequest = {
    onBeforeRequest: (filter: WebRequestFilter, listener: RequestListener) => {
      requestRule = { urls: filter.urls ?? [], listener }
    },
  }

  setPermissionRequestHandler(handler: Parameters<Session['setPermissionRequestHandler']>[0]): void {
    this.permissionRequest = handler
  }

  setPermissionCheckHandler(handler: Parameters<Session['setPermissionCheckHandler']>[0]): void {
    this.permissionCheck = handler
  }

  setDevicePermissionHandler(handler: Parameters<Session['setDevicePermissionHandler']>[0]): void {
    this.devicePermission = handler
  }
}

export const session = { defaultSession: new ShimSession() }

/** Whether the app's request rule cancels this address. Patterns match by scheme, which is all ours use. */
export const requestCancelled = async (url: string): Promise<boolean> => {
  const rule = requestRule
  const scheme = new URL(url).protocol
  if (!rule?.urls.some((pattern) => pattern.startsWith(`${scheme}//`))) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  rule.listener({ url } as OnBeforeRequestListenerDetails, ({ cancel }) => resolve(cancel === true))
  return promise
}

export const resetSession = (): void => {
  session.defaultSession = new ShimSession()
  requestRule = undefined
}
