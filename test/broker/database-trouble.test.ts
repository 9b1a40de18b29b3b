// The database is locked, gone or cannot be written, at the start and while the broker runs. The spools are the record: calls
// and approvals go on, limits are not counted where the count would be lost, the person is told, and nothing is missing later.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../support/countersign.ts'
import { crashPolicy, createLane, type Lane, type ProxyRun } from '../support/crash-lane.ts'
import { whyNoMount } from '../support/small-disk.ts'

let lane: Lane
const undo: (() => unknown)[] = []
beforeEach(() => {
  lane = createLane()
  lane.home.writePolicy(
    'usual.yaml',
    `${crashPolicy}  - { id: twice, effect: allow, tools: count_*, limit: { max: 2, per: 1h } }\n`,
  )
  undo.push(() => lane.remove())
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(): Promise<TestBroker> {
  const broker = await startTestBroker(lane.home.home)
  undo.push(() => broker.stop())
  return broker
}

function startProxy(): ProxyRun {
  const proxy = lane.startProxy()
  undo.push(() => proxy.client.kill('SIGKILL'))
  return proxy
}

/** A read, a write that is allowed, and one that a person approves. */
async function works(broker: TestBroker, proxy: ProxyRun, mark: string): Promise<void> {
  expect(await proxy.call('get_note', `${mark}-1`)).toBe('ran')
  expect(await proxy.call('put_note', `${mark}-2`)).toBe('ran')
  const held = proxy.call('write_note', `${mark}-3`)
  const card = await broker.card(({ arguments: { mark: shown } }) => shown === `${mark}-3`)
  expect(await broker.approve(card)).toBe('ran')
  expect(await held).toBe('ran')
}

/** Another program's lock; resolves with what lets go of it. */
async function lock(mode: 'shared' | 'all'): Promise<() => Promise<void>> {
  const script = fileURLToPath(new URL('../fixtures/lock-database.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, lane.layout.database, mode], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  undo.push(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  expect(line).toBe('locked')
  return async () => {
    child.stdin.end()
    await exited
  }
}

const alerted = (broker: TestBroker, kind: string) =>
  broker.event('status.changed', ({ status }) => status.alerts.some((alert) => alert.kind === kind))

describe('locked by another program', () => {
  it('while it runs: everything goes on, the person is told once, and the log catches up', async () => {
    const broker = await start()
    const proxy = startProxy()
    await works(broker, proxy, 'before')
    const release = await lock('shared')
    await works(broker, proxy, 'meanwhile')
    await alerted(broker, 'database-behind')
    await works(broker, proxy, 'still')
    const changed = broker.event('calls.changed', ({ calls }) => calls.some(({ tool }) => tool === 'get_late'))
    await release()
    expect(await proxy.call('get_late', 'late')).toBe('ran')
    await changed
    expect(broker.status().alerts.filter(({ kind }) => kind === 'database-behind')).toHaveLength(1)
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
  })

  it('when it starts: it starts all the same, and reads what it could not', async () => {
    await (await start()).stop()
    const release = await lock('shared')
    const broker = await start()
    const proxy = startProxy()
    await works(broker, proxy, 'meanwhile')
    await release()
    await broker.event('calls.changed', ({ calls }) => calls.length > 0)
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
  })

  it('so that not even reading works: it does not start, and says what to do', async () => {
    await (await start()).stop()
    const release = await lock('all')
    await expect(start()).rejects.toMatchObject({
      code: 'database-locked',
      message: expect.stringMatching(/Another program has locked .*audit\.db.*start\s+Countersign again/s),
    })
    await release()
    await works(await start(), startProxy(), 'after')
  })
})

describe('deleted or replaced while it runs', () => {
  const ways: [what: string, work: (database: string) => void][] = [
    ['deleted', (database) => fs.rmSync(database)],
    ['moved away', (database) => fs.renameSync(database, `${database}.away`)],
    [
      'replaced',
      (database) => {
        fs.copyFileSync(database, `${database}.copy`)
        fs.renameSync(`${database}.copy`, database)
      },
    ],
  ]
  it.each(ways)(
    '%s: the person is told, calls and approvals go on, limits do not, and nothing is missing later',
    async (_, work) => {
      const broker = await start()
      const proxy = startProxy()
      await works(broker, proxy, 'before')
      expect(await proxy.call('count_one', 'one')).toBe('ran')
      work(lane.layout.database)
      // What is counted in a file that is gone would be forgotten: a person is asked instead.
      const uncounted = proxy.call('count_two', 'two')
      expect(await broker.refuse(await broker.card(({ tool }) => tool === 'count_two'))).toBe('refused')
      expect(await uncounted).toBe('blocked')
      await alerted(broker, 'database-gone')
      await works(broker, proxy, 'meanwhile')
      await proxy.end()
      await broker.stop()
      const next = await start()
      await next.stop()
      expect(lane.check(true)).toEqual([])
    },
  )
})

it('a spool that is deleted while its proxy runs: nothing of that session runs any more, and the person is told', async () => {
  const broker = await start()
  const proxy = startProxy()
  await works(broker, proxy, 'before')
  const changed = broker.event('calls.changed', ({ calls }) => calls.some(({ tool }) => tool === 'write_note'))
  await changed
  const [own = ''] = fs.readdirSync(lane.layout.spool).filter((name) => /^\d/.test(name))
  fs.rmSync(`${lane.layout.spool}/${own}`)
  for (const tool of ['get_note', 'put_note', 'write_note']) {
    expect([tool, await proxy.call(tool, `after-${tool}`)]).toEqual([tool, 'unrecorded'])
  }
  expect(proxy.client.lines.at(-1)?.text).toContain('was moved, replaced or deleted')
  const { status } = await alerted(broker, 'spool-damaged')
  expect(status.alerts).toMatchObject([{ kind: 'spool-damaged', detail: expect.stringMatching(`^${own}: gone \\(`) }])
  // Others are not concerned.
  await works(broker, startProxy(), 'others')
})

describe.skipIf(whyNoMount() !== undefined)('on a file that cannot be written', () => {
  it('it does not start, names the file, and changes nothing', async () => {
    await (await start()).stop()
    const { database } = lane.layout
    const before = fs.readFileSync(database)
    execFileSync('mount', ['--bind', database, database])
    undo.push(() => execFileSync('umount', ['-l', database]))
    execFileSync('mount', ['-o', 'remount,bind,ro', database])
    await expect(start()).rejects.toMatchObject({
      code: 'home-unwritable',
      message: expect.stringMatching(/audit\.db cannot be used: .*Nothing was changed/s),
    })
    expect(fs.readFileSync(database).equals(before)).toBe(true)
  })
})
