// The script the shim puts before a page's own: runs the compiled CommonJS preload with a contextBridge and an
// ipcRenderer that behave as Electron's do at this boundary. Isolation of the two worlds is the one thing it cannot give.

/** @param source the compiled preload */
export const preloadHost = (source: string): string => `(() => {
  if (window !== window.top) return
  const listeners = new Map()
  const invoke = window.__shimInvoke
  window.__shimDispatch = (channel, parameters) => {
    for (const listener of [...(listeners.get(channel) ?? [])]) listener({}, ...parameters)
  }
  const remove = (channel, listener) => {
    listeners.set(channel, (listeners.get(channel) ?? []).filter((kept) => kept !== listener))
    return ipcRenderer
  }
  const add = (channel, listener) => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
    return ipcRenderer
  }
  const ipcRenderer = {
    on: add,
    addListener: add,
    off: remove,
    removeListener: remove,
    invoke: async (channel, ...parameters) => {
      const answer = await invoke(channel, structuredClone(parameters))
      if ('error' in answer) throw new Error(answer.error)
      return answer.value
    },
    sendSync: () => { throw new Error('shim: sendSync is not there') },
  }
  const check = (value, place) => {
    if (value === null || typeof value !== 'object') return
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && !Array.isArray(value)) throw new Error('contextBridge: class instance at ' + place)
    for (const key of Object.keys(value)) check(value[key], place + '.' + key)
  }
  const freeze = (value) => {
    if (value !== null && typeof value === 'object') { Object.values(value).forEach(freeze); Object.freeze(value) }
    return value
  }
  const contextBridge = {
    exposeInMainWorld: (key, value) => {
      check(value, key)
      Object.defineProperty(window, key, { value: freeze(value), enumerable: true })
    },
  }
  const electron = { contextBridge, ipcRenderer }
  const require = (name) => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error('A sandboxed preload cannot require ' + name)
  }
  const process = { platform: ${JSON.stringify(process.platform)}, versions: {}, env: {}, sandboxed: true };
  ((require, module, exports, process) => {${source}\n})(require, { exports: {} }, {}, process)
  const open = (url) => { void window.__shimOpen(new URL(url, location.href).href); return null }
  window.open = (url = 'about:blank') => open(url)
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[target]') : null
    if (link === null || link.target === '_self') return
    event.preventDefault()
    open(link.href)
  }, true)
})()`
