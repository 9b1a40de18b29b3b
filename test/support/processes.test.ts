// What "alive" means must not depend on who reaps whom.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { descendants, isAlive, waitForExit } from './processes.ts'

describe('processes', () => {
  it('tells the living from the gone', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
    const pid = child.pid ?? 0
    expect(isAlive(pid)).toBe(true)
    expect(descendants(process.pid)).toContain(pid)
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    expect(isAlive(pid)).toBe(false)
    expect(descendants(process.pid)).not.toContain(pid)
  })

  it('counts a zombie as gone', async () => {
    // The shell becomes a sleep that never reaps the child it inherited.
    const shell = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'])
    try {
      const [text] = await once(shell.stdout, 'data')
      const zombie = Number(String(text))
      await waitForExit(zombie)
      expect(() => process.kill(zombie, 0)).not.toThrow()
      expect(isAlive(zombie)).toBe(false)
    } finally {
      shell.kill('SIGKILL')
    }
  })

  it('gives up waiting with the name of the process', async () => {
    await expect(waitForExit(process.pid, 1)).rejects.toThrow(`process ${process.pid} still runs`)
  })

  it('finds grandchildren', async () => {
    const shell = spawn('/bin/sh', ['-c', '(sleep 60 & echo $!; wait) & wait'])
    const [text] = await once(shell.stdout, 'data')
    const grandchild = Number(String(text))
    const pids = descendants(shell.pid ?? 0)
    expect(pids).toContain(grandchild)
    expect(pids.length).toBeGreaterThanOrEqual(2)
    shell.kill('SIGKILL')
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    await Promise.all(pids.map((pid) => waitForExit(pid)))
  })
})
