// A clock that is set back by an hour, or forward by a year, in the middle of it all: the order of the log is that of the
// spools, calls keep names of their own, chains hold, and calls run as before.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAuditDatabase } from '../../broker/audit/database.ts'
import { createLane, type Lane, type ProxyRun } from '../support/crash-lane.ts'

const hour = 3_600_000
const year = 365 * 24 * hour

let lane: Lane
const running: { kill(): unknown }[] = []
beforeEach(() => {
  lane = createLane()
})
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.kill()
  lane.remove()
})

const jumps: [what: string, shifts: number[]][] = [
  ['an hour back', [-hour]],
  ['a year forward', [year]],
  ['back and forth', [-hour, year, 0, -year]],
]

it.each(jumps)('%s', async (_, shifts) => {
  const { preload, shift } = lane.clock
  let count = 0
  const runs = async (proxy: ProxyRun) => {
    for (const tool of ['get_note', 'put_note', 'write_note']) {
      count += 1
      expect([count, tool, await proxy.call(tool, `m${count}`)]).toEqual([count, tool, 'ran'])
    }
  }
  const start = async () => {
    const broker = lane.startBroker(preload)
    running.push(broker)
    await broker.line('ready')
    return broker
  }
  const startProxy = () => {
    const proxy = lane.startProxy(preload)
    running.push({ kill: () => proxy.client.kill('SIGKILL') })
    return proxy
  }
  shift(0)
  let broker = await start()
  const first = startProxy()
  await runs(first)
  for (const ms of shifts) {
    shift(ms)
    await runs(first)
    // Who comes now, and a broker that starts now, begin with the clock as it is.
    const other = startProxy()
    await runs(other)
    await broker.kill()
    broker = await start()
    await runs(other)
    await runs(first)
    expect(lane.check(false)).toEqual([])
    await other.end()
  }
  await first.end()
  await broker.stop()
  expect(lane.check(true)).toEqual([])

  const db = openAuditDatabase(lane.layout.database, { readonly: true })
  try {
    const ids = db.prepare<[], { id: number; at: number }>('SELECT id, received_at AS at FROM call ORDER BY id').all()
    expect(ids.length).toBe(count)
    expect(ids.every(({ id }) => Number.isSafeInteger(id))).toBe(true)
    // The order of the list is that of the clock; the order of the chain is that of each session's lines.
    expect(ids.map(({ at }) => at)).toEqual(ids.map(({ at }) => at).sort((a, b) => a - b))
    const lines = db
      .prepare<[], { session: number; n: number }>('SELECT session, n FROM event ORDER BY session, seq')
      .all()
    const next = new Map<number, number>()
    for (const { session, n } of lines) {
      expect(n).toBe(next.get(session) ?? 0)
      next.set(session, n + 1)
    }
  } finally {
    db.close()
  }
})
