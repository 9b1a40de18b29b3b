// The app is closed, comes up, is killed: what runs, what is refused, and that the record is whole afterwards.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAuditDatabase } from '../../broker/audit/database.ts'
import { verifyAudit } from '../../broker/audit/verify.ts'
import { layoutHere } from '../../broker/paths.ts'
import { createHome, newest, proxied, startTestBroker, type TestHome } from '../support/countersign.ts'
import { type RawClient, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

let home: TestHome
let witness: Witness
let clients: RawClient[]

beforeEach(() => {
  home = createHome()
  witness = createWitness()
  clients = []
})

afterEach(async () => {
  for (const client of clients) {
    client.end()
    await client.exited
  }
  home.remove()
  witness.remove()
})

function client(options: string[] = []): RawClient {
  const started = startRaw(proxied(witness.command, options), { env: { ...home.env, ...witness.env } })
  clients.push(started)
  return started
}

const call = (name: string, args: object = {}) => ({ name, arguments: args })
const resultOf = (message: unknown) =>
  (message as { result: { isError?: boolean; content: { text: string }[] } }).result

function verify() {
  const layout = layoutHere(home.home)
  const db = openAuditDatabase(layout.database, { readonly: true })
  try {
    return verifyAudit(db, { spoolFolder: layout.spool })
  } finally {
    db.close()
  }
}

it('refuses everything before a policy was ever published, and says what to do', async () => {
  const { message } = await client().request('tools/call', call('get_note'))
  expect(resultOf(message).isError).toBe(true)
  expect(resultOf(message).content[0]?.text).toContain('countersign serve')
  expect(witness.calls()).toEqual([])
})

it('closed: allowed calls run, held ones are refused with how to start it; started again, it has every event', async () => {
  await (await startTestBroker(home.home)).stop()

  const agent = client()
  expect(resultOf((await agent.request('tools/call', call('get_note'))).message).isError).not.toBe(true)
  const held = resultOf((await agent.request('tools/call', call('write_note'))).message)
  expect(held.isError).toBe(true)
  expect(held.content[0]?.text).toContain('countersign serve')
  expect(witness.calls()).toMatchObject([{ name: 'get_note' }])
  agent.end()
  await agent.exited

  const broker = await startTestBroker(home.home)
  const { calls } = await broker.ask('activity.search', newest(10))
  expect(calls.map(({ tool, outcome }) => [tool, outcome])).toEqual([
    ['write_note', 'never-shown'],
    ['get_note', 'allowed-by-default'],
  ])
  await broker.stop()
  expect(verify()).toMatchObject({ ok: true, problems: [] })
})

it('an edited row is named', async () => {
  const broker = await startTestBroker(home.home)
  const agent = client()
  await agent.request('tools/call', call('get_note'))
  agent.end()
  await agent.exited
  await broker.event('calls.changed', ({ calls }) => calls.some(({ outcome }) => outcome === 'allowed-by-default'))
  await broker.stop()
  expect(verify().ok).toBe(true)

  const db = new Database(layoutHere(home.home).database)
  db.exec('DROP TRIGGER IF EXISTS event_no_update')
  for (const { name } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() as {
    name: string
  }[]) {
    db.exec(`DROP TRIGGER ${name}`)
  }
  const { seq } = db.prepare("SELECT seq FROM event WHERE type = 'call.decided'").get() as { seq: number }
  db.prepare("UPDATE event SET data = replace(data, 'get_note', 'put_note') WHERE seq = ?").run(seq)
  db.close()
  const report = verify()
  expect(report.ok).toBe(false)
  expect(report.problems[0]).toMatchObject({ where: 'event', place: expect.stringContaining(String(seq)) })
})

it('kill -9 of the broker with 20 calls held: none runs, each is answered, the next start settles the record', async () => {
  const script = fileURLToPath(new URL('../fixtures/broker-process.ts', import.meta.url))
  const broker = spawn(process.execPath, [script, home.home], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = createInterface({ input: broker.stdout })
  await once(said, 'line')

  const agent = client()
  const held = Array.from({ length: 20 }, (_, n) => agent.request('tools/call', call('write_note', { n })))
  await new Promise<void>((resolve) => {
    said.on('line', (line) => {
      if (line === 'waiting 20') resolve()
    })
  })
  broker.kill('SIGKILL')
  for (const answer of held) expect(resultOf((await answer).message).isError).toBe(true)
  // The proxy is as good as before: what needs nobody runs on.
  expect(resultOf((await agent.request('tools/call', call('get_note'))).message).isError).not.toBe(true)
  expect(witness.calls()).toMatchObject([{ name: 'get_note' }])

  const next = await startTestBroker(home.home)
  const { calls } = await next.ask('activity.search', newest(50))
  expect(calls.filter(({ tool }) => tool === 'write_note')).toHaveLength(20)
  expect(new Set(calls.filter(({ tool }) => tool === 'write_note').map(({ outcome }) => outcome))).toEqual(
    new Set(['cancelled']),
  )

  // And the proxy finds the new one by itself.
  const answer = agent.request('tools/call', call('write_note', { n: 'again' }))
  await next.approve(await next.card())
  expect(resultOf((await answer).message).isError).not.toBe(true)
  await next.stop()
  expect(verify()).toMatchObject({ ok: true })
})
