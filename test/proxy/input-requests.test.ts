// Answers of the stateless era that ask the client for something first: judged entry by entry, shown whole or not at all.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import { type BrokerDouble, type Heard, startBrokerDouble } from './support/broker-double.ts'
import {
  allowAll,
  answerTo,
  type Bench,
  createBench,
  createInstall,
  decisionOf,
  textOf,
  toolCall,
} from './support/proxy.ts'

let bench: Bench
let broker: BrokerDouble | undefined
beforeEach(() => {
  bench = createBench()
})
afterEach(async () => {
  broker?.close()
  broker = undefined
  await bench.remove()
})

const rule = (effect: string) => `version: 1
default: allow
rules:
  - { id: no-forms, on: elicitation/create, effect: ${effect} }
`
const modern = { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }
const form = (message = 'name?') => ({ method: 'elicitation/create', params: { message } })
const sample = { method: 'sampling/createMessage', params: { messages: [] } }
const wants = (inputRequests: object, more = '') =>
  `{"resultType":"input_required","inputRequests":${JSON.stringify(inputRequests)},"requestState":"s"${more}}`

const call = (client: RawClient, id: number, result: string, more: object = {}) => {
  client.send(toolCall(id, 'raw_x', { result }, { ...modern, ...more }))
  return client.next(answerTo(id))
}
const answer = (id: number, result: string) => `{"jsonrpc":"2.0","id":${id},"result":${result}}`
const asked = () =>
  bench.events().flatMap(({ type, data }) => (data['action'] && type === 'call.decided' ? [data] : []))
const stepsOf = (own: unknown) => bench.events().flatMap(({ type, data }) => (data['call'] === own ? [type] : []))

async function listen(result: (heard: Heard) => unknown) {
  const install = createInstall(bench.home)
  broker = await startBrokerDouble(bench.home, install.sign, (heard) =>
    heard.method === 'approval.request' ? result(heard) : {},
  )
  return broker
}

describe('where policy has no word on it', () => {
  it('the answer passes byte for byte; what it asks and what it gets are on record', async () => {
    const client = bench.start({ policy: allowAll })
    const result = wants({ a: form(), b: sample }, ' , "n":12345678901234567890')
    expect((await call(client, 1, result)).text).toBe(answer(1, result))
    expect(asked()).toMatchObject([
      { action: 'elicitation/create', rpcId: '"a"', decision: 'allow', forwarded: true },
      { action: 'sampling/createMessage', rpcId: '"b"' },
    ])
    await call(client, 2, '{}', { inputResponses: { a: { action: 'accept', content: { name: 'Ada' } } } })
    expect(stepsOf(asked()[0]?.['call'])).toEqual(['call.decided', 'call.answered'])
    expect(stepsOf(asked()[1]?.['call'])).toEqual(['call.decided'])
  })
})

