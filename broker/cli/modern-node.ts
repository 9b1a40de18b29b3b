// better-sqlite3 crashes the process on Node older than 22, so a command that opens the database moves to a newer Node
// first. Nothing here may import anything that would load it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tellParent, untilToldToStop } from './parent-and-signals.ts'
import { findProgramFile } from './program-files.ts'

const oldestMajor = 22

export type Runtime = { version: string; programFile: string; programFolder: string; args: readonly string[] }

/** True where this process can open the database itself. */
export const isModern = (version: string): boolean => Number(/^v?(\d+)/.exec(version)?.[1]) >= oldestMajor

/**
 * Runs the same command line on the Node that was installed with the program, with the same terminal, and resolves with
 * its exit code. Where there is none, the sentence that says what to do.
 */
export async function runOnModernNode(runtime: Runtime): Promise<{ code: number } | { problem: string }> {
  const node = findProgramFile('node', runtime.programFolder)
  if (!existsSync(node)) {
    return {
      problem: `Countersign needs Node ${oldestMajor} or newer for this; it was started with ${runtime.version}. Install a newer Node and try again.`,
    }
  }
  // The channel passes a host's "ready" on to whoever started us, and ends the child should we be killed.
  const child = spawn(node, [runtime.programFile, ...runtime.args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  child.on('message', (message) => tellParent(Object(message)))
  // A signal may have reached the child as well, and two would mean "at once": the end of the channel is not counted.
  void untilToldToStop().then(() => child.disconnect())
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve({ code: code ?? 1 }))
  })
}
