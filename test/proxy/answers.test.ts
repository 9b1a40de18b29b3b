// Whatever the chunks, the same answers are seen, in the same order; and what is not an answer never counts as one.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Answer, createAnswerWatcher, idKeyOf } from '../../proxy/answers.ts'

function watch(chunks: Iterable<Buffer>, interested = () => true) {
  const answers: Answer[] = []
  const watcher = createAnswerWatcher(interested, (answer) => answers.push(answer))
  for (const chunk of chunks) watcher.push(chunk)
  return { answers, midLine: watcher.midLine() }
}
const seen = (text: string) => watch([Buffer.from(text)]).answers.map(({ idKey, outcome }) => [idKey, outcome])

const big = 'x'.repeat(100_000)
const content = (text: string) => `"content":[{"type":"text","text":"${text}"}]`

describe('one line', () => {
  it.each<[string, string, [string, string][]]>([
    ['a result', '{"jsonrpc":"2.0","id":1,"result":{}}', [['1', 'ok']]],
    ['a text id', '{"id":"1","result":{}}', [['"1"', 'ok']]],
    ['a huge id', '{"id":12345678901234567890,"result":{}}', [['12345678901234567000', 'ok']]],
    ['an escaped id', '{"id":"\\u00e9","result":{}}', [['"é"', 'ok']]],
    ['an error', '{"id":1,"error":{"code":-1,"message":"no"}}', [['1', 'protocol-error']]],
    ['a tool error', `{"id":1,"result":{${content('no')},"isError":true}}`, [['1', 'tool-error']]],
    ['isError false', `{"id":1,"result":{"isError":false}}`, [['1', 'ok']]],
    ['isError in a text', '{"id":1,"result":{"text":"\\"isError\\":true"}}', [['1', 'ok']]],
    ['a request of the server', '{"id":1,"method":"sampling/createMessage","params":{}}', []],
    ['a notification', '{"method":"notifications/progress"}', []],
    ['noise', 'listening on port 3000', []],
    ['a blank line', '', []],
    ['a null id', '{"id":null,"error":{"code":-32700}}', []],
    ['neither result nor error', '{"id":1}', []],
    [
      'a batch',
      '[{"id":1,"result":{}},{"method":"n"},{"id":2,"error":{}}]',
      [
        ['1', 'ok'],
        ['2', 'protocol-error'],
      ],
    ],
    ['CRLF', '{"id":1,"result":{}}\r', [['1', 'ok']]],
  ])('%s', (_, line, expected) => {
    expect(seen(`${line}\n`)).toEqual(expected)
    expect(seen(line)).toEqual([])
  })
})

describe('a long line is told by its ends', () => {
  it.each<[string, string, [string, string][]]>([
    ['id first', `{"jsonrpc":"2.0","id":7,"result":{${content(big)}}}`, [['7', 'ok']]],
    ['id last', `{"result":{${content(big)}},"jsonrpc":"2.0","id":7}`, [['7', 'ok']]],
    ['id last but one', `{"result":{${content(big)}},"id":"x","jsonrpc":"2.0"}`, [['"x"', 'ok']]],
    [
      'plain members before the id',
      `{"time":1.5,"jsonrpc":"2.0","ok":true,"id":7,"result":{${content(big)}}}`,
      [['7', 'ok']],
    ],
    ['plain members behind the id', `{"result":{${content(big)}},"id":7,"took":12,"who":"me"}`, [['7', 'ok']]],
    ['white space', ` { "id" : 7 , "result" : {${content(big)}} } `, [['7', 'ok']]],
    ['an escaped id', `{"id":"\\u00e9","result":{${content(big)}}}`, [['"é"', 'ok']]],
    ['a huge id', `{"id":12345678901234567890,"result":{${content(big)}}}`, [['12345678901234567000', 'ok']]],
    ['isError at the end', `{"id":7,"result":{${content(big)},"isError":true}}`, [['7', 'tool-error']]],
    ['isError at the start', `{"id":7,"result":{"isError":true,${content(big)}}}`, [['7', 'tool-error']]],
    [
      'isError in the text',
      `{"id":7,"result":{${content(`\\"isError\\":true}${big}\\"isError\\":true}`)}}}`,
      [['7', 'ok']],
    ],
    ['an error', `{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"${big}"}}`, [['7', 'protocol-error']]],
    ['an id of the content only', `{"result":{"text":"${big}","id":7}}`, []],
    ['a text that ends like an id', `{"result":{},"text":"${big}\\"id\\":7"}`, []],
    [
      'a request of the server',
      `{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{"t":"${big}"}}`,
      [],
    ],
    ['the id between two big members', `{"a":"${big}","id":7,"result":{"b":"${big}"}}`, []],
    [
      'a long batch',
      `[{"id":1,"result":{${content(big)}}},{"id":2,"result":{}}]`,
      [
        ['1', 'ok'],
        ['2', 'ok'],
      ],
    ],
    ['noise', big, []],
  ])('%s', (_, line, expected) => {
    expect(seen(`${line}\n`)).toEqual(expected)
    expect(seen(`{"id":1,"result":{}}\n${line}\n{"id":2,"result":{}}\n`)).toEqual([
      ['1', 'ok'],
      ...expected,
      ['2', 'ok'],
    ])
  })

  it('gives its length, its hash and its start', () => {
    const line = Buffer.from(`{"id":7,"result":{${content(`é${big}`)}}}`)
    const chunks = [line.subarray(0, 9), line.subarray(9, 70_000), line.subarray(70_000), Buffer.from('\n')]
    const [answer] = watch(chunks).answers
    expect(answer).toMatchObject({ bytes: line.length, sha256: createHash('sha256').update(line).digest('hex') })
    expect(answer?.head).toHaveLength(line.subarray(0, 8192).toString().length)
    expect(line.toString().startsWith(answer?.head ?? '?')).toBe(true)
  })

  // Each of these would run for minutes if a pattern looked back.
  it.each([
    ['ids without end', `{"x":{"y":"${'"id":1,'.repeat(20_000)}}`],
    ['plain members only', `{${'"a":1,'.repeat(20_000)}}`],
    ['backslashes', `{"result":1,"id":"${'\\\\'.repeat(50_000)}`],
  ])('reads hostile ends in passing: %s', (_, line) => {
    expect(seen(`${line}\n`)).toEqual([])
  })
})

