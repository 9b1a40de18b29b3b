// The client's trace goes on record with the decision, and the server gets what the client wrote.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerTo, type Bench, createBench, toolCall, usual } from './support/proxy.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const tracestate = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'

let bench: Bench
beforeEach(() => {
  bench = createBench()
})
afterEach(() => bench.remove())

/** The `trace` of each decision that the calls led to; every line has to reach the server as it was. */
async function recorded(lines: (object | string)[], policy = usual): Promise<unknown[]> {
  const client = bench.start({ policy })
  for (const [n, line] of lines.entries()) {
    client.send(line)
    await client.next(answerTo(n + 1))
  }
  const sent = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  expect(bench.witness.lines().map(({ text }) => text)).toEqual(sent)
  return bench.events().flatMap(({ type, data }) => (type === 'call.decided' ? [data['trace']] : []))
}

describe('a trace in _meta', () => {
  it('is recorded with its state, without it, and not at all', async () => {
    const calls = [
      toolCall(1, 'get_x', {}, { _meta: { traceparent, tracestate, other: [1] } }),
      toolCall(2, 'get_x', {}, { _meta: { traceparent } }),
      toolCall(3, 'get_x', {}, { _meta: { progressToken: 7 } }),
      toolCall(4, 'get_x'),
    ]
    expect(await recorded(calls)).toEqual([{ traceparent, tracestate }, { traceparent }, undefined, undefined])
  })

  it.each<[string, object]>([
    ['is not of the form', { traceparent: `${traceparent} ` }],
    ['is no text', { traceparent: [traceparent] }],
    ['is longer than any', { traceparent: `${traceparent}-${'0'.repeat(100_000)}` }],
    ['has only a state', { tracestate }],
  ])('is ignored where it %s', async (_, meta) => {
    expect(await recorded([toolCall(1, 'get_x', {}, { _meta: meta })])).toEqual([undefined])
  })

  it('loses a state that is not of the form, and one with a secret in it', async () => {
    const secret = `ghp_${'abcdefghijklmnopqrstuvwxyz0123456789'}`
    const calls = [
      toolCall(1, 'get_x', {}, { _meta: { traceparent, tracestate: 'not a state' } }),
      toolCall(2, 'get_x', {}, { _meta: { traceparent, tracestate: `vendor=${secret}` } }),
    ]
    expect(await recorded(calls)).toEqual([{ traceparent }, { traceparent }])
    expect(JSON.stringify(bench.events())).not.toContain(secret)
  })

  it('leaves the bytes alone, whatever their spelling', async () => {
    const odd = `{ "jsonrpc":"2.0","id":1 , "method":"resources/read","params":{"_meta":{"traceparent":"${traceparent}","n":1.0},"uri":"x:y"}}`
    expect(await recorded([odd])).toEqual([{ traceparent }])
  })

  it('is that of the call also where it is denied', async () => {
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'delete_x', {}, { _meta: { traceparent } }))
    await client.next(answerTo(1))
    expect(bench.events().find(({ type }) => type === 'call.decided')?.data).toMatchObject({
      decision: 'deny',
      trace: { traceparent },
    })
  })
})
