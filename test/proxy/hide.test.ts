// Tools a client is not to see: cut out of `tools/list`, and not a byte else; and what the lists say of tools.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import {
  allowAll,
  answerOf,
  answerTo,
  type Bench,
  callTool,
  createBench,
  createInstall,
  decisionOf,
} from './support/proxy.ts'

const hiding = (tools = '["delete_*", nuke]', more = '') => `version: 1
default: allow
rules:
  - { id: out-of-sight, effect: deny, tools: ${tools}, hide: true${more} }
`
const tool = (name: string, more = '') => `{ "name" : ${JSON.stringify(name)}, "n":12345678901234567890${more} }`
const list = (names: string[], more = '') => `{"tools": [ ${names.map((name) => tool(name)).join(' ,\t')} ]${more}}`

let bench: Bench
const use = (lists: string[], listChanged = false) => {
  bench = createBench({ lists, listChanged })
}
beforeEach(() => use([]))
afterEach(() => bench.remove())

const ask = async (client: RawClient, id: number | string, params?: object) => {
  client.send({ jsonrpc: '2.0', id, method: 'tools/list', ...(params && { params }) })
  return (await client.next(answerTo(id))).text
}
const answer = (id: number, result: string) => `{"jsonrpc":"2.0","id":${id},"result":${result}}`

