// Custom schemes on ordinary Chromium: app://name/x is loaded as https://name.app.shim.test/x and answered from the
// app's own protocol handler, so 'self', secure contexts and every header it sends apply as in Electron.
import type { Protocol } from 'electron'

type Handler = Parameters<Protocol['handle']>[1]

const handlers = new Map<string, Handler>()
const privileged = new Set<string>()
const mapped = /^https:\/\/([^/]+)\.([a-z][a-z0-9-]*)\.shim\.test/

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => {
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle: (scheme, handler) => {
    if (!privileged.has(scheme)) throw new Error(`shim: ${scheme} was not registered as privileged before ready`)
    if (handlers.has(scheme)) throw new Error(`The scheme ${scheme} has been intercepted already`)
    handlers.set(scheme, handler)
  },
  unhandle: (scheme) => {
    handlers.delete(scheme)
  },
  isProtocolHandled: (scheme) => handlers.has(scheme),
} satisfies Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'>

/** The address Chromium is given for a custom scheme's URL; others stay. */
export const toBrowser = (url: string): string => {
  const { protocol: scheme, host, pathname, search, hash } = new URL(url)
  const name = scheme.slice(0, -1)
  return handlers.has(name) ? `https://${host}.${name}.shim.test${pathname}${search}${hash}` : url
}

/** What Electron would call the address that Chromium shows. */
export const fromBrowser = (url: string): string => url.replace(mapped, '$2://$1')

/** The app's answer for a custom scheme's URL, or nothing when no handler has that scheme. */
export const answerFor = async (url: string, method: string): Promise<Response | undefined> => {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1))
  return handler === undefined ? undefined : handler(new Request(url, { method }) as Parameters<Handler>[0])
}

export const resetSchemes = (): void => {
  handlers.clear()
  privileged.clear()
}
