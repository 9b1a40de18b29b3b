// Runs something when there is a reason to, but not more often than its pace, and never twice at once.

export type Paced = {
  /** There is a reason: it runs now, or as soon as its pace allows. */
  readonly poke: () => void
  readonly stop: () => void
}

/** @param gap least time from one beginning to the next, in milliseconds @param run must not throw */
export function paced(gap: number, run: () => Promise<void>): Paced {
  let due = false
  let busy = false
  let stopped = false
  let last = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  const next = (): void => {
    if (stopped || busy || !due || timer !== undefined) return
    const wait = last + gap - performance.now()
    if (wait > 0) {
      timer = setTimeout(() => {
        timer = undefined
        next()
      }, wait)
      return
    }
    due = false
    busy = true
    last = performance.now()
    void run().finally(() => {
      busy = false
      next()
    })
  }
  return {
    poke: () => {
      due = true
      next()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
