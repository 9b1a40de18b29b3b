// When a file that changes may be read. A save is several steps, and only the last one says what was meant: so it is waited
// for, but never for long, because what a person saves must be in force within half a second.

/** Without a change for this long, a file is read. */
const settleMs = 40
/** It is read at the latest this long after its first change, however often it changes. */
const longestMs = 100
/** Where what was read may be one half of a save: nobody who writes in steps pauses this long between them. */
const quietMs = 250
const longestQuietMs = 300

export type Settling = {
  touched(name: string): void
  stop(): void
}

/** Changed at `first` and `last`, milliseconds on a monotonic clock. `unsure`: it was read, and not believed. */
type Changed = { first: number; last: number; unsure: boolean; longest: number }

/**
 * Calls `settled` with the names that have settled; `quiet` tells that this one will not get any quieter. It returns those
 * it is unsure of, and gets them again when they are quiet, or when they have changed and settled. Must not throw.
 */
export function createSettling(settled: (due: ReadonlyMap<string, { quiet: boolean }>) => string[]): Settling {
  const changed = new Map<string, Changed>()
  let timer: NodeJS.Timeout | undefined

  const dueAt = ({ first, last, unsure, longest }: Changed) =>
    Math.min(last + (unsure ? quietMs : settleMs), first + longest)
  const wait = () => {
    clearTimeout(timer)
    if (changed.size === 0) return
    const next = Math.min(...[...changed.values()].map(dueAt))
    timer = setTimeout(look, Math.max(0, Math.ceil(next - performance.now())))
  }
  const look = () => {
    const now = performance.now()
    const due = [...changed].filter(([, one]) => dueAt(one) <= now)
    for (const [name] of due) changed.delete(name)
    const before = new Map(due)
    const unsure = settled(
      new Map(due.map(([name, one]) => [name, { quiet: one.unsure || now >= one.first + longestQuietMs }])),
    )
    for (const name of unsure) {
      const one = before.get(name)
      if (one) changed.set(name, { ...one, unsure: true, longest: longestQuietMs })
    }
    wait()
  }

  return {
    touched: (name) => {
      const last = performance.now()
      const one = changed.get(name)
      changed.set(name, { first: one?.first ?? last, last, unsure: false, longest: one?.longest ?? longestMs })
      wait()
    },
    stop: () => {
      clearTimeout(timer)
      changed.clear()
    },
  }
}
