// The raw client compares bytes in other tests, so here it is held against programs whose bytes are known.

import { afterEach, describe, expect, it } from 'vitest'
import { waitForExit } from './processes.ts'
import { type RawClient, type RawClientOptions, startRaw } from './raw-client.ts'

const started: RawClient[] = []
const program = (source: string, options?: RawClientOptions) => {
  const client = startRaw([process.execPath, '-e', source], options)
  started.push(client)
  return client
}
const mirror = 'process.stdin.pipe(process.stdout)'

afterEach(async () => {
  await Promise.all(started.splice(0).map((client) => client.stop()))
})

describe('bytes', () => {
  it('come back exactly as sent', async () => {
    const client = program(mirror)
    const parts = [
      Buffer.from('{ "a" : "\\u00e9é\u2028" }\r\n'),
      Buffer.from([0xff, 0x00, 0x0a]),
      Buffer.from('\n\nunfinished'),
    ]
    for (const part of parts) client.write(part)
    client.end()
    await client.closed
    expect(client.stdout()).toEqual(Buffer.concat(parts))
    expect(client.lines.map((line) => line.bytes.toString('latin1'))).toEqual([
      Buffer.from('{ "a" : "\\u00e9é\u2028" }\r').toString('latin1'),
      '\xff\x00',
      '',
      '',
    ])
  })

  it('are one line however they are cut', async () => {
    const client = program(mirror)
    const line = `"${'é'.repeat(400_000)}"`
    const bytes = Buffer.from(`${line}\n`)
    client.write(bytes.subarray(0, 300_001))
    client.write(bytes.subarray(300_001))
    expect((await client.next(() => true)).text).toBe(line)
  })

  it('send adds a newline to objects, strings and bytes, and nothing else', async () => {
    const client = program(mirror)
    client.send({ a: 1 })
    client.send(' {"a": 1}')
    client.send(Buffer.from([0xfe]))
    client.end()
    await client.closed
    expect(client.stdout()).toEqual(Buffer.from('{"a":1}\n {"a": 1}\n\xfe\n', 'latin1'))
  })
})

describe('next and request', () => {
  it('take each line once, in order', async () => {
    const client = program(mirror)
    for (const n of [1, 2, 3]) client.send({ n })
    expect((await client.next(() => true)).message).toEqual({ n: 1 })
    expect((await client.next((line) => line.text.includes('3'))).message).toEqual({ n: 3 })
    expect((await client.next(() => true)).message).toEqual({ n: 2 })
    expect(client.lines).toHaveLength(3)
  })

  it('match answers by id and its type, not by order, and not an echo of the request', async () => {
    const client = program(`process.stdin.once('data', (text) => process.stdout.write(text +
      '{"id":7,"result":"number"}\\n{"id":"7","result":"string"}\\n'))`)
    expect((await client.request('x', undefined, '7')).message).toMatchObject({ result: 'string' })
    expect((await client.next((line) => line.text.includes('number'))).message).toMatchObject({ id: 7 })
  })

  it('fail when the program ends without the line, and say what came', async () => {
    const client = program(`console.log('{"only":"this"}'); console.error('why'); process.exitCode = 4`)
    await expect(client.next(() => false)).rejects.toThrow(/stdout ended[\s\S]*only[\s\S]*why/)
    await expect(client.next(() => false)).rejects.toThrow(/stdout ended/)
    expect(await client.exited).toEqual({ code: 4, signal: null })
  })

  it('fail when the line does not come in time', async () => {
    const client = program(mirror, { timeoutMs: 1 })
    await expect(client.next(() => true)).rejects.toThrow(/none within 1 ms/)
  })
})

describe('life and death', () => {
  it('passes environment and folder, and can remove a variable', async () => {
    const source = 'console.log(JSON.stringify([process.env.GIVEN, process.env.HOME ?? null, process.cwd()]))'
    const client = program(source, { env: { GIVEN: 'yes', HOME: undefined }, cwd: '/' })
    expect((await client.next(() => true)).message).toEqual(['yes', null, '/'])
  })

  it('reports a program that cannot be started', async () => {
    const client = startRaw(['/no/such/program'])
    await expect(client.next(() => true)).rejects.toThrow(/ENOENT/)
    expect(await client.exited).toMatchObject({ code: null, error: { code: 'ENOENT' } })
  })

  it('kill passes the signal; stop leaves nothing running', async () => {
    const killed = program(mirror)
    killed.kill('SIGHUP')
    expect(await killed.exited).toEqual({ code: null, signal: 'SIGHUP' })
    const stubborn = program(
      `process.on('SIGTERM', () => {}); console.log('up'); ${mirror}; setInterval(() => {}, 1e6)`,
    )
    await stubborn.next(() => true)
    await stubborn.stop()
    await waitForExit(stubborn.pid ?? 0)
  })

  it('survives writing to a program that has gone', async () => {
    const client = program('process.exit(0)')
    await client.closed
    client.send('{}')
    client.send('{}')
    expect((await client.exited).code).toBe(0)
  })
})
