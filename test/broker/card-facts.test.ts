// What a card says of its call: from the call itself, from what is on record, and never so that no card comes.
import * as path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Ask, Session } from '../../broker/approval-card.ts'
import { createCardFacts } from '../../broker/card-facts.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { sample, sha256, startOfTime } from '../support/spool-writer.ts'
import { askOf, sessionOf } from './approvals-fixture.ts'
import { createLog } from './audit/log-fixture.ts'

const project = import.meta.dirname
const home = path.join(project, 'no-such-folder', 'countersign')
const fileServer = ['npx', '-y', '@modelcontextprotocol/server-filesystem', project]

function factsOf(
  args: JsonObject,
  of: { ask?: Partial<Ask>; session?: Partial<Session>; log?: ReturnType<typeof createLog> } = {},
) {
  const said: string[] = []
  const facts = createCardFacts({
    db: (of.log ?? createLog()).db,
    now: () => startOfTime + 1000,
    own: [home],
    isHash: (recorded, hash) => recorded === hash,
    log: (line) => void said.push(line),
  })
  const card = facts(sessionOf({ cwd: project, ...of.session }), askOf(args, { tool: 'write_file', ...of.ask }))
  return { card, said }
}

describe('a card', () => {
  it('says what the call does, what deserves a look, and which file it writes', () => {
    const { card, said } = factsOf({ path: '../other.txt', content: 'a\nb\n' }, { session: { command: fileServer } })
    expect(card).toEqual({
      level: 'elevated',
      deceptive: 0,
      marks: [{ at: '/path', kind: 'outside-project' }],
      sentence: [{ text: 'Write 2 lines to ' }, { value: '../other.txt' }],
      file: '../other.txt',
      before: [],
      answered: { approved: 0, refused: 0, expired: 0 },
    })
    expect(said).toEqual([])
  })

  it('says nothing of a file in a container', () => {
    const command = ['docker', 'run', '-i', '--rm', 'mcp/filesystem', '/data']
    const { card } = factsOf({ path: 'a.txt', content: 'x' }, { session: { command } })
    expect(card.file).toBeUndefined()
    expect(card.sentence).toEqual([{ text: 'Write 1 line to ' }, { value: 'a.txt' }])
  })

  it.each([
    ['its class', { id: 'a' }, {}, 'low', 0],
    ['characters in the arguments', { id: 'a\u200b' }, {}, 'elevated', 1],
    ['characters beside the arguments', { id: 'a' }, { ask: { beside: { task: 'a\u202eb' } } }, 'elevated', 1],
    ['characters in the tool’s name', { id: 'a' }, { ask: { tool: 're\u0430d' } }, 'elevated', 1],
    [
      'characters in the client’s name',
      { id: 'a' },
      { session: { clientInfo: { name: 'cur\u200bsor', version: '1' } } },
      'elevated',
      1,
    ],
    [
      'a resource that is named twice, once',
      { uri: 'a\u200b' },
      { ask: { action: 'resources/read', tool: 'a\u200b' } },
      'elevated',
      1,
    ],
    ['markup that would run', { body: '<script>go()</script>' }, {}, 'elevated', 0],
    ['arguments that are too large to be looked at whole', { body: 'x'.repeat(2_000_000) }, {}, 'critical', 0],
    ['more arguments than can be looked at', { list: Array.from({ length: 50_000 }, () => 1) }, {}, 'critical', 0],
    ['files of ours', { path: path.join(home, 'keys', 'signing.key') }, {}, 'critical', 0],
    ['a client’s configuration', { path: '.mcp.json' }, {}, 'critical', 0],
  ] as const)(
    'asks for care by %s',
    (_, args, { ask = {}, session = {} }: { ask?: Partial<Ask>; session?: Partial<Session> }, level, deceptive) => {
      const { card } = factsOf(args, {
        ask: { tool: 'get_it', risk: { class: 'read', evidence: [] }, ...ask },
        session,
      })
      expect(card).toMatchObject({ level, deceptive })
    },
  )

  it.each([
    ['nothing', { id: 'a' }, undefined],
    ['characters', { id: 'a\u200b' }, ['characters']],
    ['markup', { body: '<script>go()</script>' }, ['markup']],
    ['our files', { path: path.join(home, 'keys', 'signing.key') }, ['own-files']],
    ['its size', { body: 'x'.repeat(2_000_000) }, ['unseen']],
    ['several', { path: '.mcp.json', id: 'a\u200b' }, ['characters', 'own-files']],
  ])('says why it asks for more care: %s', (_, args, raised) => {
    const { card } = factsOf(args, { ask: { tool: 'get_it', risk: { class: 'read', evidence: [] } } })
    expect(card.raised).toEqual(raised)
  })

  it('tells hosts that were seen from those that were not', () => {
    const log = createLog()
    const writer = log.writer('s')
    const text = JSON.stringify({ url: 'https://seen.example/a' })
    writer.append('session.started', sample.started(), startOfTime)
    writer.append('call.received', sample.received('s.1'), startOfTime)
    const recorded = { arguments: { text, bytes: text.length, truncated: false } }
    writer.append('call.decided', sample.decided('s.1', recorded), startOfTime)
    writer.append('call.forwarded', { call: 's.1' }, startOfTime)
    log.ingest.ingestAll()
    const { card } = factsOf({ url: 'https://seen.example/b', callback: 'https://new.example/' }, { log })
    expect(card.marks).toEqual([{ at: '/callback', kind: 'new-host', part: 'new.example' }])
  })

  it('tells what was answered before', () => {
    const log = createLog()
    const [proxy, broker] = [log.writer('s'), log.writer('broker-1')]
    const text = '{"path":"a"}'
    proxy.append('session.started', sample.started(), startOfTime)
    proxy.append('call.received', sample.received('s.1', 'write_file'), startOfTime)
    proxy.append('call.decided', sample.decided('s.1', { decision: 'hold', argumentsHash: sha256(text) }), startOfTime)
    broker.append('approval.opened', sample.opened('s.1', 's'), startOfTime)
    broker.append('approval.decided', sample.approval('s.1', 's', 'refused'), startOfTime + 5)
    proxy.append('hold.closed', sample.closed('s.1', 'refused'), startOfTime + 6)
    log.ingest.ingestAll()
    const { card } = factsOf({ path: 'a' }, { log, session: { client: 'cursor', server: 'files' } })
    expect(card.answered).toEqual({ approved: 0, refused: 1, expired: 0 })
    expect(card.before).toEqual([{ at: expect.any(Number), outcome: 'refused', sameArguments: true }])
  })

  it('shows the server’s own words only as far as they fit', () => {
    const definition = {
      hash: 'd'.repeat(64),
      title: 't'.repeat(1000),
      description: 'd'.repeat(16 * 1024),
      annotations: { title: 'a'.repeat(5000) },
      inputSchema: { type: 'object', description: 's'.repeat(70_000) },
    }
    const { card } = factsOf({}, { ask: { definition } })
    expect(card.definition).toEqual({
      hash: definition.hash,
      title: `${'t'.repeat(300)}…`,
      description: definition.description,
    })
    const small = { hash: definition.hash, annotations: { readOnlyHint: true }, inputSchema: { type: 'object' } }
    expect(factsOf({}, { ask: { definition: small } }).card.definition).toEqual(small)
  })

  it('comes all the same where the log cannot be read: then no host is known', () => {
    const log = createLog()
    log.db.exec('DROP TABLE host; ALTER TABLE name RENAME TO gone')
    const { card, said } = factsOf({ url: 'https://new.example/' }, { log })
    expect(card).toEqual({
      level: 'elevated',
      deceptive: 0,
      marks: [{ at: '/url', kind: 'new-host', part: 'new.example' }],
      before: [],
      answered: { approved: 0, refused: 0, expired: 0 },
    })
    expect(said).toHaveLength(3)
    expect(said.join()).not.toContain('new.example')
  })

  it('asks for the most care where the arguments cannot be looked at', () => {
    // Deeper than any message that is let in: as a stand-in for what nobody foresaw.
    const deep: JsonObject = {}
    let at = deep
    for (let level = 0; level < 100_000; level += 1) at = at['a'] = {}
    const { card, said } = factsOf({}, { ask: { arguments: deep } })
    expect(card).toMatchObject({ level: 'critical', deceptive: 1, marks: [] })
    expect(said).toHaveLength(3)
  })
})
