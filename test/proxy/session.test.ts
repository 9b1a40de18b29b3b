// One session at the two ends that count: the bytes the client gets, and the bytes the witness got.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import {
  allowAll,
  answerOf,
  answerTo,
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

const sentTo = () => bench.witness.calls().map((call) => call.name)
async function ping(client: RawClient, id: string): Promise<void> {
  client.send({ jsonrpc: '2.0', id, method: 'ping' })
  await client.next(answerTo(id))
}

describe('policy', () => {
  it('lets an allowed call through as it was written, and records it', async () => {
    const client = bench.start({ policy: usual })
    const line =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_x","arguments":{"b":1,"a":"é"},"_meta":{"k":[]}}}'
    client.send(line)
    expect(answerOf(await client.next(answerTo(1))).result?.isError).toBeUndefined()
    expect(bench.witness.lines().map((one) => one.text)).toEqual([line])
    expect(bench.callEvents()).toEqual(['call.decided', 'call.answered'])
    const [, decided, answered] = bench.events()
    expect(decided?.data).toMatchObject({
      tool: 'get_x',
      rpcId: '1',
      bytes: Buffer.byteLength(line),
      decision: 'allow',
      forwarded: true,
    })
    expect(answered?.data).toMatchObject({ outcome: 'ok' })
  })

  it('answers a denied call with rule, reason and advice, and keeps it from the server', async () => {
    const client = bench.start({ policy: usual })
    const answer = await callTool(client, 'd', 'delete_all')
    expect(answerOf(answer).result?.isError).toBe(true)
    expect(textOf(answer)).toMatch(
      /^Blocked by Countersign: Deleting is for people\. .*never-delete.* Do not retry unless the user asks\. \(ref /,
    )
    expect(decisionOf(answer)).toMatchObject({ decision: 'denied', retry: 'never', rules: ['never-delete'] })
    await ping(client, 'after')
    expect(sentTo()).toEqual([])
  })

  it('gives modern requests a resultType, others none', async () => {
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'delete_a', {}, { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }))
    expect((await client.next(answerTo(1))).message).toMatchObject({ result: { resultType: 'complete' } })
    expect((await callTool(client, 2, 'delete_a')).text).not.toContain('resultType')
  })

  it('records how calls end: tool error, protocol error, noise in between', async () => {
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'fail_x')
    await callTool(client, 2, 'error_x')
    await callTool(client, 3, 'noise_x')
    const outcomes = bench.events().filter((event) => event.type === 'call.answered')
    expect(outcomes.map((event) => event.data['outcome'])).toEqual(['tool-error', 'protocol-error', 'ok'])
    expect(client.lines.map((line) => line.text)).toContain('this line is not JSON')
  })

  it('passes stderr through', async () => {
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'stderr_x')
    client.end()
    await client.closed
    expect(client.stderr()).toBe('witness: stderr_x says something on stderr\n')
  })

  it('keeps secrets of arguments, results and the command line out of the record, and in the call', async () => {
    const secret = `ghp_${'abcdefghijklmnopqrstuvwxyz0123456789'}`
    const client = bench.start({ policy: usual, command: [...bench.witness.command, '--token', secret] })
    await callTool(client, 1, 'get_x', { note: `use ${secret}`, password: 'hunter22!' })
    expect(bench.witness.calls()[0]?.arguments).toEqual({ note: `use ${secret}`, password: 'hunter22!' })
    const record = JSON.stringify(bench.events())
    expect(record).toContain('[redacted:')
    expect(record).not.toMatch(/ghp_abc|hunter22/)
  })
})

