// How far long work is, on one line that goes away when it is done. Only for a person who watches; logs and pipes get none.
import { grouped, type Terminal } from './terminal.ts'

export type Progress = {
  /** So much is done; draws at most some ten times a second. */
  at(done: number, total: number): void
  /** Takes the line away. */
  end(): void
}

const drawEveryMs = 100
const barWidth = 24

/** `what`: what is being done, such as `Checking events`. */
export function showProgress(err: Terminal, what: string, now: () => number = Date.now): Progress {
  if (!err.interactive) return { at: () => undefined, end: () => undefined }
  let drawn = 0
  let shown = false
  return {
    at: (done, total) => {
      if (now() - drawn < drawEveryMs) return
      drawn = now()
      shown = true
      const part = total > 0 ? Math.min(1, done / total) : 0
      const full = Math.round(part * barWidth)
      const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
      const text = `${what} ${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${grouped(done)} of ${grouped(total)}`
      err.write(`\r${err.width === undefined ? text : text.slice(0, err.width - 1)}`)
    },
    end: () => {
      if (shown) err.write('\r\x1b[K')
      shown = false
    },
  }
}
