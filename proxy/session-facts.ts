// What identifies a session: a name of its own, and the program that started it.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'

/** Sorts by time, and cannot be guessed: `20261122-174751-9f3b2c4d5e6f`. */
export function sessionId(at: number): string {
  const time = new Date(at).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${time}-${crypto.randomBytes(6).toString('hex')}`
}

/** The name of the program that started us, where the system tells. */
export function parentProcess(): { parentProcess?: string } {
  try {
    return { parentProcess: path.basename(fs.readlinkSync(`/proc/${process.ppid}/exe`)) }
  } catch {
    return {} // not Linux: the process id alone has to do
  }
}
