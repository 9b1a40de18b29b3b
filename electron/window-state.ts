// Where the window was, kept between runs. Nothing here is precious: a damaged file costs the position, never the start.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

/** Device-independent pixels, as Electron's screen and window modules use them. */
export type Bounds = { x: number; y: number; width: number; height: number }

const windowState = z.strictObject({
  bounds: z.strictObject({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() }).optional(),
  maximized: z.boolean(),
  /** Whether the person was told once that closing the window keeps the app in the tray. */
  trayExplained: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

export const minimumSize = { width: 420, height: 480 } as const
const firstSize = { width: 1280, height: 800 } as const
/** So much of the window's top edge must be on a screen for a person to be able to drag it. */
const handle = { width: 120, height: 40 } as const

const fresh: WindowState = { maximized: false, trayExplained: false }

/** Reads the state; a missing file is a first start, an unreadable one is reported and treated as a first start. */
export const readWindowState = (file: string, log: (line: string) => void): WindowState => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      log(`The window's position could not be read: ${String(error)}`)
    }
    return fresh
  }
  try {
    return windowState.parse(JSON.parse(text))
  } catch {
    log(`The window's position in ${path.basename(file)} is damaged; starting with the default.`)
    return fresh
  }
}

/** Writes the state atomically. Throws what the file system throws. */
export const writeWindowState = (file: string, state: WindowState): void => {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.tmp`
  writeFileSync(temporary, `${JSON.stringify(state)}\n`, { mode: 0o600 })
  renameSync(temporary, file)
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, Math.max(low, high)))

const grabbable = (bounds: Bounds, area: Bounds) => {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  const below = area.y + area.height - bounds.y
  return across >= handle.width && bounds.y >= area.y && below >= handle.height
}

/**
 * Bounds that a person can see and drag: the kept ones where a work area still holds their top edge, else centred on
 * the first work area. Never smaller than the minimum, never larger than the screen.
 *
 * @param areas work areas of the displays, the primary first
 */
export const visibleBounds = (kept: Bounds | undefined, areas: readonly [Bounds, ...Bounds[]]): Bounds => {
  const home = kept === undefined ? undefined : areas.find((area) => grabbable(kept, area))
  const area = home ?? areas[0]
  const width = clamp(kept?.width ?? firstSize.width, minimumSize.width, area.width)
  const height = clamp(kept?.height ?? firstSize.height, minimumSize.height, area.height)
  if (kept !== undefined && home !== undefined) return { x: kept.x, y: kept.y, width, height }
  return {
    x: Math.round(area.x + (area.width - width) / 2),
    y: Math.round(area.y + (area.height - height) / 2),
    width,
    height,
  }
}
