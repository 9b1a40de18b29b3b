// The same script against a server directly and through the proxy under an allow-all policy: line by line the same, at
// both ends.
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RawClient, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'
import { allowAll, answerTo, type Bench, createBench, toolCall } from './support/proxy.ts'

const everything = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
)

let bench: Bench
const ends: (() => unknown)[] = []
beforeEach(() => {
  bench = createBench()
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await bench.remove()
})

function direct(command: string[], env: Record<string, string> = {}): RawClient {
  const client = startRaw(command, { env })
  ends.push(() => client.stop())
  return client
}

type Request = { id: unknown; method: string }

/** A session with every kind of message, one step after the other. Gives all lines that came. */
async function talk(client: RawClient): Promise<string[]> {
  const answered = async (message: object | string, id: unknown) => {
    client.send(message)
    await client.next(answerTo(id))
  }
  const request = (id: number | string, method: string, params?: object) =>
    answered({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) }, id)
  /** Answers what the server asks of the client. */
  const asked = async (method: string, result: object) => {
    const line = await client.next((one) => (one.message as Request).method === method)
    client.send({ jsonrpc: '2.0', id: (line.message as Request).id, result })
  }

  await answered(
    {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } },
        clientInfo: { name: 'transparency', version: '1' },
      },
    },
    0,
  )
  client.notify('notifications/initialized')
  await asked('roots/list', { roots: [{ uri: 'file:///tmp', name: 'tmp' }] })
  await request('ping "1"', 'ping')
  await request(1, 'tools/list')
  await request(2, 'prompts/list', {})
  await request(3, 'resources/list', { _meta: { traceparent: '00-1-2-3' } })
  await request(4, 'server/discover', {})
  await request('unknown', 'no/such-method', { x: [1, { y: null }] })
  // Above 2^53 this server does not answer; the witness below does.
  client.send('{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}')
  await request(9007199254740991, 'ping')
  client.notify('notifications/nobody-knows', { deep: { er: true } })
  await request(5, 'logging/setLevel', { level: 'emergency' })
  await answered(toolCall('echo é', 'echo', { message: 'tools/call \u2028 "é" \\ \ud83d\ude00' }), 'echo é')
  await answered(toolCall(6, 'echo', { message: 7 }), 6)
  await answered(toolCall(7, 'no-such-tool'), 7)
  client.send(toolCall('s', 'trigger-sampling-request', { prompt: 'hello', maxTokens: 5 }))
  await asked('sampling/createMessage', { role: 'assistant', model: 'm', content: { type: 'text', text: 'hi' } })
  await client.next(answerTo('s'))
  client.send(toolCall('e', 'trigger-elicitation-request'))
  await asked('elicitation/create', { action: 'accept', content: { name: 'Ada' } })
  await client.next(answerTo('e'))
  const long = { duration: 0.2, steps: 4 }
  await answered(toolCall('l', 'trigger-long-running-operation', long, { _meta: { progressToken: 'p' } }), 'l')
  await answered(toolCall('i', 'get-tiny-image'), 'i')
  return client.lines.map((line) => line.text)
}

describe('server-everything', () => {
  it('says the same through the proxy, requests of its own included', async () => {
    const command = [process.execPath, everything, 'stdio']
    const [expected, got] = await Promise.all([talk(direct(command)), talk(bench.start({ policy: allowAll, command }))])
    for (const method of ['roots/list', 'sampling/createMessage', 'elicitation/create', 'notifications/progress']) {
      expect(expected.some((line) => line.includes(`"method":"${method}"`))).toBe(true)
    }
    // What the server says unasked about changed lists depends on its own timers, not on us.
    const steady = (lines: string[]) => lines.filter((line) => !line.includes('/list_changed"'))
    expect(steady(got)).toEqual(steady(expected))
  })
})

describe('the witness', () => {
  const lines = [
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}',
    '{"jsonrpc":"2.0","method":"notifications/initialized"}\r',
    '{ "id" : 18446744073709551616 , "method" : "ping" }',
    '{"jsonrpc":"2.0","id":"1","method":"ping","unknown":[1.50,-0,1e2]}',
    '[{"jsonrpc":"2.0","id":"b1","method":"ping"},{"jsonrpc":"2.0","method":"n"}]',
    '[{"jsonrpc":"2.0","id":"b2","method":"tools/call","params":{"name":"get_x","arguments":{}}},{"jsonrpc":"2.0","id":"b3","method":"ping"}]',
    '{"jsonrpc":"2.0","id":18446744073709551617,"method":"tools/call","params":{"name":"get_y","arguments":{"é":"\u2028"}}}',
    '{"jsonrpc":"2.0","id":"f","method":"tools/call","params":{"name":"fail_z"}}',
    '{"jsonrpc":"2.0","id":"n","method":"tools/call","params":{"name":"noise_z"}}',
    '',
    '{"jsonrpc":"2.0","id":99,"result":{"roots":[]}}',
    '{"jsonrpc":"2.0","id":"last","method":"resources/list"}',
  ]

  async function play(client: RawClient, witness: Witness, sizeAt: (at: number) => number) {
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    for (let at = 0; at < bytes.length; ) {
      const size = sizeAt(at)
      client.write(bytes.subarray(at, at + size))
      at += size
    }
    await client.next(answerTo('last'))
    await expect.poll(() => client.lines.length).toBe(10)
    return { heard: client.lines.map((line) => line.text).sort(), received: witness.lines().map((line) => line.text) }
  }

  it.each([
    ['byte by byte', () => 1],
    ['at once', () => 10_000],
    ['in odd pieces', (at: number) => 1 + ((at * 7) % 61)],
  ])('hears and says the same, %s', async (_, sizeAt) => {
    const other = createWitness()
    ends.push(() => other.remove())
    const expected = await play(direct(other.command, other.env), other, sizeAt)
    const got = await play(bench.start({ policy: allowAll }), bench.witness, sizeAt)
    expect(got.heard).toEqual(expected.heard)
    expect(expected.received).toEqual(lines)
    expect(got.received).toEqual(lines)
  })
})