describe('framing', () => {
  const lines = [
    '{"jsonrpc":"2.0","id":1,"method":"whatever/é","params":{"x":[1.0, 2]}}',
    '{"jsonrpc":"2.0","method":"notifications/x"}\r',
    '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_x"}}',
    '',
    '{"jsonrpc":"2.0","id":"3","result":{"roots":[]}}',
  ]

  it.each([
    ['in one chunk', 100_000],
    ['byte by byte', 1],
    ['in chunks of 7', 7],
  ])('passes lines %s, byte for byte', async (_, size) => {
    const client = bench.start({ policy: allowAll })
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    for (let at = 0; at < bytes.length; at += size) client.write(bytes.subarray(at, at + size))
    await client.next(answerTo(2))
    await ping(client, 'done')
    expect(bench.witness.lines().map((line) => line.text)).toEqual([
      ...lines,
      '{"jsonrpc":"2.0","id":"done","method":"ping"}',
    ])
  })

  it('a call with CRLF reaches the server without it', async () => {
    const client = bench.start({ policy: allowAll })
    client.write(`${JSON.stringify(toolCall(1, 'get_x'))}\r\n`)
    await client.next(answerTo(1))
    expect(bench.witness.lines()[0]?.text).toBe(JSON.stringify(toolCall(1, 'get_x')))
  })

  it.each<[string, string | Buffer, number]>([
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"method":"'), Buffer.from([0xff]), Buffer.from('"}')]), -32700],
    [
      'an overlong slash',
      Buffer.concat([Buffer.from('{"method":"tools'), Buffer.from([0xc0, 0xaf]), Buffer.from('call"}')]),
      -32700,
    ],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"method":"ping"}')]), -32700],
    ['a NUL', '{"method":"a\0"}', -32700],
    ['UTF-16', Buffer.from('{"id":1,"method":"tools/call"}', 'utf16le'), -32700],
    ['a torn message', '{"jsonrpc":"2.0","id":1,"method":', -32700],
    [
      'two calls that differ by who reads',
      '{"id":1,"method":"ping","method":"tools/call","params":{"name":"x"}}',
      -32600,
    ],
    [
      'a batch hiding a call',
      '[{"id":1,"method":"ping"},[{"id":2,"method":"tools/call","params":{"name":"x"}}]]',
      -32600,
    ],
    ['a carriage return before a call', '{"a":\r{"id":1,"method":"tools/call","params":{"name":"x"}}\r}', -32600],
    ['a line of 17 MB', `{"x":"${'x'.repeat(17 * 1024 * 1024)}"}`, -32600],
  ])('%s never reaches the server, and is answered and recorded', async (_, line, code) => {
    const client = bench.start({ policy: allowAll })
    client.send(line)
    expect((await client.next((one) => answerOf(one).error !== undefined)).message).toMatchObject({ error: { code } })
    await ping(client, 'after')
    expect(bench.witness.lines().map((one) => one.message)).toMatchObject([{ id: 'after' }])
    const rejected = bench.events().filter((event) => event.type === 'message.rejected')
    expect(rejected.map((event) => event.data['code'])).toEqual([code])
  })

  it.each([
    ['a call', JSON.stringify(toolCall(1, 'put_x')), []],
    ['half a call', JSON.stringify(toolCall(1, 'put_x')).slice(0, 50), []],
  ])('%s without a line end does not run', async (_, text, expected) => {
    const client = bench.start({ policy: allowAll })
    client.write(text)
    client.end()
    await client.exited
    expect(bench.witness.lines().map((line) => line.text)).toEqual(expected)
    expect(bench.events().map((event) => event.type)).toContain('message.rejected')
  })

  it('lines of ours never land inside a line of the server', async () => {
    const server = `process.stdout.write('{"half":'); process.stdin.once('data', () => process.stdout.write('1}\\n'))`
    const client = bench.start({ policy: usual, command: [process.execPath, '-e', server] })
    await expect.poll(() => client.stdout().toString()).toBe('{"half":')
    client.send(toolCall(1, 'delete_x'))
    await expect.poll(() => bench.callEvents()).toEqual(['call.decided'])
    client.send({ jsonrpc: '2.0', id: 2, method: 'ping' })
    await client.next(answerTo(1))
    expect(client.lines.map((line) => line.message)).toMatchObject([{ half: 1 }, { id: 1 }])
  })
})

describe('ids', () => {
  it('1 and "1" are two calls, and answers go to the right one', async () => {
    const client = bench.start({ policy: usual })
    const [one, text] = [bench.witness.releasePath('one'), bench.witness.releasePath('text')]
    client.send(toolCall(1, 'slow_get', { release: one }))
    client.send(toolCall('1', 'slow_get', { release: text }))
    bench.witness.release('text')
    expect((await client.next(answerTo('1'))).text).toContain('release-text')
    bench.witness.release('one')
    expect((await client.next(answerTo(1))).text).toContain('release-one')
    const answered = bench.events().filter((event) => event.type === 'call.answered')
    const decided = bench.events().filter((event) => event.type === 'call.decided')
    const byCall = new Map(decided.map((event) => [event.data['call'], event.data['rpcId']]))
    expect(answered.map((event) => byCall.get(event.data['call']))).toEqual(['"1"', '1'])
  })

  it('a second call with an id that is under way is rejected, a later one is not', async () => {
    const client = bench.start({ policy: usual })
    const release = bench.witness.releasePath('x')
    client.send(toolCall(1, 'slow_get', { release }))
    await bench.witness.waitForLine((line) => line.text.includes('slow_get'))
    client.send(toolCall(1, 'get_second'))
    expect(answerOf(await client.next(answerTo(1))).error?.message).toContain('still under way')
    bench.witness.release('x')
    await client.next(answerTo(1))
    expect(answerOf(await callTool(client, 1, 'get_third')).result).toBeDefined()
    expect(sentTo()).toEqual(['slow_get', 'get_third'])
  })

  it('huge ids keep all their digits', async () => {
    const client = bench.start({ policy: usual })
    client.send('{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"tools/call","params":{"name":"get_x"}}')
    const line = await client.next((one) => one.text.includes('"id":123456789012345678901234567890,"result"'))
    expect(line).toBeDefined()
    expect(bench.events().find((event) => event.type === 'call.answered')).toBeDefined()
    client.send(
      '{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"tools/call","params":{"name":"delete_x"}}',
    )
    await client.next((one) =>
      one.text.includes('"id":123456789012345678901234567890,"result":{"content":[{"type":"text","text":"Blocked'),
    )
  })
})

