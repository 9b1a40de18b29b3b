// Which file or folder a path names: the same path may name another one later.
import * as fs from 'node:fs'

/** Device and number, or nothing where there is none, or it cannot be reached. */
export function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = fs.statSync(path, { bigint: true })
    return `${dev}/${ino}`
  } catch {
    return undefined
  }
}
