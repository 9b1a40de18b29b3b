// Notices changes in a folder, come what may: the system's watches run out, go deaf when the folder itself is replaced,
// and see nothing of the files that links in it point to. So a slow look stands behind them.
import * as fs from 'node:fs'
import { identityOf } from './file-identity.ts'

export type WatchedFolder = {
  /** Looks now whether the folder is still the one that is watched. */
  check(): void
  stop(): void
}

export type WatchFolderOptions = {
  folder: string
  /** A name that changed, or nothing where any may have. */
  changed(name?: string): void
  /** Called now and then, for changes that no watch reports. */
  look?(): void
  log(line: string): void
}

const lookEveryMs = 2_000

/** Watches until stopped. Never throws: where the system gives no watch, it looks every two seconds. */
export function watchFolder({ folder, changed, look, log }: WatchFolderOptions): WatchedFolder {
  let watcher: fs.FSWatcher | undefined
  let watched: string | undefined
  let problem = ''

  const fail = (error: Error) => {
    watcher?.close()
    watcher = undefined
    if (error.message !== problem) log(`${folder} is looked at every ${lookEveryMs / 1000} s: ${error.message}`)
    problem = error.message
  }
  const watch = () => {
    watcher?.close()
    watcher = undefined
    watched = identityOf(folder)
    if (watched === undefined) return
    try {
      watcher = fs.watch(folder, (_, name) => changed(name ?? undefined))
      watcher.on('error', fail)
      problem = ''
    } catch (error) {
      fail(error as Error)
    }
  }
  const check = () => {
    const replaced = identityOf(folder) !== watched
    if (replaced || !watcher) watch()
    if (replaced || !watcher) changed()
  }
  const timer = setInterval(() => {
    check()
    look?.()
  }, lookEveryMs)
  timer.unref()
  watch()

  return {
    check,
    stop: () => {
      clearInterval(timer)
      watcher?.close()
    },
  }
}
