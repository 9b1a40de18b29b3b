// Secrets of every kind through everything real: a client, two proxies, a server, a broker, a person who approves, refuses,
// edits and remembers. Afterwards none of them is in any file of the data folder, and each is found again by itself.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ordinaryTexts } from '../fixtures/ordinary.ts'
import { allSecrets, formsOf, pieceLength, piecesOf, type SecretCase, shapedSecrets } from '../fixtures/secrets.ts'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { type RawClient, type RawLine, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

const policy = `version: 1
default: allow
rules:
  - { id: never, effect: deny, tools: delete_*, reason: Deleting is for people. }
  - { id: ask, effect: require-approval, tools: [write_*, odd_write], reason: Look at it first. }
  - { id: briefly, effect: require-approval, tools: brief_*, reason: Nobody will answer., approval: { timeout: 1s } }
`

let home: TestHome
let broker: TestBroker
let witness: Witness
const clients: RawClient[] = []
const logged: string[] = []
/** Every file of the data folder but the key of the marks itself, as Latin-1. */
const files = new Map<string, string>()
const found: { secret: SecretCase; sessions: number }[] = []

const shaped = (name: string): SecretCase => {
  const one = shapedSecrets.find((secret) => `${secret.kind} ${secret.name}` === name)
  if (!one) throw new Error(`no secret called ${name}`)
  return one
}
const bystander = {
  token: shaped('GitHub fine-grained').secret,
  flag: shaped('Stripe live').secret,
  folder: shaped('npm access').secret,
  tool: shaped('GitLab personal').secret,
  id: shaped('Hugging Face user').secret,
  key: shaped('SendGrid API').secret,
  reason: shaped('OpenAI legacy').secret,
  edited: shaped('Slack bot').secret,
  remembered: shaped('Linear API').secret,
  session: shaped('Figma personal').secret,
}

/** Its own name has a secret in it; it lies beside the data folder. */
const workingFolder = (): string => `${home.home}-${bystander.folder}`

function start(options: string[] = []): RawClient {
  const folder = workingFolder()
  mkdirSync(folder, { recursive: true })
  const command = [
    ...witness.command,
    '--token',
    'sesame-street-12',
    `--header=Authorization: Bearer ${bystander.flag}`,
  ]
  const client = startRaw(proxied(command, options), { env: { ...home.env, ...witness.env }, cwd: folder })
  clients.push(client)
  return client
}

const call = (client: RawClient, name: string, args: object, id?: string) =>
  client.request('tools/call', { name, arguments: args }, id)
const textOf = ({ message }: RawLine): string =>
  (message as { result?: { content?: { text?: string }[] } }).result?.content?.[0]?.text ?? ''
/** A result as the witness is to give it. */
const raw = (result: object) => ({ result: JSON.stringify(result) })
const filler = (length: number) => 'word '.repeat(Math.ceil(length / 5)).slice(0, length)

async function everySecret(client: RawClient): Promise<void> {
  for (const { text } of allSecrets) {
    await call(client, 'get_it', { content: text, nested: JSON.stringify({ inner: { list: [text] } }) })
    await call(client, 'raw_it', {
      ...raw({ content: [{ type: 'text', text }], structuredContent: { deep: [text] }, isError: true }),
    })
  }
}

async function everyPlace(client: RawClient): Promise<void> {
  const { token, tool, id, key } = bystander
  const file = `TOKEN=${token}\n`
  await call(client, 'raw_file', raw({ contents: [{ uri: `file:///a?token=${token}`, text: file }] }))
  await call(client, 'raw_blob', raw({ contents: [{ uri: 'file:///a', blob: Buffer.from(file).toString('base64') }] }))
  await call(client, `error_${tool}`, {})
  await call(client, 'get_it', { [key]: 1 }, `request-${id}`)
  await call(client, 'delete_it', { content: file })
  await client.request('resources/read', { uri: `https://x.example.test/?access_token=${token}` })
  // What goes on with the answer to a question of the server.
  const answered = { inputResponses: { login: { action: 'accept', content: { password: token } } }, requestState: file }
  await client.request('tools/call', { name: 'raw_more', arguments: raw({ content: [] }), ...answered })
  // A line that cannot be taken for one call.
  client.send(`{"id":90,"method":"tools/call","params":{"name":"x","arguments":{"${token}":1,"${token}":2}}}`)
  await client.next(({ text }) => text.includes('stands twice'))
  // Through the cuts of arguments and results, and of results that are only seen in part.
  for (const [cut, tools] of [
    [16 * 1024, 'get_long'],
    [4 * 1024, 'raw_long'],
  ] as const) {
    for (let at = cut - 120; at < cut + 8; at += 16) {
      const text = `${filler(at)} ${token} ${filler(200)}`
      await call(client, tools, tools === 'get_long' ? { text } : raw({ content: [{ type: 'text', text }] }))
      if (tools === 'get_long') continue
      const huge = `${filler(at)} ${token} ${filler(70_000)}`
      await call(client, 'raw_huge', raw({ content: [{ type: 'text', text: huge }] }))
    }
  }
}

async function everyAnswer(client: RawClient): Promise<void> {
  const { token, reason, edited, remembered, session } = bystander
  const held = (content: string, name = 'write_it') => call(client, name, { content })
  const approved = held(`approved ${token}`)
  expect(
    await broker.approve(await broker.card(({ arguments: args }) => args['content'] === `approved ${token}`)),
  ).toBe('ran')
  await approved

  const refused = held(`refused ${token}`)
  const card = await broker.card(({ arguments: args }) => args['content'] === `refused ${token}`)
  expect(await broker.refuse(card, `Use ${reason}, not that.`)).toBe('refused')
  // The model gets the person's own words.
  expect(textOf(await refused)).toContain(reason)

  const changed = held(`changed ${token}`)
  const { id, binding, waiting } = await broker.card(({ arguments: args }) => args['content'] === `changed ${token}`)
  const edit = { id, binding, waiting, edited: { content: `edited ${edited}` } }
  expect(await broker.ask('approvals.approve', edit)).toMatchObject({ outcome: 'ran' })
  await changed
  expect(witness.calls().at(-1)?.arguments).toEqual({ content: `edited ${edited}` })

  const kept = call(client, 'odd_write', { content: `keep ${remembered}`, place: 'here' })
  const open = await broker.card(({ tool }) => tool === 'odd_write')
  const fixed = (value: string) => ({ kind: 'fixed' as const, value })
  const scopes = { content: fixed(`keep ${remembered}`), place: fixed('here') }
  const always = { kind: 'remember' as const, lifetime: 'always' as const, scopes }
  const never = await broker.ask('approvals.preview', { id: open.id, choice: always })
  expect(never.preview).toBeUndefined()
  const hour = { kind: 'remember' as const, lifetime: 'hour' as const, scopes }
  const { preview = '' } = await broker.ask('approvals.preview', { id: open.id, choice: hour })
  const remember = { lifetime: 'hour' as const, scopes, preview }
  const answer = { id: open.id, binding: open.binding, waiting: open.waiting, remember }
  expect(await broker.ask('approvals.approve', answer)).toMatchObject({ outcome: 'ran' })
  await kept
  await call(client, 'odd_write', { content: `keep ${remembered}`, place: 'here' })

  const expired = held(`expired ${token}`, 'brief_it')
  await broker.event('approval.closed', ({ outcome }) => outcome === 'expired')
  await expired

  client.send({
    jsonrpc: '2.0',
    id: 91,
    method: 'tools/call',
    params: { name: 'write_it', arguments: { content: `gone ${token}` } },
  })
  await broker.card(({ arguments: args }) => args['content'] === `gone ${token}`)
  client.notify('notifications/cancelled', { requestId: 91, reason: `because of ${token}` })
  await broker.card(({ arguments: args, caller }) => args['content'] === `gone ${token}` && caller.state !== 'waiting')

  const last = held(`session ${token}`)
  const { who } = await broker.card(({ arguments: args }) => args['content'] === `session ${token}`)
  await broker.ask('sessions.refuse', { session: who.session, reason: `${session} is not yours` })
  await last
  await held(`refused by now ${token}`)
}

beforeAll(async () => {
  home = createHome({ 'main.yaml': policy })
  broker = await startTestBroker(home.home, { log: (line) => void logged.push(line) })
  witness = createWitness()
  const one = start()
  const clientInfo = { name: `agent ${bystander.token}`, version: bystander.flag }
  await one.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo })
  await one.request('tools/list', {})
  await everySecret(one)
  for (let from = 0; from < ordinaryTexts.length; from += 20) {
    await call(one, 'get_ordinary', { list: ordinaryTexts.slice(from, from + 20) })
  }
  await everyPlace(one)
  await everyAnswer(one)
  const two = start()
  for (const { text } of allSecrets) await call(two, 'get_it', { content: text })
  for (const client of [one, two]) {
    client.end()
    await client.exited
  }
  await broker.event('calls.changed', ({ calls }) => calls.some(({ tool }) => tool === 'get_it'))
  for (const secret of allSecrets.filter((case_) => case_.secret.length <= 300)) {
    const filter = { terms: [], words: [{ text: secret.secret }] }
    const { calls } = await broker.ask('activity.search', { filter, offset: 0, limit: 100 })
    found.push({ secret, sessions: new Set(calls.map(({ session }) => session)).size })
  }
  // As they are while it runs, the journal of the database included, and as it leaves them.
  read('running')
  await broker.stop()
  read('stopped')
}, 180_000)

