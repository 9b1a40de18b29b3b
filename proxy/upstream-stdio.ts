// The real MCP server as our child: started in its own process group, so that nothing of it outlives us.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

/** How long an upstream may take to end by itself when its input has ended, and when it was asked to, in milliseconds. */
const politeMs = 2_000
const graceMs = 5_000
/** How often an upstream's output is looked at that others keep open after it ended, in milliseconds. */
const leftoverMs = 500
/** What the watchdog gives an upstream to end by itself, and to end once asked, in seconds. */
const watchdogPatience = { eof: 1, term: 2 }

export type UpstreamExit = { code: number | null; signal: NodeJS.Signals | null }

export type Upstream = {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when the process is gone and its output has been read; rejects if it could not be started. */
  readonly exited: Promise<UpstreamExit>
  /** Passes a signal on to the whole group; kills the group if it does not end in time. */
  signal(signal: NodeJS.Signals): void
  /** The client closed its end: close the upstream's, and end it if it does not go by itself. */
  endInput(): void
  /** Kills whatever of the group is left. */
  sweep(): void
}

/** Starts `command`. Its stderr is ours, its environment is ours, its working directory is ours. */
export function startUpstream(command: string, args: readonly string[]): Upstream {
  const windows = process.platform === 'win32'
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A group of its own (setsid): one kill reaches npx, the shell it starts and the server in it.
    detached: !windows,
    windowsHide: true,
  })
  let watchdog: ChildProcess | undefined
  let swept = false
  let signalled = false
  const timers: NodeJS.Timeout[] = []

  const killGroup = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return
    try {
      if (windows) child.kill(signal)
      else process.kill(-child.pid, signal)
    } catch (error) {
      // Nobody is left, or only processes that took another user's rights, which are not ours to end.
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ESRCH' && code !== 'EPERM') throw error
    }
  }
  const killLater = (signal: NodeJS.Signals, ms: number) => {
    timers.push(setTimeout(() => killGroup(signal), ms).unref())
  }
  /** Its children may have kept its output open: end them, and do not wait for what left the group. */
  const closeOutput = () => {
    let seen = -1
    timers.push(
      setInterval(() => {
        killGroup('SIGKILL')
        // A client that does not read may take its time, but not once it has asked us to end.
        const unread = child.stdout.isPaused() && !signalled
        const read = unread ? -1 : (child.stdout as Socket).bytesRead
        if (!unread && read === seen) child.stdout.destroy()
        seen = read
      }, leftoverMs),
    )
  }

  const exited = new Promise<UpstreamExit>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', closeOutput)
    child.once('close', (code, signal) => {
      for (const timer of timers) clearTimeout(timer)
      resolve({ code, signal })
    })
  })
  exited.catch(() => undefined) // for whoever awaits it later
  child.once('spawn', () => {
    // Not before the first bytes have gone through: starting a process costs a millisecond that nobody should wait for.
    setImmediate(() => {
      const ended = swept || child.exitCode !== null || child.signalCode !== null
      if (!windows && child.pid !== undefined && !ended) watchdog = startWatchdog(child.pid)
    })
  })
  // A write into a pipe whose reader is gone: its exit is reported by `exited`.
  child.stdin.on('error', () => child.stdin.destroy())

  return {
    stdin: child.stdin,
    stdout: child.stdout,
    exited,
    signal: (signal) => {
      signalled = true
      killGroup(signal)
      killLater('SIGKILL', graceMs)
    },
    endInput: () => {
      child.stdin.end()
      killLater('SIGTERM', politeMs)
      killLater('SIGKILL', graceMs)
    },
    sweep: () => {
      swept = true
      killGroup('SIGKILL')
      watchdog?.stdin?.end('done\n')
      watchdog?.unref()
    },
  }
}

/**
 * A shell that waits on a pipe from us. If we end without saying so (kill -9, crash), it ends the upstream's group: a
 * server that ignores the end of its input must not go on working without anybody watching.
 */
function startWatchdog(group: number): ChildProcess {
  const { eof, term } = watchdogPatience
  const script = `read -r said; [ "$said" = done ] && exit; sleep ${eof}; kill -TERM -${group}; sleep ${term}; kill -KILL -${group}`
  const watchdog = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  watchdog.on('error', () => undefined) // no shell: the end of its input still reaches the upstream
  watchdog.stdin?.on('error', () => undefined)
  ;(watchdog.stdin as { unref?: () => void } | null)?.unref?.()
  watchdog.unref()
  return watchdog
}
