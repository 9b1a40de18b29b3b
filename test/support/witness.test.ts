// The witness is the proof in many other tests, so it has to be shown that it can be believed.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { descendants, isAlive, waitForExit } from './processes.ts'
import { type RawClient, type RawClientOptions, startRaw } from './raw-client.ts'
import { createWitness, type Witness, type WitnessOptions } from './witness.ts'

let witness: Witness
let client: RawClient

function start(options: WitnessOptions = {}): void {
  witness = createWitness(options)
  const clientOptions: RawClientOptions = { env: witness.env }
  client = startRaw(witness.command, clientOptions)
}

const call = (name: string, args: unknown = {}) => client.request('tools/call', { name, arguments: args })

describe('an ordinary witness', () => {
  beforeEach(() => start())
  afterEach(async () => {
    await client.stop()
    witness.remove()
  })

  it('has the request on disk before it answers', async () => {
    // No answer is ever read here: the witness dies of the call, and the call is on record all the same.
    client.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'die_now', arguments: { a: 1 } } })
    expect(await client.exited).toEqual({ code: 3, signal: null })
    expect(witness.calls()).toMatchObject([{ id: 1, name: 'die_now', arguments: { a: 1 } }])
    expect(client.lines).toEqual([])
    expect(witness.events().map((event) => event.event)).toEqual(['started', 'line', 'exiting'])
  })

  it('keeps the bytes of every line, valid or not', async () => {
    const spaced = '{ "jsonrpc":"2.0" , "id": "\\u0031", "method":"ping","x": 1e400 }'
    const notUtf8 = Buffer.from([0x7b, 0xff, 0xfe, 0x7d])
    client.send(spaced)
    client.send(notUtf8)
    await client.request('ping')
    const lines = witness.lines()
    expect(lines.map((line) => line.bytes)).toEqual([
      Buffer.from(spaced),
      notUtf8,
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}'),
    ])
    expect(lines[1]?.message).toBeUndefined()
  })

  it.each(['"a\\u0062"', '12345678901234567890', '-1.50', 'null', '{"odd":[1,"}"]}'])(
    'answers the id %s with the same characters',
    async (id) => {
      client.send(`{"params":{"id":0,"s":"\\"id\\":1"},"method":"ping", "id" : ${id} ,"jsonrpc":"2.0"}`)
      const line = await client.next(() => true)
      expect(line.text).toBe(`{"jsonrpc":"2.0","id":${id},"result":{}}`)
    },
  )

  it.each([
    ['get_thing', { result: { content: [{ type: 'text', text: '{"name":"get_thing","arguments":{"k":"v"}}' }] } }],
    ['fail_write', { result: { isError: true } }],
    ['error_write', { error: { code: -32050 } }],
  ])('%s answers as its name says', async (name, expected) => {
    expect((await call(name, { k: 'v' })).message).toMatchObject(expected)
  })

  it('holds a slow call until it is released, and answers others meanwhile', async () => {
    const slow = call('slow_write', { release: witness.releasePath('one') })
    const line = await witness.waitForLine((seen) => seen.text.includes('slow_write'))
    await call('get_thing')
    expect(client.lines).toHaveLength(1)
    witness.release('one')
    expect((await slow).text).toContain('slow_write')
    expect(line.pid).toBe(client.pid)
  })

  it('makes noise on stdout and stderr when asked', async () => {
    await call('noise_write')
    expect(client.lines[0]?.text).toBe('this line is not JSON')
    await call('stderr_write')
    client.end()
    await client.closed
    expect(client.stderr()).toContain('stderr_write says something')
  })

  it('answers big results whole', async () => {
    const line = await call('big_result', { bytes: 3_000_000 })
    expect(line.bytes.length).toBeGreaterThan(3_000_000)
    expect(line.message).toMatchObject({ result: { content: [{ text: 'x'.repeat(3_000_000) }] } })
  })

  it('answers a batch as one array and counts its calls', async () => {
    client.send(
      '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"note"},' +
        '{"jsonrpc":"2.0","id":99999999999999999999,"method":"tools/call","params":{"name":"get_thing"}}]',
    )
    const { text, message } = await client.next(() => true)
    expect(text).toContain('"id":99999999999999999999,')
    expect(message).toHaveLength(2)
    expect(witness.calls()).toHaveLength(1)
  })

  it('leaves at the end of stdin, also with a slow call open, without answering it', async () => {
    client.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'slow_write', arguments: { release: witness.releasePath('never') } },
    })
    client.end()
    expect(await client.exited).toEqual({ code: 0, signal: null })
    await client.closed
    expect(client.lines).toEqual([])
    expect(witness.events().at(-1)?.event).toBe('stdin-end')
  })

  it('records a signal and still dies of it', async () => {
    await call('get_thing')
    client.kill('SIGTERM')
    expect(await client.exited).toEqual({ code: null, signal: 'SIGTERM' })
    expect(witness.events().at(-1)).toMatchObject({ event: 'signal', signal: 'SIGTERM' })
  })

  it('says what it saw when the awaited line never comes', async () => {
    await call('get_thing')
    await expect(witness.waitForLine(() => false, 1)).rejects.toThrow(/did not see it[\s\S]*get_thing/)
  })
})

describe('a stubborn witness', () => {
  it('survives the end of stdin and SIGTERM, and has a child of its own', async () => {
    start({ ignoreEof: true, ignoreSigterm: true, spawnChild: true })
    const spawned = await witness.waitForEvent((event) => event.event === 'spawned-child')
    const childPid = spawned.event === 'spawned-child' ? spawned.childPid : 0
    try {
      expect(descendants(process.pid)).toEqual(expect.arrayContaining([spawned.pid, childPid]))
      expect(descendants(spawned.pid)).toEqual([childPid])
      client.end()
      await witness.waitForEvent((event) => event.event === 'stdin-end')
      client.kill('SIGTERM')
      await witness.waitForEvent((event) => event.event === 'signal')
      expect(isAlive(spawned.pid)).toBe(true)
      await client.stop()
      expect(isAlive(spawned.pid)).toBe(false)
      expect(isAlive(childPid)).toBe(true)
    } finally {
      process.kill(childPid, 'SIGKILL')
    }
    await waitForExit(childPid)
    expect(isAlive(childPid)).toBe(false)
    witness.remove()
  })
})
