// A disk that is full: what cannot be recorded is refused with the reason and does not run, what was asked cannot be approved
// unrecorded, the log stays whole, and with room everything goes on. On a small real file system where one can be mounted,
// and everywhere with a limit on the size of files.
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestBroker } from '../support/countersign.ts'
import type { SentCall } from '../support/crash-check.ts'
import { crashPolicy, createLane, type Lane, type ProxyRun } from '../support/crash-lane.ts'
import { mountSmallDisk, whyNoMount } from '../support/small-disk.ts'

const noMount = whyNoMount()
if (noMount !== undefined) console.log(`no small file system is tried: ${noMount}`)

let lane: Lane
const undo: (() => unknown)[] = []
beforeEach(() => {
  lane = createLane()
  undo.push(() => lane.remove())
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

let count = 0
/** A call of each kind; resolves with what was told of each, by tool. */
async function oneOfEach(proxy: ProxyRun, tools = ['get_note', 'put_note', 'write_note']) {
  const told: Record<string, string> = {}
  for (const tool of tools) {
    count += 1
    told[tool] = await proxy.call(tool, `m${count}`)
  }
  return told
}
const all = (word: SentCall['told']) => ({ get_note: word, put_note: word, write_note: word })

/** The last page of a file has room on a full disk: calls go on until it is used up. */
async function untilRefused(proxy: ProxyRun): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    count += 1
    if ((await proxy.call('get_note', `m${count}`)) === 'unrecorded') return
  }
  throw new Error('50 calls were recorded on a full disk')
}

function startedBroker() {
  const broker = lane.startBroker()
  undo.push(() => broker.kill())
  return broker
}
function startedProxy() {
  const proxy = lane.startProxy()
  undo.push(() => void proxy.client.kill('SIGKILL'))
  return proxy
}

describe.skipIf(noMount !== undefined)('a small file system', () => {
  /** The data folder on a disk of its own. */
  function homeOnDisk(megabytes: number) {
    fs.rmSync(lane.home.home, { recursive: true })
    fs.mkdirSync(lane.home.home)
    const disk = mountSmallDisk(lane.home.home, megabytes)
    undo.push(disk.remove)
    fs.mkdirSync(join(lane.home.home, 'policies'))
    lane.home.writePolicy('usual.yaml', crashPolicy)
    fs.mkdirSync(lane.layout.spool)
    return disk
  }

  it('that is full refuses what cannot be recorded, and goes on when there is room', async () => {
    const disk = homeOnDisk(8)
    const broker = startedBroker()
    await broker.line('ready')
    const proxy = startedProxy()
    expect(await oneOfEach(proxy)).toEqual(all('ran'))
    for (let round = 0; round < 3; round += 1) {
      disk.fill()
      await untilRefused(proxy)
      expect(await oneOfEach(proxy)).toEqual(all('unrecorded'))
      expect(proxy.client.lines.at(-1)?.text).toContain('ENOSPC')
      disk.free()
      expect(await oneOfEach(proxy)).toEqual(all('ran'))
      expect(lane.check(false)).toEqual([])
    }
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
  })

  it('that is full when the person answers: nothing is approved unrecorded, and the answer can be given again', async () => {
    const disk = homeOnDisk(8)
    const broker = await startTestBroker(lane.home.home)
    undo.push(() => broker.stop())
    const proxy = startedProxy()
    const held = proxy.call('write_note', 'held')
    const card = await broker.card()
    disk.fill()
    // The last page of its record has room still.
    const isFull = () => broker.status().alerts.some(({ kind }) => kind === 'unrecorded')
    for (let tries = 0; tries < 50 && !isFull(); tries += 1) broker.alert('test', 'x')
    expect(isFull()).toBe(true)
    await expect(broker.approve(card)).rejects.toThrow('cannot be written')
    await expect(broker.refuse(card)).rejects.toThrow('cannot be written')
    expect(lane.ran()).toEqual(new Map())
    disk.free()
    expect(await broker.approve(card)).toBe('ran')
    expect(await held).toBe('ran')
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
  })

  it('with the database alone on it: calls and approvals go on, the person is told, and the log catches up', async () => {
    const disk = homeOnDisk(6)
    const spools = mountSmallDisk(lane.layout.spool, 8)
    undo.push(spools.remove)
    const broker = startedBroker()
    await broker.line('ready')
    const proxy = startedProxy()
    expect(await oneOfEach(proxy)).toEqual(all('ran'))
    disk.fill()
    for (let round = 0; round < 40 && !broker.lines.includes('alert database-behind'); round += 1) {
      expect(await oneOfEach(proxy)).toEqual(all('ran'))
    }
    await broker.line('alert database-behind')
    expect(await oneOfEach(proxy)).toEqual(all('ran'))
    disk.free()
    expect(await oneOfEach(proxy)).toEqual(all('ran'))
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
  })
})

describe('a limit on the size of files', () => {
  const limit = (pid: number | undefined, bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`])
  const largest = (folder: string, which: RegExp) =>
    Math.max(
      ...fs
        .readdirSync(folder)
        .filter((name) => which.test(name))
        .map((name) => fs.statSync(join(folder, name)).size),
    )

  it('of the proxy: refused in the middle of a line, then on with a whole chain', async () => {
    const broker = startedBroker()
    await broker.line('ready')
    const proxy = startedProxy()
    expect(await oneOfEach(proxy)).toEqual(all('ran'))
    for (const room of [0, 100, 400]) {
      limit(proxy.client.pid, largest(lane.layout.spool, /^\d/) + room)
      expect(await oneOfEach(proxy)).toEqual(all('unrecorded'))
      limit(proxy.client.pid, 'unlimited')
      expect(await oneOfEach(proxy)).toEqual(all('ran'))
    }
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
  })

  it('of the broker’s record: nothing more is approved, allowed calls run, and with room it goes on', async () => {
    const broker = startedBroker()
    await broker.line('ready')
    const proxy = startedProxy()
    expect(await oneOfEach(proxy)).toEqual(all('ran'))
    limit(broker.pid, largest(lane.layout.spool, /^broker-/))
    expect(await oneOfEach(proxy, ['get_note', 'put_note'])).toEqual({ get_note: 'ran', put_note: 'ran' })
    expect(await oneOfEach(proxy, ['write_note'])).toEqual({ write_note: 'blocked' })
    limit(broker.pid, 'unlimited')
    expect(await oneOfEach(proxy)).toEqual(all('ran'))
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
  })
})
