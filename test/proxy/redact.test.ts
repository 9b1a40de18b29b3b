// What a rule keeps out of the record is in no file of the data folder; the server and the person still get it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hideValues } from '../../proxy/hidden-values.ts'
import { type BrokerDouble, startBrokerDouble } from './support/broker-double.ts'
import { answerTo, type Bench, callTool, createBench, createInstall, toolCall } from './support/proxy.ts'

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

const policy = (paths: string, effect = 'allow') => `version: 1
default: allow
rules:
  - id: private
    effect: ${effect}
    tools: ["*"]
    redact: ${paths}
`

/** Everything that is in the data folder but the policy, which the test wrote. */
function written(): string {
  const files = readdirSync(bench.home, { recursive: true, withFileTypes: true })
  const kept = files.filter(
    (entry) => entry.isFile() && !/policy|published|keys/.test(join(entry.parentPath, entry.name)),
  )
  return kept.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n')
}

describe('the record', () => {
  it.each<[string, string, object, RegExp]>([
    ['an argument', '[body]', { body: 'lilac sky at dawn', to: 'ada' }, /lilac/],
    ['an argument within another', '["mail.body"]', { mail: { body: 'lilac sky at dawn', to: 'ada' } }, /lilac/],
    ['every element of a list', '["to[*].name"]', { to: [{ name: 'Lilac One' }, { name: 'Lilac Two' }] }, /Lilac/],
    ['one element', '["to[1]"]', { to: ['ada', 'lilac@example.test'] }, /lilac/],
    ['an object as a whole', '[mail]', { mail: { body: 'lilac sky', cc: ['lilac@example.test'] } }, /lilac/],
    ['another spelling of the key', '[body]', { Body: 'lilac sky at dawn' }, /lilac/],
    ['a text where an object should be', '["mail.body"]', { mail: '{"body":"lilac sky"}' }, /lilac/],
    [
      'quotes, line feeds and letters',
      '[body]',
      { body: 'lil\u00e4c "sky"\n\u{1f33a} at dawn' },
      /lil(?:\u00e4|\\+u00e4)c/,
    ],
    ['a number', '[pin]', { pin: 48151623 }, /48151623/],
    ['a short number', '[pin]', { pin: 731 }, /731(?!\d)/],
  ])('has none of %s, in the arguments or in what the server repeats', async (_, paths, args, secret) => {
    const client = bench.start({ policy: policy(paths) })
    expect((await callTool(client, 1, 'get_x', args)).text).toMatch(secret)
    expect(bench.witness.calls()[0]?.arguments).toEqual(args)
    const events = bench.events().filter((event) => event.type.startsWith('call.'))
    expect(JSON.stringify(events.map(({ data }) => [data['arguments'], data['result']]))).not.toMatch(secret)
    if (!/731/.test(String(secret))) expect(written()).not.toMatch(secret)
    expect(written()).toContain('[redacted:')
  })

  it('keeps the rest, and tells equal values apart from others', async () => {
    const client = bench.start({ policy: policy('[body]') })
    await callTool(client, 1, 'get_x', { body: 'lilac sky', to: 'ada' })
    await callTool(client, 2, 'get_x', { body: 'lilac sky', to: 'bob' })
    await callTool(client, 3, 'get_x', { body: 'green sky', to: 'ada' })
    const kept = bench.events().flatMap(({ type, data }) => {
      return type === 'call.decided' ? [JSON.parse((data['arguments'] as { text: string }).text)] : []
    })
    expect(kept.map(({ to }) => to)).toEqual(['ada', 'bob', 'ada'])
    expect(kept[0].body).toBe(kept[1].body)
    expect(kept[0].body).not.toBe(kept[2].body)
  })

  it('has none of it in a result that is too long to be kept whole', async () => {
    const client = bench.start({ policy: policy('[filler]') })
    const filler = 'lilac sky at dawn '.repeat(10_000)
    await callTool(client, 1, 'get_x', { filler })
    expect(written()).not.toContain('lilac sky')
  })

  it.each([
    ['as Go writes JSON', '\\u0026'],
    ['with slashes escaped', '&'],
  ])('has none of it in a long result %s', async (_, ampersand) => {
    const secret = 'https://lilac.test/a/b?x=1&y=sky'
    const spelt = secret.replaceAll('/', '\\/').replace('&', ampersand)
    const result = `{"content":[{"type":"text","text":"${spelt} ${'x'.repeat(100_000)}"}]}`
    const client = bench.start({ policy: policy('[body]') })
    await callTool(client, 1, 'raw_x', { result, body: secret })
    expect(written()).not.toContain('lilac')
  })

  it('has none of it in another argument, and shows the others where the value is a single letter', () => {
    const shown = (body: string, to: string) => hideValues(['body'], { body, to }, () => '[gone]')?.arguments
    expect(shown('lilac sky', 'see lilac sky')).toEqual({ body: '[gone]', to: 'see [gone]' })
    expect(shown('a', 'ada')).toEqual({ body: '[gone]', to: 'ada' })
    expect(shown('gone', 'bob\\n')).toMatchObject({ to: 'bob\\n' })
  })

  it('names the tool whatever is hidden', async () => {
    const client = bench.start({ policy: policy('[body]') })
    await callTool(client, 1, 'get_x', { body: 'e' })
    await callTool(client, 2, 'get_x', { body: 'get_x' })
    const decided = bench.events().flatMap(({ type, data }) => (type === 'call.decided' ? [data] : []))
    expect(decided.map(({ tool }) => tool)).toEqual(['get_x', 'get_x'])
    expect(decided[0]?.['reason']).toContain('Rule private in')
  })

  it('has none of a number that cannot be kept exactly, which is why the call is rejected', async () => {
    const client = bench.start({ policy: policy('[pin]') })
    client.send(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"pin":48151623481516234}}}',
    )
    await client.next(answerTo(1))
    expect(written()).not.toContain('48151623')
  })

  it('has none of it where another rule decides, or the call is denied', async () => {
    const denying = `${policy('[body]')}  - { id: no, effect: deny, tools: [put_x] }\n`
    const client = bench.start({ policy: denying })
    await callTool(client, 1, 'put_x', { body: 'lilac sky' })
    expect(bench.events().find((event) => event.type === 'call.decided')?.data['decision']).toBe('deny')
    expect(written()).not.toContain('lilac')
  })

  it('has none of the URI of a resource, which is its name as well', async () => {
    const rule = 'version: 1\nrules:\n  - { id: r, on: resources/read, effect: deny, redact: uri }\n'
    const client = bench.start({ policy: rule })
    client.send({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'mail://lilac/1' } })
    await client.next(answerTo(1))
    expect(bench.events().at(-1)?.data).toMatchObject({ action: 'resources/read', decision: 'deny' })
    expect(written()).not.toContain('lilac')
  })

  it('has none of it when a held call is approved; the person sees it', async () => {
    const install = createInstall(bench.home)
    broker = await startBrokerDouble(bench.home, install.sign, ({ method }) =>
      method === 'approval.request' ? { outcome: 'approved', approval: 'a', by: 'ada' } : {},
    )
    const client = bench.start({ policy: policy('[body]', 'require-approval') })
    client.send(toolCall(1, 'put_x', { body: 'lilac sky' }))
    await client.next(answerTo(1))
    const card = broker.heard.find(({ method }) => method === 'approval.request')
    expect(card?.params['arguments']).toEqual({ body: 'lilac sky' })
    expect(written()).not.toContain('lilac')
  })
})