describe('denied', () => {
  it('the client gets a refusal in place of the answer, and sees nothing of what was asked', async () => {
    const client = bench.start({ policy: rule('deny') })
    const line = await call(client, 1, wants({ a: sample, b: form('what is your password?') }))
    expect(line.message).toMatchObject({ result: { resultType: 'complete', isError: true } })
    expect(decisionOf(line)).toMatchObject({ decision: 'denied', rules: ['no-forms'] })
    expect(textOf(line)).toContain('the call was not finished')
    expect(client.stdout().toString()).not.toContain('password')
    expect(asked().map(({ decision, forwarded }) => [decision, forwarded])).toEqual([
      ['allow', undefined],
      ['deny', undefined],
    ])
  })

  it('other requests get an error', async () => {
    const result = wants({ b: form() })
    const server = `process.stdin.once('data', () => process.stdout.write(${JSON.stringify(`${answer(1, result)}\n`)}))`
    const client = bench.start({ policy: rule('deny'), command: [process.execPath, '-e', server] })
    const line = await client.request('prompts/get', { name: 'p', ...modern }, 1)
    expect(line.message).toMatchObject({ error: { code: 4003 } })
  })

  it.each([
    ['another spelling of its key', wants({ b: form() }).replace('inputRequests', 'InputRequests')],
    ['an escaped key', wants({ b: form() }).replace('inputRequests', 'input\\u0052equests')],
    ['an escaped method', wants({ b: form() }).replace('elicitation/create', 'elicitation\\/cre\\u0061te')],
    ['the key twice', wants({ b: form() }).replace('"requestState"', '"inputRequests":{},"requestState"')],
    ['another type of result', wants({ b: form() }).replace('input_required', 'complete')],
    ['a list in place of a map', wants([form()])],
    ['another spelling of the method', wants({ b: { Method: 'elicitation/create', params: {} } })],
  ])('not even with %s', async (_, result) => {
    const client = bench.start({ policy: rule('deny') })
    expect((await call(client, 1, result)).message).toMatchObject({ result: { isError: true } })
    expect(client.lines).toHaveLength(1)
  })

  it('what asks for nothing of the kind passes', async () => {
    const client = bench.start({ policy: rule('deny') })
    const result = wants({ b: sample, c: { method: 'roots/list' } })
    expect((await call(client, 1, result)).text).toBe(answer(1, result))
  })
})

describe('held', () => {
  it('the answer is shown once all of it is approved', async () => {
    const approve = new Map<unknown, (result: unknown) => void>()
    await listen(({ params }) => {
      const { message } = params['arguments'] as { message: unknown }
      return new Promise((resolve) => approve.set(message, resolve))
    })
    const client = bench.start({ policy: rule('require-approval') })
    const result = wants({ a: form('one'), b: form('two'), c: sample })
    client.send(toolCall(1, 'raw_x', { result }, modern))
    await expect.poll(() => approve.size).toBe(2)
    approve.get('two')?.({ outcome: 'approved', approval: 'b', by: 'ada' })
    await expect.poll(() => bench.callEvents()).toContain('hold.closed')
    expect(client.lines).toEqual([])
    approve.get('one')?.({ outcome: 'approved', approval: 'a', by: 'ada' })
    expect((await client.next(answerTo(1))).text).toBe(answer(1, result))
    const calls = asked().map((data) => data['call'])
    expect(calls.map((own) => stepsOf(own).at(-1))).toEqual(['call.forwarded', 'call.forwarded', 'call.forwarded'])
  })

  it('and one of them refused, the client gets a refusal and the others are off', async () => {
    const { heard } = await listen(({ params }) => {
      const { message } = params['arguments'] as { message: unknown }
      return message === 'one' ? { outcome: 'refused', approval: 'a', by: 'ada' } : new Promise(() => undefined)
    })
    const client = bench.start({ policy: rule('require-approval') })
    const line = await call(client, 1, wants({ b: form('two'), a: form('one') }))
    expect(decisionOf(line)).toMatchObject({ decision: 'refused' })
    await expect.poll(() => heard.map(({ method }) => method)).toContain('approval.cancel')
    expect(client.lines).toHaveLength(1)
  })

  it('and the call taken back, nothing comes', async () => {
    let approve: (result: unknown) => void = () => undefined
    const { heard } = await listen(() => new Promise((resolve) => (approve = resolve)))
    const client = bench.start({ policy: rule('require-approval') })
    client.send(toolCall(1, 'raw_x', { result: wants({ a: form() }) }, modern))
    await expect.poll(() => heard.map(({ method }) => method)).toContain('approval.request')
    client.notify('notifications/cancelled', { requestId: 1 })
    await expect.poll(() => heard.map(({ method }) => method)).toContain('approval.cancel')
    approve({ outcome: 'approved', approval: 'a', by: 'ada' })
    client.send({ jsonrpc: '2.0', id: 2, method: 'ping' })
    await client.next(answerTo(2))
    expect(client.lines).toHaveLength(1)
    expect(stepsOf(asked()[0]?.['call'])).toEqual(['call.decided', 'hold.opened', 'call.cancelled'])
  })
})