describe('tools/list', () => {
  it.each<[string, string, string]>([
    ['the first', list(['nuke', 'a', 'b']), `{"tools": [ ${tool('a')},${tool('b')} ]}`],
    ['one in the middle', list(['a', 'delete_x', 'b']), `{"tools": [ ${tool('a')},${tool('b')} ]}`],
    ['the last', list(['a', 'nuke']), `{"tools": [ ${tool('a')} ]}`],
    ['all of them', list(['nuke', 'delete_x']), '{"tools": [  ]}'],
    [
      'one beside cursor and cache hints',
      list(['a', 'nuke'], ' , "nextCursor":"n1","ttlMs":9007199254740993,"cacheScope":"public","_meta":{"x":1.0}'),
      `{"tools": [ ${tool('a')} ] , "nextCursor":"n1","ttlMs":9007199254740993,"cacheScope":"public","_meta":{"x":1.0}}`,
    ],
    [
      'one whose name is escaped, with braces in a text',
      `{"tools":[{"name":"n\\u0075ke","description":"\\"}],["},{"name":"a","description":"}]\\\\"}]}`,
      `{"tools":[{"name":"a","description":"}]\\\\"}]}`,
    ],
  ])('loses %s, and every other byte stays', async (_, sent, expected) => {
    use([sent])
    const client = bench.start({ policy: hiding() })
    expect(await ask(client, 1)).toBe(answer(1, expected))
  })

  it.each([
    ['nothing is hidden', allowAll, 'test'],
    ['nothing is hidden from this client', hiding('[nuke]', ', client: other'), 'test'],
    ['nothing in it is hidden', hiding('[something]'), 'test'],
  ])('passes byte for byte where %s', async (_, policy) => {
    const odd = ' { "tools":[ {"name":"nuke"}\r,{"name":"nuke"} ] , "tools" : [] } '
    use([odd])
    expect(await ask(bench.start({ policy }), 1)).toBe(answer(1, odd))
  })

  it('is edited whatever the chunks and whatever is written around it', async () => {
    use([list(['a', 'nuke'])])
    const client = bench.start({ policy: hiding() })
    client.write(
      ['{"jsonrpc":"2.0","id":1,"method":"ping"}', '{"jsonrpc":"2.0","id":2,"method":"tools\\/list"}', ''].join('\n'),
    )
    client.send({ jsonrpc: '2.0', id: 3, method: 'ping' })
    await client.next(answerTo(3))
    expect(client.lines.map((line) => line.text)).toEqual([
      '{"jsonrpc":"2.0","id":1,"result":{}}',
      answer(2, `{"tools": [ ${tool('a')} ]}`),
      '{"jsonrpc":"2.0","id":3,"result":{}}',
    ])
  })

  it('too long to be edited is not passed on, and the client is told', async () => {
    const server = `process.stdin.once('data', () => process.stdout.write('{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"nuke","d":"' + 'x'.repeat(17 * 1024 * 1024) + '"}]}}\\n'))`
    const client = bench.start({ policy: hiding(), command: [process.execPath, '-e', server] })
    client.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    expect(answerOf(await client.next(answerTo(1))).error).toMatchObject({ code: 4003 })
    expect(client.stdout().length).toBeLessThan(1000)
  })

  it('a long answer of another kind passes meanwhile', async () => {
    const server = `process.stdin.once('data', () => process.stdout.write('{"result":{"content":"' + 'x'.repeat(17 * 1024 * 1024) + '"},"id":9}\\n'))`
    const client = bench.start({ policy: hiding(), command: [process.execPath, '-e', server] })
    client.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    expect((await client.next(answerTo(9))).bytes.length).toBeGreaterThan(17 * 1024 * 1024)
  })

  it.each([
    ['with the method twice', '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"ping"}'],
    ['with a resource as its other method', '{"jsonrpc":"2.0","id":1,"method":"resources/read","method":"tools/list"}'],
    ['with another spelling of the method', '{"jsonrpc":"2.0","id":1,"Method":"tools/list"}'],
    ['with the id twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}'],
    ['with a carriage return in it', '{"jsonrpc":"2.0","id":1,\r"method":"tools/list"}'],
    ['with an id that is no id', '{"jsonrpc":"2.0","id":[1],"method":"tools/list"}'],
    ['beside what is no request', '[{"id":9,"method":"resources/read"},{"id":1,"method":"tools/list"}]'],
    ['in a batch in a batch', '[[{"id":1,"method":"tools/list"}]]'],
    ['before too many others', Array.from({ length: 40 }, (_, n) => `{"id":${n},"method":"tools/list"}`).join('\n')],
  ])('asked for %s loses them as well', async (_, request) => {
    const told = `{"id":1,"result":{"tools":[{"name":"nuke"},{"name":"a"}]}}`
    const server = `process.stdin.once('data', () => process.stdout.write('${told}\\n'))`
    const client = bench.start({ policy: hiding(), command: [process.execPath, '-e', server] })
    client.send(request)
    expect((await client.next(answerTo(1))).text).toBe('{"id":1,"result":{"tools":[{"name":"a"}]}}')
  })

  it.each([
    ['beside it', (list: string, asking: string) => `[${list},${asking}]`],
    [
      'inside of it',
      (list: string) =>
        list.replace('"tools"', '"inputRequests":{"x":{"method":"sampling/createMessage","params":{}}},"tools"'),
    ],
  ])('does not carry past the policy what the server asks %s', async (_, joined) => {
    const told = joined(
      '{"id":1,"result":{"tools":[{"name":"nuke"},{"name":"a"}]}}',
      '{"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{}}',
    )
    for (const lines of [[told], ['{"method":"n"}', told]]) {
      const server = `process.stdin.once('data', () => { for (const line of ${JSON.stringify(lines)}) process.stdout.write(line + '\\n') })`
      const policy = `${hiding()}  - { id: no-sampling, on: sampling/createMessage, effect: deny }\n`
      const client = bench.start({ policy, command: [process.execPath, '-e', server] })
      client.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
      client.end()
      await client.closed
      expect(client.stdout().toString()).not.toMatch(/"method":"sampling|nuke/)
    }
  })

  it('a tool that is not seen is denied when called all the same', async () => {
    const client = bench.start({ policy: hiding() })
    expect(decisionOf(await callTool(client, 1, 'nuke'))).toMatchObject({ decision: 'denied', rules: ['out-of-sight'] })
    expect(bench.witness.calls()).toEqual([])
  })
})

describe('a policy that hides other tools', () => {
  const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'
  const start = async (listChanged: boolean) => {
    use([list(['a', 'nuke', 'write_x'])], listChanged)
    const install = createInstall(bench.home)
    install.publish(hiding())
    const client = bench.start()
    await client.request('initialize', { protocolVersion: '2025-11-25', clientInfo: { name: 'c', version: '1' } }, 'i')
    await ask(client, 1)
    return { install, client }
  }

  it('is told to the client, without anything going on, where the server had said that it tells of changes', async () => {
    const { install, client } = await start(true)
    install.publish(hiding('[a]'))
    await client.next((line) => line.text === changed)
    expect(await ask(client, 2)).not.toContain('"name" : "a"')
    install.publish(`${hiding('[a]')}# nothing new\n`)
    await callTool(client, 3, 'write_x')
    expect(client.lines.filter((line) => line.text === changed)).toHaveLength(1)
  })

  it('is not told where the server had not', async () => {
    const { install, client } = await start(false)
    install.publish(hiding('[a]'))
    await callTool(client, 2, 'write_x')
    expect(await ask(client, 3)).not.toContain('"name" : "a"')
    expect(client.lines.map((line) => line.text)).not.toContain(changed)
  })
})

describe('what a list says of a tool', () => {
  const annotated = (name: string, hints: object) => tool(name, `,"annotations":${JSON.stringify(hints)}`)
  const risks = () => bench.events().flatMap(({ type, data }) => (type === 'call.decided' ? [data['risk']] : []))
  const both = `{"tools":[${annotated('get_x', { destructiveHint: true })}]}`

  it('may raise its risk from then on', async () => {
    use([both])
    const client = bench.start({ policy: allowAll })
    await callTool(client, 1, 'get_x')
    await ask(client, 2)
    await callTool(client, 3, 'get_x')
    expect(risks()).toEqual(['read', 'destructive'])
  })

  it('never lowers it', async () => {
    use([`{"tools":[${annotated('delete_x', { readOnlyHint: true, destructiveHint: false })}]}`])
    const client = bench.start({ policy: allowAll })
    await ask(client, 1)
    await callTool(client, 2, 'delete_x')
    expect(risks()).toEqual(['destructive'])
  })

  it('stays until a later list is there as a whole', async () => {
    use([both, '{"tools":[],"nextCursor":"2"}', '{"tools":[]}'])
    const client = bench.start({ policy: allowAll })
    await ask(client, 1)
    await ask(client, 2)
    await callTool(client, 3, 'get_x')
    await ask(client, 4, { cursor: '2' })
    await callTool(client, 5, 'get_x')
    expect(risks()).toEqual(['destructive', 'read'])
  })

  it('holds for all of its pages', async () => {
    const first = `{"tools":[${annotated('get_x', { destructiveHint: true })}],"nextCursor":"2"}`
    use([first, `{"tools":[${annotated('get_y', { readOnlyHint: false })}]}`])
    const client = bench.start({ policy: allowAll })
    await ask(client, 1)
    await ask(client, 2, { cursor: '2' })
    await callTool(client, 3, 'get_x')
    await callTool(client, 4, 'get_y')
    expect(risks()).toEqual(['destructive', 'write'])
  })
})
