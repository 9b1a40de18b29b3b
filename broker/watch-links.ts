// Notices changes behind links. Dotfile managers keep policies elsewhere and link to them; a watch on the folder of the
// link sees nothing of what happens there.
import * as fs from 'node:fs'
import * as path from 'node:path'

export type WatchedLinks = {
  /** Watches these places (relative to `within`), by key, and none of those before. Never throws. */
  follow(places: ReadonlyMap<string, string>): void
  stop(): void
}

const mostLinks = 40

type Watched = { watcher: fs.FSWatcher | undefined; keys: Map<string, Set<string>> }

export type WatchLinksOptions = {
  /** The folder that all places are under. What leads to it is not watched. */
  within: string
  /** This place may now hold, or lead to, something else. */
  changed(key: string): void
  log(line: string): void
}

/** Watches links, what they lead to, and the place of the topmost folder under `within`, link or not. */
export function watchLinks({ within, changed, log }: WatchLinksOptions): WatchedLinks {
  const top = fs.realpathSync(within)
  let watched = new Map<string, Watched>()
  let problem = ''

  const failed = ({ message }: Error) => {
    if (message !== problem) log(`changes behind links are looked for now and then: ${message}`)
    problem = message
  }
  const watch = (folder: string, heard: (name: string | null) => void): fs.FSWatcher | undefined => {
    try {
      const watcher = fs.watch(folder, (_, name) => heard(name))
      watcher.on('error', (error) => {
        watcher.close()
        failed(error)
      })
      return watcher
    } catch (error) {
      failed(error as Error)
      return undefined
    }
  }

  return {
    follow: (places) => {
      const next = new Map<string, Watched>()
      for (const [key, place] of places) {
        for (const [folder, name] of waysTo(top, place)) {
          const id = `${identityOf(folder)} ${folder}`
          const one = next.get(id) ?? { watcher: undefined, keys: new Map<string, Set<string>>() }
          next.set(id, one)
          one.keys.set(name, (one.keys.get(name) ?? new Set()).add(key))
        }
      }
      for (const [id, { watcher }] of watched) if (!next.has(id)) watcher?.close()
      for (const [id, one] of next) {
        const folder = id.slice(id.indexOf(' ') + 1)
        one.watcher =
          watched.get(id)?.watcher ??
          watch(folder, (name) => {
            const { keys } = watched.get(id) ?? one
            const hit = name === null ? [...keys.values()] : [keys.get(name) ?? []]
            for (const key of new Set(hit.flatMap((some) => [...some]))) changed(key)
          })
      }
      watched = next
    },
    stop: () => {
      for (const { watcher } of watched.values()) watcher?.close()
      watched.clear()
    },
  }
}

/**
 * Folder and name of whatever decides where `place` leads: its first part, every link on the way, and what the last link
 * leads to. Nothing in the root folder, which is too busy to be watched.
 */
function waysTo(top: string, place: string): [folder: string, name: string][] {
  const ways: [string, string][] = []
  let at = top
  let links = 0
  let rest = partsOf(place)
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const target = targetOf(path.join(at, name))
    const decides = target !== undefined || ways.length === 0 || (links > 0 && rest.length === 0)
    if (decides && at !== path.parse(at).root) ways.push([at, name])
    if (target === undefined) {
      at = path.join(at, name)
      continue
    }
    links += 1
    if (links > mostLinks) break
    const { root } = path.parse(target)
    if (root !== '') at = root
    rest = [...partsOf(target.slice(root.length)), ...rest]
  }
  return ways
}

const partsOf = (place: string): string[] => place.split(path.sep).filter((part) => part !== '' && part !== '.')

function targetOf(place: string): string | undefined {
  try {
    return fs.readlinkSync(place)
  } catch {
    return undefined // no link, or nothing there
  }
}

/** Another folder under the same path needs another watch. */
function identityOf(folder: string): string {
  try {
    const { dev, ino } = fs.statSync(folder, { bigint: true })
    return `${dev}/${ino}`
  } catch {
    return 'nowhere'
  }
}
