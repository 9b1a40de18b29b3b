// Time for the shell's own waits, as a port: what is noticed when can then be checked without waiting for it.

export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Calls back once, `ms` from now at the earliest; returns a function that stops it. */
  after(ms: number, run: () => void): () => void
}

/** The longest a Node timer can count; a longer wait is woken early and looks again. */
const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), longestTimerMs))
    return () => clearTimeout(timer)
  },
}
