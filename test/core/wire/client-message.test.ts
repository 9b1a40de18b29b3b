// Nothing that any upstream could take for a tools/call passes as something else. Tricks are rows; a property mutates
// messages and compares with readers that are laxer than ours.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClientMessage, readClientLine } from '../../../core/wire/client-message.ts'
import { readServerLine } from '../../../core/wire/server-message.ts'

const call = (over = '') =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{"a":1}${over}}}`
const message = (...members: string[]) => `{"jsonrpc":"2.0",${members.join(',')}}`
const params = '"params":{"name":"write","arguments":{}}'

const theCall = (read: ClientMessage) => {
  if (read.kind !== 'call') throw new Error(`read as ${JSON.stringify(read)}`)
  return read.call
}

describe('a tools/call', () => {
  it('is forwarded as it was parsed, compact text unchanged', () => {
    expect(theCall(readClientLine(call()))).toEqual({
      action: 'tools/call',
      idText: '1',
      tool: 'write',
      arguments: { a: 1 },
      modern: false,
      text: call(),
    })
  })

  it.each([
    ['white space', ` { "jsonrpc":"2.0", "id":1,\t"method":"tools/call",\r${params} } `],
    ['an escaped slash', message('"id":1', '"method":"tools\\/call"', params)],
    ['an escaped letter', message('"id":1', '"method":"\\u0074ools/call"', params)],
    ['an escaped key', message('"id":1', '"m\\u0065thod":"tools/call"', params)],
    ['a CRLF line end that was cut off', message('"id":1', '"method":"tools/call"', params)],
  ])('with %s is a call, and one line without tricks goes on', (_, line) => {
    const { text, tool } = theCall(readClientLine(line))
    expect(tool).toBe('write')
    expect(text).toBe(`{"jsonrpc":"2.0","id":1,"method":"tools/call",${params}}`)
  })

  it.each([
    ['1', '1'],
    ['"1"', '"1"'],
    ['-7', '-7'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['-9007199254740993', '-9007199254740993'],
    ['"\\u0031"', '"1"'],
    ['"a\\"b"', '"a\\"b"'],
    ['""', '""'],
    ['1.5', '1.5'],
    ['0', '0'],
  ])('keeps its id %s', (written, idText) => {
    const read = theCall(readClientLine(message(`"id":${written}`, '"method":"tools/call"', params)))
    expect(read.idText).toBe(idText)
    expect(read.text).toContain(`"id":${idText},`)
  })

  it('reads progress token and era, and takes missing arguments for none', () => {
    const meta = '"_meta":{"progressToken":"t\\u0031","io.modelcontextprotocol/protocolVersion":"2026-07-28"}'
    const read = theCall(readClientLine(message('"id":1', '"method":"tools/call"', `"params":{"name":"x",${meta}}`)))
    expect(read).toMatchObject({ progressToken: '"t1"', modern: true, arguments: {} })
  })

  it.each([
    ['no id', [`"method":"tools/call"`, params], -32600],
    ['a null id', ['"id":null', '"method":"tools/call"', params], -32600],
    ['an object as id', ['"id":{}', '"method":"tools/call"', params], -32600],
    ['no params', ['"id":1', '"method":"tools/call"'], -32602],
    ['params as a list', ['"id":1', '"method":"tools/call"', '"params":["write"]'], -32602],
    ['no name', ['"id":1', '"method":"tools/call"', '"params":{}'], -32602],
    ['an empty name', ['"id":1', '"method":"tools/call"', '"params":{"name":""}'], -32602],
    ['arguments as text', ['"id":1', '"method":"tools/call"', '"params":{"name":"a","arguments":"{}"}'], -32602],
    ['Name beside name', ['"id":1', '"method":"tools/call"', '"params":{"name":"read","Name":"write"}'], -32602],
    ['Arguments', ['"id":1', '"method":"tools/call"', '"params":{"name":"a","Arguments":{}}'], -32602],
    [
      'argumentſ (Go folds ſ to s)',
      ['"id":1', '"method":"tools/call"', '"params":{"name":"a","argumentſ":{}}'],
      -32602,
    ],
    ['Params beside params', ['"id":1', '"method":"tools/call"', params, '"Params":{"name":"rm"}'], -32600],
    ['paramſ beside params', ['"id":1', '"method":"tools/call"', params, '"paramſ":{"name":"rm"}'], -32600],
    ['Method', ['"id":1', '"Method":"tools/call"', params], -32600],
    ['Method beside method', ['"id":1', '"method":"ping"', '"METHOD":"tools/call"', params], -32600],
    ['a second method', ['"id":1', '"method":"ping"', '"method":"tools/call"', params], -32600],
    ['a second method before', ['"id":1', '"method":"tools/call"', '"method":"ping"', params], -32600],
    ['a second method by escapes', ['"id":1', '"method":"ping"', '"\\u006dethod":"tools/call"', params], -32600],
    ['two names', ['"id":1', '"method":"tools/call"', '"params":{"name":"read","name":"rm"}'], -32600],
    ['a prototype key', ['"id":1', '"method":"tools/call"', '"params":{"name":"a","__proto__":{}}'], -32600],
    ['1E400', ['"id":1', '"method":"tools/call"', '"params":{"name":"a","arguments":{"n":1E400}}'], -32600],
    [
      'an unsafe integer',
      ['"id":1', '"method":"tools/call"', '"params":{"name":"a","arguments":{"n":9007199254740993}}'],
      -32600,
    ],
    ['a lone surrogate', ['"id":1', '"method":"tools/call"', '"params":{"name":"a\\ud800"}'], -32600],
    [
      'depth 70',
      ['"id":1', '"method":"tools/call"', `"params":{"name":"a","arguments":{"n":${'['.repeat(70)}${']'.repeat(70)}}}`],
      -32600,
    ],
  ])('with %s is rejected', (_, members, code) => {
    const read = readClientLine(message(...members))
    expect(read).toMatchObject({ kind: 'rejected', code })
    const hasId = members[0] === '"id":1'
    expect(read).toMatchObject({ idText: hasId ? '1' : 'null' })
  })

  it.each([
    ['torn', call().slice(0, -1)],
    ['with text after it', `${call()}x`],
    ['behind another message', `{"jsonrpc":"2.0","method":"ping"}${call()}`],
    ['with a raw line separator between tokens', call().replace('"id"', '\u2028"id"')],
    ['of depth 10,000', call(`,"_meta":${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
    ['behind a byte order mark', `\ufeff${call()}`],
  ])('%s is not JSON', (_, line) => {
    expect(readClientLine(line)).toMatchObject({ kind: 'rejected', code: -32700, idText: 'null' })
  })
})