describe('what a server nests without end', () => {
  const deep = `${'['.repeat(30_000)}"password=hunter22"${']'.repeat(30_000)}`

  it.each([
    ['in a result', `{"content":${deep}}`],
    ['in JSON in a result', JSON.stringify({ content: [{ type: 'text', text: deep }] })],
    [
      'in what it asks for first',
      `{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"x":${deep}}}}}`,
    ],
  ])('is no end of the proxy, %s', async (_, result) => {
    const client = bench.start({ policy: 'version: 1\ndefault: allow\n' })
    await callTool(client, 0, 'get_x', {})
    await callTool(client, 1, 'raw_x', { result })
    await callTool(client, 2, 'get_x', {})
    expect(bench.callEvents().filter((type) => type === 'call.answered')).toHaveLength(3)
    const kept = bench.events().flatMap(({ type, data }) => (type === 'call.answered' ? [data['result']] : []))
    expect(JSON.stringify(kept)).not.toContain('hunter22')
  })
  it('is no end of the proxy, in a request of its own', async () => {
    const client = bench.start({ policy: 'version: 1\ndefault: allow\n' })
    const line = `{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{"messages":${deep}}}`
    await callTool(client, 1, 'say_x', { lines: [line] })
    await callTool(client, 2, 'get_x', {})
    expect(bench.events().some(({ data }) => data['action'] === 'sampling/createMessage')).toBe(true)
    expect(client.stdout().toString()).toContain(deep)
  })
})

describe('a value that is hidden', () => {
  const mark = () => '[gone]'
  const hidden = (value: string) => hideValues(['a'], { a: value }, mark)

  it.each([
    ['as it is', 'lilac "sky"', 'it says lilac "sky".', 'it says [gone].'],
    ['in JSON', 'lilac "sky"', '{"a":"lilac \\"sky\\""}', '{"a":"[gone]"}'],
    [
      'in JSON in JSON',
      'lilac "sky"',
      '{"t":"{\\"a\\":\\"lilac \\\\\\"sky\\\\\\"\\"}"}',
      '{"t":"{\\"a\\":\\"[gone]\\"}"}',
    ],
    ['as Python escapes it', 'lil\u00e4c', '"lil\\u00e4c"', '"[gone]"'],
    ['in a URL', 'lilac sky', '?q=lilac%20sky', '?q=[gone]'],
    ['in a form', 'lilac/sky at', '?q=lilac%2fsky+at', '?q=[gone]'],
    ['without the space around it', ' lilac sky\n', 'lilac sky.', '[gone].'],
    ['with escapes that nobody needs', 'lilac/sky&co', '{"a":"lilac\\/sky\\u0026co"}', '{"a":"[gone]"}'],
    ['with such escapes in JSON in JSON', 'lilac<sky', '"{\\"a\\":\\"lilac\\\\u003csky\\"}"', '"{"a":"[gone]"}"'],
  ])('is found %s', (_, value, text, expected) => {
    expect(hidden(value)?.text(text)).toBe(expected)
  })

  it('that is short takes the whole text with it', () => {
    expect(hidden('ab')?.text('cab')).toBe('[gone]')
    expect(hidden('ab')?.text('other')).toBe('other')
  })

  it('that has more parts than anybody looks for takes everything with it', () => {
    const parts = Array.from({ length: 300_000 }, (_, n) => `part ${n}`)
    const many = hideValues(['a'], { a: parts }, mark)
    expect(many?.value([{ part: 'part 7', n: 7 }])).toEqual([{ '[gone]': '[gone]' }])
    expect(many?.text('part 7 of it')).toBe('[gone]')
  })

  it('goes where a text was cut in the middle of it', () => {
    expect(hidden('lilac sky at dawn')?.cutText('and then lilac sky a')).toBe('and then ')
  })

  it('is nothing where the path leads nowhere', () => {
    expect(hideValues(['b', 'a.b[*]'], { c: 1 }, mark)).toBeUndefined()
  })
})
