// Nothing runs unrecorded: what happens to calls while the audit spool cannot be written, and after it can be again.
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import {
  allowAll,
  type Bench,
  callTool,
  createBench,
  decisionOf,
  fixture,
  textOf,
  toolCall,
  usual,
} from './support/proxy.ts'

let bench: Bench
beforeEach(() => {
  bench = createBench()
})
afterEach(() => bench.remove())

async function refusedUnrecorded(client: RawClient, id: number, name: string): Promise<void> {
  const answer = await callTool(client, id, name)
  expect(decisionOf(answer)).toMatchObject({ decision: 'no-record', retry: 'later' })
  expect(textOf(answer)).toContain('cannot be put on record')
  expect((await client.request('tools/list', {}, `list ${id}`)).text).toContain('write_thing')
}
const ran = () => bench.witness.calls().map((call) => call.name)

it('a spool folder that is a file: calls are refused until it is a folder, and the record then begins at its beginning', async () => {
  writeFileSync(join(bench.home, 'spool'), '')
  const client = bench.start({ policy: usual })
  await client.request('initialize', { protocolVersion: '2025-11-25', clientInfo: { name: 'me', version: '1' } }, 'i')
  await refusedUnrecorded(client, 1, 'get_a')
  await refusedUnrecorded(client, 2, 'put_a')
  await refusedUnrecorded(client, 3, 'write_a')
  expect(decisionOf(await callTool(client, 4, 'delete_a'))).toMatchObject({ decision: 'denied' })
  rmSync(join(bench.home, 'spool'))
  expect(decisionOf(await callTool(client, 5, 'get_b'))).toBeUndefined()
  expect(ran()).toEqual(['get_b'])
  expect(bench.events().map((event) => event.type)).toEqual([
    'session.started',
    'session.client',
    'call.decided',
    'call.answered',
  ])
  expect(client.stderr().match(/the audit record cannot be written/g)).toHaveLength(1)
})

it('a disk that fills up in the middle of a line: refused, then on with a whole chain', async () => {
  const client = bench.start({ policy: usual })
  await callTool(client, 1, 'get_a')
  const limit = (bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(client.pid), `--fsize=${bytes}:unlimited`])
  const [spool = ''] = readdirSync(join(bench.home, 'spool'))
  limit(statSync(join(bench.home, 'spool', spool)).size + 200)
  await refusedUnrecorded(client, 2, 'get_b')
  await refusedUnrecorded(client, 3, 'put_b')
  limit('unlimited')
  await callTool(client, 4, 'put_c')
  client.end()
  await client.exited
  expect(ran()).toEqual(['get_a', 'put_c'])
  expect(bench.callEvents()).toEqual(['call.decided', 'call.answered', 'call.decided', 'call.answered'])
  expect(bench.events().at(-1)?.type).toBe('session.ended')
})

it('a disk that cannot keep what was written: what must be kept first does not run', async () => {
  const bad = join(bench.home, 'bad')
  writeFileSync(bad, '')
  const client = bench.start({ policy: usual, node: ['--require', fixture('bad-disk.cjs')], env: { BAD_DISK: bad } })
  await refusedUnrecorded(client, 1, 'put_a')
  client.send(JSON.stringify([toolCall(2, 'put_b'), toolCall(3, 'get_b')]))
  const batch = await client.next((line) => Array.isArray(line.message))
  expect(batch.message).toMatchObject([
    { id: 2, result: { isError: true } },
    { id: 3, result: { isError: true } },
  ])
  expect(decisionOf(await callTool(client, 4, 'get_c'))).toBeUndefined()
  rmSync(bad)
  await callTool(client, 5, 'put_d')
  expect(ran()).toEqual(['get_c', 'put_d'])
})

it('many calls at once are one chain, each recorded before it ran', async () => {
  const client = bench.start({ policy: allowAll })
  const names = Array.from({ length: 300 }, (_, n) => (n % 3 ? `get_${n}` : `put_${n}`))
  for (const [n, name] of names.entries()) client.send(toolCall(n, name))
  for (let n = 0; n < names.length; n++) await client.next((line) => line.text.includes(`"id":${n},`))
  expect(ran().sort()).toEqual([...names].sort())
  const events = bench.events()
  expect(events.filter((event) => event.type === 'call.decided')).toHaveLength(300)
  expect(events.filter((event) => event.type === 'call.answered')).toHaveLength(300)
})
