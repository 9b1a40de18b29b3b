// One line into the operating system's log, by the program that each system has for it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export type SystemLogOptions = {
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  /** Where Linux takes lines; without it `logger` says nothing and still succeeds. */
  socket?: string
  /** How long the program may take, in milliseconds. */
  timeoutMs?: number
}

const tag = 'countersign'

/** The event number of our lines in the Windows log; 1 to 1000 are free for anyone. */
const windowsEvent = '7'

/** A function that writes a line and resolves with the name of the log. It rejects, with a sentence, if nothing was written. */
export function systemLog(options: SystemLogOptions): (line: string) => Promise<string> {
  const { platform, env, socket = '/dev/log', timeoutMs = 10_000 } = options
  return async (line) => {
    if (platform === 'win32') {
      const program = join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'eventcreate.exe')
      const what = ['/L', 'APPLICATION', '/T', 'INFORMATION', '/SO', tag, '/ID', windowsEvent, '/D', line]
      await run(program, what, env, timeoutMs)
      return 'Windows event log'
    }
    if (platform === 'linux' && !existsSync(socket)) throw new Error(`there is no system log here (${socket})`)
    await run('logger', ['-t', tag, line], env, timeoutMs)
    return 'syslog'
  }
}

function run(program: string, args: string[], env: SystemLogOptions['env'], timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...env },
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${program} ended with ${signal === null ? `code ${code}` : signal}`))
    })
  })
}