afterAll(async () => {
  for (const client of clients) await client.stop()
  rmSync(workingFolder(), { recursive: true, force: true })
  home.remove()
  witness.remove()
})

function read(when: string): void {
  for (const entry of readdirSync(home.home, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile() || file.endsWith('mark.key')) continue
    files.set(`${when} ${file.slice(home.home.length)}`, readFileSync(file, 'latin1'))
  }
}

/** Which of the needles stand in the text. Long ones are found by their first characters: there are tens of thousands. */
function standing(text: string, needles: ReadonlySet<string>): string[] {
  const starts = new Map<string, string[]>()
  const found_: string[] = []
  for (const needle of needles) {
    if (needle.length < pieceLength) {
      if (text.includes(needle)) found_.push(needle)
      continue
    }
    const start = needle.slice(0, pieceLength)
    starts.set(start, [...(starts.get(start) ?? []), needle])
  }
  for (let at = 0; at + pieceLength <= text.length; at++) {
    for (const needle of starts.get(text.slice(at, at + pieceLength)) ?? []) {
      if (text.startsWith(needle, at)) found_.push(needle)
    }
  }
  return [...new Set(found_)]
}

describe('in the data folder', () => {
  const bytes = (text: string) => Buffer.from(text).toString('latin1')
  const needles = new Set(allSecrets.flatMap((one) => [...piecesOf(one), ...formsOf(one.secret)]).map(bytes))

  it('is no secret, and no piece of one, in any file', () => {
    const names = [...files.keys()].join('\n')
    for (const part of ['audit.db\n', 'audit.db-wal', 'spool/', 'published/', 'policies/main.yaml', 'signing.pub']) {
      expect(`${names}\n`).toContain(part)
    }
    expect(standing(`${files.get('running /policies/main.yaml')}${[...needles][0]}`, needles)).toHaveLength(1)
    const leaks = [...files].flatMap(([file, text]) => standing(text, needles).map((needle) => `${file}: ${needle}`))
    expect(leaks).toEqual([])
  })

  it('are marks in their place', () => {
    const spools = [...files].filter(([file]) => file.startsWith('stopped /spool/')).map(([, text]) => text)
    const marks = spools.join('').match(/\[redacted:[0-9a-f]{12}\]/g) ?? []
    expect(new Set(marks).size).toBeGreaterThan(allSecrets.length)
    // What a person typed, changed, remembered; how the server was started; who the client says it is.
    for (const type of [
      'approval.decided',
      'grant.made',
      'session.refused',
      'session.started',
      'session.client',
      'message.rejected',
    ]) {
      const lines = spools.flatMap((text) => text.split('\n').filter((line) => line.includes(`"type":"${type}"`)))
      expect(lines.join('\n'), type).toMatch(/\[redacted:|"keyed":true/)
    }
  })

  it('are ordinary values as they came', () => {
    const lines = [...files]
      .filter(([file]) => file.startsWith('stopped /spool/'))
      .flatMap(([, text]) => text.split('\n'))
    const kept = lines.flatMap((line) => {
      if (!line.includes('get_ordinary') || !line.includes('"call.decided"')) return []
      const { data } = JSON.parse(Buffer.from(line, 'latin1').toString()) as { data: { arguments: { text: string } } }
      return (JSON.parse(data.arguments.text) as { list: string[] }).list
    })
    expect(kept).toEqual(ordinaryTexts)
  })
})

describe('a secret', () => {
  it('is found by itself, in both sessions', () => {
    expect(found.length).toBeGreaterThan(150)
    expect(found.filter(({ sessions }) => sessions < 2).map(({ secret }) => `${secret.kind} ${secret.name}`)).toEqual(
      [],
    )
  })
  it('is in nothing that is said on standard error', () => {
    const said = [...logged, ...clients.map((client) => client.stderr())].join('\n')
    const needles = new Set(allSecrets.flatMap(piecesOf))
    expect(standing(said, needles)).toEqual([])
  })
  it('came to the server as it was', () => {
    const seen = witness.calls().map(({ arguments: args }) => (args as { content?: string }).content)
    for (const { text } of allSecrets) expect(seen).toContain(text)
  })
})