describe('another request that rules can name', () => {
  const read = (text: string) => readClientLine(text)
  const prompt = message(
    '"id":1',
    '"method":"prompts/get"',
    '"params":{"name":"greet","arguments":{"a":1},"_meta":{"x":1}}',
  )

  it('has its parameters without `_meta` as its arguments', () => {
    expect(read(prompt)).toEqual({
      kind: 'request',
      request: {
        action: 'prompts/get',
        idText: '1',
        tool: 'greet',
        arguments: { name: 'greet', arguments: { a: 1 } },
        meta: { x: 1 },
        modern: false,
        text: prompt,
      },
    })
    const resource = message('"id":"r"', '"method":"resources\\/read"', '"params":{"uri":"file:///a"}', '"x":[1]')
    expect(read(resource)).toMatchObject({
      kind: 'request',
      request: { action: 'resources/read', tool: 'file:///a', beside: { x: [1] }, idText: '"r"' },
    })
  })

  it.each([
    ['no id', message('"method":"resources/read"', '"params":{"uri":"a"}')],
    ['no URI', message('"id":1', '"method":"resources/read"', '"params":{}')],
    [
      'a URI of 9,000 characters',
      message('"id":1', '"method":"resources/read"', `"params":{"uri":"${'x'.repeat(9000)}"}`),
    ],
    ['two URIs', message('"id":1', '"method":"resources/read"', '"params":{"uri":"a","uri":"b"}')],
    ['URI beside uri', message('"id":1', '"method":"resources/read"', '"params":{"uri":"a","URI":"b"}')],
    ['two methods', message('"id":1', '"method":"ping"', '"method":"resources/read"', '"params":{"uri":"a"}')],
    ['METHOD', message('"id":1', '"METHOD":"prompts/get"', '"params":{"name":"a"}')],
    ['an unsafe integer', message('"id":1', '"method":"prompts/get"', '"params":{"name":"a","n":9007199254740993}')],
    ['a batch in a batch', `[[${prompt}]]`],
    ['a batch with one that has no name', `[${message('"id":1', '"method":"prompts/get"', '"params":{}')}]`],
    ['a carriage return before it', `{"a":\r${prompt}\r}`],
  ])('is doubtful with %s, so that it passes only where nothing governs it', (_, line) => {
    expect(read(line)).toMatchObject({ kind: 'doubtful', actions: [expect.stringMatching(/read|get/)] })
  })

  it('beside a tools/call is never more than that call', () => {
    const both = message('"id":1', '"method":"resources/read"', '"method":"tools/call"', params)
    expect(read(both)).toMatchObject({ kind: 'rejected' })
    expect(read(`[${call()},${prompt}]`)).toMatchObject({
      kind: 'batch',
      calls: [{ tool: 'write' }, { tool: 'greet' }],
    })
    const nameless = message('"id":2', '"method":"prompts/get"', '"params":{}')
    expect(read(`[${call()},${nameless}]`)).toMatchObject({
      kind: 'batch',
      calls: [{ tool: 'write' }],
      otherIds: ['2'],
      doubt: { actions: ['prompts/get'] },
    })
  })

  it.each([
    ['a first page', '"params":{}', false],
    ['a further page', '"params":{"cursor":"x"}', true],
    ['an escaped method', '"params":{"a":"\\u0041"}', false],
  ])('tools/list is noted: %s', (_, paging, more) => {
    const line = message('"id":7', '"method":"tools/list"', paging)
    expect(read(line)).toEqual({ kind: 'other', lists: [{ idText: '7', more }] })
    expect(read(`[${line},${line}]`)).toMatchObject({ kind: 'other', lists: [{ more }, { more }] })
  })
})

