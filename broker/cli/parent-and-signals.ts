// The ways in which a long-running command is told to stop: Ctrl+C, a signal, its terminal closing, or the script that
// started it going away. A second signal means at once; a script that passes the first one on does not.

/** Resolves the first time; a second signal ends the process with exit code 1. */
export function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let signalled = false
    const onSignal = () => {
      if (signalled) process.exit(1)
      signalled = true
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
    // Only where a script holds the other end of a channel; ends with it, so that nothing is left behind.
    process.once('disconnect', () => resolve())
  })
}

/** Sends a message to the script that started us with a channel, if one did and is still there. */
export function tellParent(message: object): void {
  // Gone by now: the end of the channel, which stops us, says so too.
  process.send?.(message, undefined, undefined, () => undefined)
}
