// `app` of the shim: life cycle, paths, lock, switches.
import { EventEmitter } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { App, CommandLine } from 'electron'
import { browser, closeBrowser } from './browser.ts'
import { recorded, world } from './control.ts'

type Used =
  | 'whenReady'
  | 'isReady'
  | 'requestSingleInstanceLock'
  | 'setPath'
  | 'getVersion'
  | 'getAppPath'
  | 'setAppUserModelId'
  | 'setToastActivatorCLSID'
  | 'setBadgeCount'
  | 'quit'
  | 'exit'

class ShimApp extends EventEmitter implements Pick<App, Used> {
  name = 'Countersign'
  readonly commandLine: Pick<CommandLine, 'hasSwitch'> = { hasSwitch: (name) => world.switches.has(name) }
  /** Settles when the app has quit or exited and its browser is gone; a promise of the shim's own. */
  ended: Promise<void>
  /** Closes every window; false when one of them stays. Set by the windows, which know the app. */
  closeWindows: () => boolean = () => true
  #end: () => void = () => {}
  #paths = new Map<string, string>()

  constructor() {
    super()
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  get isPackaged(): boolean {
    return world.packaged
  }

  async whenReady(): Promise<void> {
    await browser()
  }

  isReady(): boolean {
    return true
  }

  requestSingleInstanceLock(): boolean {
    return world.firstInstance
  }

  getPath(name: string): string {
    return this.#paths.get(name) ?? path.join(os.tmpdir(), `shim-${name}`)
  }

  setPath(name: string, folder: string): void {
    // Electron throws for a folder that does not exist.
    if (!statSync(folder).isDirectory()) throw new Error(`Failed to set path: ${folder}`)
    this.#paths.set(name, folder)
    if (name === 'userData') recorded.userData = folder
  }

  getVersion(): string {
    const { version } = JSON.parse(readFileSync(path.join(process.cwd(), 'package.json'), 'utf8')) as {
      version: string
    }
    return version
  }

  getAppPath(): string {
    return process.cwd()
  }

  setAppUserModelId(): void {}

  setToastActivatorCLSID(id: string): void {
    // Electron throws for what is no GUID.
    if (!/^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/.test(id)) throw new Error(`Invalid CLSID: ${id}`)
  }

  setBadgeCount(count?: number): boolean {
    recorded.badge = count ?? 0
    return true
  }

  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean } {
    return { openAtLogin: recorded.loginItem.openAtLogin, wasOpenedAtLogin: false }
  }

  setLoginItemSettings({ openAtLogin, args }: { openAtLogin?: boolean; args?: string[] }): void {
    recorded.loginItem = { openAtLogin: openAtLogin ?? false, args: args ?? [] }
  }

  quit(): void {
    let prevented = false
    const event = {
      preventDefault: () => {
        prevented = true
      },
    }
    this.emit('before-quit', event)
    if (prevented || !this.closeWindows()) return
    this.emit('will-quit', event)
    if (prevented) return
    this.emit('quit', {}, 0)
    this.#finish(0)
  }

  exit(code = 0): void {
    this.emit('quit', {}, code)
    this.#finish(code)
  }

  /** A new life for the next test in the same process. */
  revive(): void {
    this.removeAllListeners()
    this.#paths.clear()
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  #finish(code: number): void {
    recorded.exitCode ??= code
    closeBrowser().then(
      () => {
        this.#end()
        // Run on its own (not in a test), the program ends as Electron would.
        if (process.env['SHIM_EXIT'] === '1') process.exit(code)
      },
      (error: unknown) => {
        throw error
      },
    )
  }
}

export const app = new ShimApp()