describe('chunks', () => {
  const stream = Buffer.from(
    '{"id":1,"result":{"é":1}}\n\nnoise\n{"id":"2","error":{}}\r\n[{"id":3,"result":{}},{"id":4,"result":{"isError":true}}]\n{"method":"n"}\n{"id":5,"result":{}}\n',
  )
  const whole = watch([stream]).answers
  it('sees them all at once', () => {
    expect(whole.map((answer) => answer.idKey)).toEqual(['1', '"2"', '3', '4', '5'])
  })

  it.each([1, 2, 3, 7])('sees the same in chunks of %d bytes', (size) => {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, n) =>
      stream.subarray(n * size, (n + 1) * size),
    )
    expect(watch(chunks).answers).toEqual(whole)
  })

  it('sees the same however it is split in three', () => {
    for (let a = 1; a < stream.length; a++) {
      for (let b = a + 1; b < stream.length; b += 5) {
        expect(watch([stream.subarray(0, a), stream.subarray(a, b), stream.subarray(b)]).answers).toEqual(whole)
      }
    }
  })

  it('knows at every byte whether a line is open', () => {
    for (let at = 1; at <= stream.length; at++) {
      const open = stream[at - 1] !== 0x0a
      expect(watch([stream.subarray(0, at)]).midLine).toBe(open)
      expect(watch([stream.subarray(0, at)], () => false).midLine).toBe(open)
    }
  })

  it('sees the answer whose line ends after a call began, wherever in it that was', () => {
    for (let at = 1; at < stream.length; at++) {
      let interested = false
      const answers: Answer[] = []
      const watcher = createAnswerWatcher(
        () => interested,
        (answer) => answers.push(answer),
      )
      watcher.push(stream.subarray(0, at))
      interested = true
      watcher.push(stream.subarray(at))
      const from = stream.lastIndexOf(0x0a, at - 1) + 1
      expect(answers).toEqual(watch([stream.subarray(from)]).answers)
    }
  })
})

describe('what the server asks of the client', () => {
  const asked = (text: string, size = 100_000) => {
    const requests: unknown[] = []
    const watcher = createAnswerWatcher(
      () => false,
      () => {
        throw new Error('nobody waits for an answer')
      },
      (message) => requests.push(message),
    )
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) watcher.push(bytes.subarray(at, at + size))
    return requests
  }
  const sampling = (method: string, text = 'hi') =>
    `{"jsonrpc":"2.0","id":1,"method":${method},"params":{"t":"${text}"}}`

  it.each([
    ['as most write it', sampling('"sampling/createMessage"')],
    ['as PHP writes it', sampling('"sampling\\/createMessage"')],
    ['with an escaped letter', sampling('"sampling/\\u0063reateMessage"')],
    ['of megabytes', sampling('"sampling/createMessage"', 'x'.repeat(3_000_000))],
    ['in a batch', `[${sampling('"elicitation/create"')}]`],
  ])('is noticed %s, in whatever chunks', (_, line) => {
    for (const size of [line.length + 1, 60_000, ...(line.length < 1000 ? [1] : [])]) {
      expect(asked(`${line}\n`, size)).toEqual([JSON.parse(line)])
    }
  })

  it('costs other lines no parse', () => {
    expect(asked('{"id":1,"result":{}}\n{"method":"n"}\nnoise\n')).toEqual([])
  })
})

it('ids are equal as parsers see them', () => {
  expect(idKeyOf('1')).not.toBe(idKeyOf('"1"'))
  expect(idKeyOf('1.0')).toBe(idKeyOf('1'))
  expect(idKeyOf('9007199254740993')).toBe('9007199254740992')
})
