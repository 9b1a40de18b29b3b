// kill -9 at every step of writing a spool in parts: what was said to be on record is, the chain goes on over the parts, and
// what was half-written costs nothing but itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { openAuditDatabase } from '../../broker/audit/database.ts'
import { createIngest } from '../../broker/audit/ingest.ts'
import { verifyAudit } from '../../broker/audit/verify.ts'
import { createLane, killNth } from '../support/crash-lane.ts'

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
const events = 15

type Step = [kind: string, nth: number, when: string]
const steps: Step[] = [
  ['write', 1, 'before'],
  ['write', 1, 'half'],
  ...Array.from({ length: long ? events : 4 }, (_, index): Step => ['write', 2 + index, 'half']),
  ...Array.from({ length: long ? events : 2 }, (_, index): Step => ['write', 3 + index * 2, 'after']),
  ...Array.from({ length: long ? 5 : 3 }, (_, index): Step => ['open', 1 + index, 'before']),
  ...Array.from({ length: long ? 5 : 3 }, (_, index): Step => ['open', 1 + index, 'after']),
  ...Array.from({ length: long ? 8 : 3 }, (_, index): Step => ['disk', 1 + index, 'before']),
  ...Array.from({ length: long ? 8 : 2 }, (_, index): Step => ['disk', 2 + index, 'after']),
]

it.each(steps)('killed at %s %i, %s it', async (kind, nth, when) => {
  const home = fs.mkdtempSync(join(tmpdir(), 'countersign-spool-'))
  onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }))
  const folder = join(home, 'spool')
  fs.mkdirSync(folder)
  const child = spawn(
    process.execPath,
    ['--require', fixture('kill-nth.cjs'), fixture('spool-child.ts'), folder, 's', `${events}`],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...killNth({ kind, nth, when }).env } },
  )
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
  })
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  // A step that never comes would be a test of nothing.
  expect([signal, said.includes('done')]).toEqual(['SIGKILL', false])
  const flushed = Number(/flushed (\d+)\n(?!.*flushed)/s.exec(said)?.[1] ?? 0)

  const db = openAuditDatabase(join(home, 'audit.db'))
  onTestFinished(() => void db.close())
  const { damaged, calls } = createIngest(db, { spoolFolder: folder, now: () => Date.now() + 60_000 }).ingestAll()
  expect(damaged.filter(({ problem }) => problem !== 'unfinished')).toEqual([])
  expect(damaged.length).toBe(when === 'half' ? 1 : 0)
  expect([flushed, flushed + 1]).toContain(calls.length)
  expect(verifyAudit(db, { spoolFolder: folder }).problems).toEqual([])
})

it.runIf(long)(
  'a real proxy goes on in a second part at 64 MB, and no call is lost',
  { timeout: 300_000 },
  async () => {
    const lane = createLane()
    onTestFinished(() => lane.remove())
    const broker = lane.startBroker()
    await broker.line('ready')
    const proxy = lane.startProxy()
    const isSecond = () => fs.readdirSync(lane.layout.spool).some((name) => name.endsWith('+2.jsonl'))
    let calls = 0
    for (let more = 3; more > 0; more -= isSecond() ? 1 : 0) {
      const wave = Array.from({ length: 250 }, () => {
        calls += 1
        return proxy.client.request('tools/call', { name: 'get_note', arguments: { text: 'x'.repeat(3_000) } }, calls)
      })
      await Promise.all(wave)
    }
    await proxy.end()
    await broker.stop()
    expect(lane.check(true)).toEqual([])
    const db = openAuditDatabase(lane.layout.database, { readonly: true })
    onTestFinished(() => void db.close())
    const count = (type: string) => db.prepare('SELECT count(*) FROM event WHERE type = ?').pluck().get(type)
    expect([count('call.decided'), count('call.answered')]).toEqual([calls, calls])
  },
)
