// What a server asks of its client is told from everything else it says, under any reading a client may have of the line.
import { describe, expect, it } from 'vitest'
import { inputsIn, readServerLine, requestsIn } from '../../../core/wire/server-message.ts'

const ask = (more = '') => `{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"name?"}${more}}`
const wants = (inputs: string, id = '"id":1,') => `{"jsonrpc":"2.0",${id}"result":{"inputRequests":${inputs}}}`
const form = '{"method":"elicitation/create","params":{"message":"name?"}}'

describe('a line of a server', () => {
  it('that asks is read like a call', () => {
    expect(readServerLine(ask())).toEqual({
      kind: 'request',
      request: {
        action: 'elicitation/create',
        idText: '1',
        tool: 'elicitation/create',
        arguments: { message: 'name?' },
        modern: false,
        text: ask(),
      },
    })
  })

  it.each([
    ['a result', '{"jsonrpc":"2.0","id":1,"result":{"text":"elicitation/create"}}'],
    ['a result with escapes', '{"jsonrpc":"2.0","id":1,"result":{"text":"a\\nb"}}'],
    ['a result with numbers that lose digits', '{"id":1,"result":{"n":12345678901234567890,"t":"\\n"}}'],
    ['another request', '{"jsonrpc":"2.0","id":1,"method":"roots/list"}'],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/progress"}'],
    ['a batch of those', '[{"id":1,"result":{}},{"method":"notifications/x"}]'],
    ['an answer without inputs', '{"id":1,"result":{"inputRequests":null}}'],
    ['inputs of other kinds', wants('{"r":{"method":"roots/list"}}')],
    ['a blank line', ' '],
  ])('that asks for nothing passes: %s', (_, line) => {
    expect(readServerLine(line)).toEqual({ kind: 'other' })
  })

  it.each([
    ['a second method', ask(',"method":"ping"')],
    ['another spelling', ask().replace('method', 'Method')],
    ['an escaped second key', ask(',"\\u006dethod":"ping"')],
    ['no id', ask().replace('"id":1,', '')],
    ['no params', '{"id":1,"method":"sampling/createMessage"}'],
    ['a number that loses digits', ask(',"n":12345678901234567890')],
    ['a carriage return', ask().replace('"id"', '\r"id"')],
  ])('that asks in doubtful ways is doubtful: %s', (_, line) => {
    expect(readServerLine(line).kind).toBe('doubtful')
  })

  it.each(['hello {', '{"a":', '{} {}', `${ask()}x`, '\u0000'])('that is not JSON is torn: %j', (line) => {
    expect(readServerLine(line)).toEqual({ kind: 'torn' })
  })

  it('that takes back a request says which', () => {
    const line = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"5"}}'
    expect(readServerLine(line)).toEqual({ kind: 'cancelled', idText: '"5"' })
  })

  it('with a batch gives what is asked, and the rest', () => {
    const rest = '{"method":"notifications/x"}'
    expect(readServerLine(`[${rest},${ask()},${rest}]`)).toMatchObject({
      kind: 'batch',
      members: [{ kind: 'request' }],
      rest: `[${rest},${rest}]`,
    })
    expect(readServerLine(`[[${ask()}]]`)).toMatchObject({ kind: 'batch', members: [{ kind: 'doubtful' }] })
  })
})

describe('an answer that wants something first', () => {
  it('gives each entry, under its key', () => {
    const line = wants(`{"a":${form},"r":{"method":"roots/list"},"b":${form}}`)
    expect(readServerLine(line)).toMatchObject({
      kind: 'inputs',
      idText: '1',
      text: line,
      inputs: [{ action: 'elicitation/create', idText: '"a"', arguments: { message: 'name?' } }, { idText: '"b"' }],
    })
  })

  it.each([
    ['the key twice', '{"id":1,"result":{"inputRequests":{},"inputRequests":{}}}'],
    ['another spelling', wants(`{"a":${form}}`).replace('inputR', 'InputR')],
    ['no map', wants(`[${form}]`)],
    ['an entry that is misspelt', wants('{"a":{"METHOD":"elicitation/create","params":{}}}')],
    ['a carriage return', `{"id":1,"result":\r${ask()}\r}`],
    ['an entry without params', wants('{"a":{"method":"elicitation/create"}}')],
    ['very many entries', wants(`{${Array.from({ length: 51 }, (_, n) => `"${n}":${form}`).join(',')}}`)],
  ])('is doubtful with %s', (_, line) => {
    expect(readServerLine(line)).toMatchObject({ kind: 'doubtful-inputs', idText: '1' })
  })
})

it('for the record, whatever can be read counts', () => {
  expect(requestsIn(JSON.parse(`[${ask()},{"id":2,"result":{}}]`)).map(({ action }) => action)).toEqual([
    'elicitation/create',
  ])
  expect(inputsIn(JSON.parse(`{"inputRequests":{"a":${form},"b":7}}`)).map(({ idText }) => idText)).toEqual(['"a"'])
  expect([requestsIn(7), inputsIn(null), inputsIn({ inputRequests: [] })]).toEqual([[], [], []])
})
