// The ways in which a long-running command is told to stop: Ctrl+C, a signal, its terminal closing, or the script that
// started it going away. Being told twice means at once.

/** Resolves the first time; the second time ends the process with exit code 1. */
export function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let told = false
    const stop = () => {
      if (told) process.exit(1)
      told = true
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
    // Only where a script holds the other end of a channel; ends with it, so that nothing is left behind.
    process.once('disconnect', () => {
      if (!told) stop()
    })
  })
}