describe('a message that is no call', () => {
  it.each([
    ['ping', message('"id":1', '"method":"ping"')],
    ['a huge id', message('"id":99999999999999999999', '"method":"whatever/x"')],
    ['an answer that speaks of calls', message('"id":1', '"result":{"text":"use tools/call"}')],
    ['a nested call', message('"id":1', '"method":"x"', `"params":${call()}`)],
    ['duplicate keys', message('"id":1', '"method":"x"', '"method":"y"')],
    ['escapes', message('"method":"x"', '"params":{"path":"C:\\\\dir"}')],
    ['great depth', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['a batch without calls', `[${message('"id":1', '"method":"ping"')}]`],
    ['an empty line', ''],
    ['blanks', ' \t'],
    ['a number', '7'],
  ])('passes: %s', (_, line) => {
    expect(readClientLine(line)).toEqual({ kind: 'other' })
  })

  // An upstream that reads JSON as a stream (Go's json.Decoder) would join such lines into one call.
  it.each([
    ['the start of one', '{"jsonrpc":"2.0","id":1,"method":'],
    ['an open list', '['],
    ['an open string', '{"a":"'],
    ['the end of one', `,${params}}`],
    ['two values', '{} {}'],
    ['garbage', 'hello'],
  ])('never passes torn: %s', (_, line) => {
    expect(readClientLine(line)).toMatchObject({ kind: 'rejected', code: -32700, idText: 'null' })
  })

  // To Python's and Node's line readers a carriage return ends a line.
  it('never passes with a carriage return before something like a call', () => {
    const line = `{"id":5,"result":\r${call()}\r}`
    expect(readClientLine(line)).toMatchObject({ kind: 'rejected', code: -32600, idText: '5' })
    expect(readClientLine('{"id":5,\r"result":{}}')).toEqual({ kind: 'other' })
  })
})

describe('a batch', () => {
  it('gives its calls, and the ids of what else waits for an answer', () => {
    const members = [
      call(),
      message('"id":"p"', '"method":"ping"'),
      message('"method":"n"'),
      message('"id":9', '"result":{}'),
    ]
    const read = readClientLine(`[ ${members.join(' , ')} ]`)
    expect(read).toMatchObject({ kind: 'batch', others: 3, otherIds: ['"p"'], text: `[${members.join(',')}]` })
    expect(read.kind === 'batch' && read.calls.map((one) => one.tool)).toEqual(['write'])
  })

  it.each([
    ['a misspelt call', `[${message('"id":1', '"Method":"tools/call"', params)}]`],
    ['a call without id', `[${message('"method":"tools/call"', params)}]`],
    ['a batch with a call', `[[${call()}]]`],
    ['a batch with a spaced call', `[ [ ${call()} ] ]`],
    ['a huge id', `[${message('"id":12345678901234567890', '"method":"tools/call"', params)}]`],
  ])('with %s in it is rejected whole', (_, line) => {
    expect(readClientLine(line)).toMatchObject({ kind: 'rejected', idText: 'null' })
  })
})

/** Messages that some lax reader would run: by the last, the first or the misspelt key, alone, in lists, after a return. */
function laxlyACall(line: string, method = 'tools/call'): boolean {
  return line
    .split(/[\r\u2028\u2029]/)
    .concat(line)
    .some((piece) => readings(piece).some((value) => isCallToAnybody(value, method)))
}

function readings(text: string): unknown[] {
  const found: unknown[] = []
  try {
    found.push(JSON.parse(text))
    // First key wins: later ones get another name.
    const seen: Set<string>[] = []
    found.push(
      JSON.parse(
        text.replace(/"(?:[^"\\]|\\.)*"\s*:|[{}]/g, (token) => {
          if (token === '{') seen.push(new Set())
          else if (token === '}') seen.pop()
          else {
            const key = JSON.parse(token.slice(0, token.lastIndexOf(':')).trim()) as string
            if (seen.at(-1)?.has(key)) return `"later${Math.random()}":`
            seen.at(-1)?.add(key)
          }
          return token
        }),
      ),
    )
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return found
}

