// Questions about other processes that "no orphans, ever" is tested with. A zombie counts as dead: where nobody reaps
// orphans (containers), it would otherwise look alive for ever.

import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

type ProcStat = { parent: number; state: string }

/** Parent and state letter of a process, or undefined where there is no such process or no /proc. */
function procStat(pid: number): ProcStat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return undefined
    throw error
  }
  // The name field may hold spaces and parentheses; what follows its last ")" may not.
  const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(parent), state }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Whether the process runs. Zombies do not; processes of other users do. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false
    if (!isCode(error, 'EPERM')) throw error
  }
  const state = procStat(pid)?.state
  return state !== 'Z' && state !== 'X'
}

/**
 * Resolves when the process has gone. Polls, because no event tells of the end of a process that is not a child.
 * Rejects after `timeoutMs` (10 s), naming the process.
 */
export async function waitForExit(pid: number, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} still runs after ${timeoutMs} ms`)
    await pause(20)
  }
}

/**
 * Pids of all living children, their children, and so on, parents first. Linux only (/proc). Ask before killing `pid`:
 * orphans are adopted by others and are no longer its descendants.
 */
export function descendants(pid: number): number[] {
  const childrenOf = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = procStat(Number(name))
    if (stat === undefined || stat.state === 'Z') continue
    childrenOf.set(stat.parent, [...(childrenOf.get(stat.parent) ?? []), Number(name)])
  }
  const found: number[] = []
  const queue = [pid]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const children = childrenOf.get(next) ?? []
    found.push(...children)
    queue.push(...children)
  }
  return found
}
