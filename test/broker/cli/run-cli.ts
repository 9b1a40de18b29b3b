// Runs the real command line as its own process, as a person or a script would.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const cliFile = fileURLToPath(new URL('../../../broker/cli/main.ts', import.meta.url))

export type CliEnd = { code: number | null; out: string; err: string }
export type RunningCli = {
  child: ChildProcess
  /** Resolves with the first match in what was printed so far, or rejects when the process ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<CliEnd>
}

/** A data folder of its own, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function startCli(args: readonly string[], home: string, env: NodeJS.ProcessEnv = {}): RunningCli {
  const child = spawn(process.execPath, [cliFile, ...args], {
    env: { ...process.env, COUNTERSIGN_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [out, err] = ['', '']
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of waiting) check()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
    look()
  })
  const ended = new Promise<CliEnd>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }))
  })
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const check = () => {
        const match = pattern.exec(out) ?? pattern.exec(err)
        if (match === null) return
        waiting.delete(check)
        resolve(match)
      }
      waiting.add(check)
      void ended.then((end) => reject(new Error(`ended without ${pattern}: ${JSON.stringify(end)}`)))
      check()
    })
  return { child, printed, ended }
}

export const runCli = (args: readonly string[], home: string, env: NodeJS.ProcessEnv = {}): Promise<CliEnd> =>
  startCli(args, home, env).ended