function isCallToAnybody(value: unknown, method: string): boolean {
  if (Array.isArray(value)) return value.some((member) => isCallToAnybody(member, method))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key.toLowerCase() === 'method' && inner === method)
}

describe('property', () => {
  it('a line that anybody could read as a call is never other', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '\r',
      '"method"',
      '"Method"',
      '"m\\u0065thod"',
      '"tools/call"',
      '"tools\\/call"',
      '"ping"',
      '"id":1,',
      '"method":"tools/call"',
      '"method":"ping",',
      '"params":{"name":"x"}',
      '{"id":1,"method":"tools/call","params":{"name":"x","arguments":{}}}',
      '{"a":',
      '\u2028',
      '\\',
    )
    const mutated = fc
      .tuple(
        fc.constantFrom(call(), `[${call()}]`, message('"id":1', '"method":"ping"', `"params":${call()}`), '{"a":1}'),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), pieces), { minLength: 1, maxLength: 5 }),
      )
      .map(([start, edits]) =>
        edits.reduce((line, [at, drop, put]) => {
          const where = at % (line.length + 1)
          return line.slice(0, where) + put + line.slice(where + drop)
        }, start),
      )
    const joined = fc.array(pieces, { maxLength: 12 }).map((all) => all.join(''))
    const members = fc.constantFrom(
      '"id":1',
      '"method":"ping"',
      '"method": "tools/call"',
      '"METHOD":"tools/call"',
      '"m\\u0065thod":"tools\\/call"',
      '"params":{"name":"x"}',
      `"result":\r${call()}\r`,
    )
    const wellFormed = fc
      .tuple(fc.array(members, { maxLength: 5 }), fc.constantFrom('', '[', '[[', '[1,'))
      .map(([all, open]) => `${open}{${all.join(',')}}${']'.repeat(open.replace('1,', '').length)}`)
    let calls = 0
    fc.assert(
      fc.property(fc.oneof(mutated, joined, wellFormed), (line) => {
        if (!laxlyACall(line)) return
        calls += 1
        expect(readClientLine(line).kind).not.toBe('other')
        // The same with another method, which then nothing may let through but a policy without a word on it.
        const other = line.replaceAll('tools', 'resources').replaceAll('call', 'read')
        if (laxlyACall(other, 'resources/read')) expect(readClientLine(other).kind).not.toBe('other')
        const asking = line.replaceAll('tools', 'sampling').replaceAll('call', 'createMessage')
        if (laxlyACall(asking, 'sampling/createMessage')) expect(readServerLine(asking).kind).not.toBe('other')
      }),
      { numRuns: 20_000 },
    )
    expect(calls).toBeGreaterThan(1000)
  })

  it('what is forwarded reads the same as what was judged', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value))
    fc.assert(
      fc.property(json, fc.string(), fc.constantFrom('', ' ', '\t'), (args, tool, gap) => {
        const line = `{"jsonrpc":"2.0",${gap}"id":7,"method":"tools/call","params":{"name":${JSON.stringify(`t${tool}`)},"arguments":{"v":${args}}}}`
        const read = readClientLine(line)
        if (read.kind === 'rejected') return
        const { text, arguments: judged } = theCall(read)
        expect(text).not.toContain('\n')
        const sent = JSON.parse(text) as { params: { name: string; arguments: unknown } }
        expect(sent.params).toEqual({ name: `t${tool}`, arguments: judged })
      }),
      { numRuns: 2000 },
    )
  })
})