describe('cancelling', () => {
  const cancel = (requestId: number | string) => ({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId },
  })

  it('in the same chunk as the call: nothing reaches the server, nothing is answered', async () => {
    const client = bench.start({ policy: usual })
    await ping(client, 'warm')
    client.write(`${JSON.stringify(toolCall(1, 'get_x'))}\n${JSON.stringify(cancel(1))}\n`)
    await ping(client, 'after')
    expect(bench.witness.lines().map((line) => line.message)).toMatchObject([{ id: 'warm' }, { id: 'after' }])
    expect(client.lines).toHaveLength(2)
    expect(bench.events().at(-1)).toMatchObject({ type: 'call.cancelled', data: { by: 'client', forwarded: false } })
  })

  it('while it waits for the disk: it does not run', async () => {
    const disk = slowDisk()
    const client = bench.start({ policy: usual, ...disk.options })
    client.send(toolCall(1, 'put_x'))
    await disk.waits()
    client.send(cancel(1))
    await ping(client, 'after')
    disk.goOn()
    expect(await callTool(client, 2, 'put_y')).toBeDefined()
    expect(sentTo()).toEqual(['put_y'])
    expect(client.lines.map((line) => line.message)).toMatchObject([{ id: 'after' }, { id: 2 }])
  })

  it('while it runs: the server is told, and a late answer still goes on record', async () => {
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'slow_get', { release: bench.witness.releasePath('late') }))
    await bench.witness.waitForLine((line) => line.text.includes('slow_get'))
    client.send(cancel(1))
    await bench.witness.waitForLine((line) => line.text === JSON.stringify(cancel(1)))
    bench.witness.release('late')
    await client.next(answerTo(1))
    expect(bench.callEvents()).toEqual(['call.decided', 'call.cancelled', 'call.answered'])
  })

  it('of something else passes', async () => {
    const client = bench.start({ policy: usual })
    client.send(cancel('nobody'))
    await ping(client, 'after')
    expect(bench.witness.lines()[0]?.text).toBe(JSON.stringify(cancel('nobody')))
  })
})

describe('batches', () => {
  it('with allowed calls run whole, and their answers are recorded', async () => {
    const client = bench.start({ policy: usual })
    client.send(
      JSON.stringify([toolCall(1, 'get_a'), { jsonrpc: '2.0', id: 'p', method: 'ping' }, toolCall(2, 'put_b')]),
    )
    const answer = await client.next((line) => Array.isArray(line.message))
    expect(answer.message).toHaveLength(3)
    expect(sentTo()).toEqual(['get_a', 'put_b'])
    expect(bench.callEvents()).toEqual(['call.decided', 'call.decided', 'call.answered', 'call.answered'])
  })

  it('with a call that may not run do not run at all, and every member that waits gets an answer', async () => {
    const client = bench.start({ policy: usual })
    client.send(
      JSON.stringify([
        toolCall(1, 'get_a'),
        toolCall(2, 'delete_b'),
        { jsonrpc: '2.0', id: 'p', method: 'ping' },
        { jsonrpc: '2.0', method: 'n' },
        toolCall(3, 'write_needs_approval'),
      ]),
    )
    const answer = await client.next((line) => Array.isArray(line.message))
    expect(answer.message).toMatchObject([
      { id: 1, result: { isError: true } },
      { id: 2, result: { isError: true } },
      { id: 3, result: { isError: true } },
      { id: 'p', error: { code: 4003 } },
    ])
    await ping(client, 'after')
    expect(bench.witness.lines()).toHaveLength(1)
  })

  it('of which one call is taken back on the way to disk answer the others', async () => {
    const disk = slowDisk()
    const client = bench.start({ policy: usual, ...disk.options })
    client.send(JSON.stringify([toolCall(1, 'get_a'), toolCall(2, 'put_b')]))
    await disk.waits()
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } })
    await ping(client, 'after')
    disk.goOn()
    const answer = await client.next((line) => Array.isArray(line.message))
    expect(answer.message).toMatchObject([{ id: 1, result: { isError: true } }])
    expect(sentTo()).toEqual([])
  })
})

function slowDisk() {
  const file = join(bench.home, 'disk')
  return {
    options: { node: ['--require', fixture('slow-disk.cjs')], env: { SLOW_DISK: file } },
    waits: () => expect.poll(() => existsSync(`${file}.waiting`)).toBe(true),
    goOn: () => writeFileSync(file, ''),
  }
}
