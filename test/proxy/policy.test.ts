// Where the policy comes from, and that whatever is wrong with it refuses calls, in words, and nothing else.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import {
  allowAll,
  type Bench,
  callTool,
  createBench,
  createInstall,
  decisionOf,
  textOf,
  usual,
} from './support/proxy.ts'

let bench: Bench
beforeEach(() => {
  bench = createBench()
})
afterEach(() => bench.remove())

/** The call is refused for want of a policy, and all that is no call goes on. */
async function refusesCalls(client: RawClient, why: string | RegExp): Promise<void> {
  expect((await client.request('initialize', { protocolVersion: '2025-11-25' }, 'i')).text).toContain(
    '"name":"witness"',
  )
  expect((await client.request('tools/list', {}, 'l')).text).toContain('write_thing')
  const answer = await callTool(client, 1, 'get_x')
  expect(textOf(answer)).toMatch(why)
  expect(decisionOf(answer)).toMatchObject({ decision: 'denied', retry: 'never', rules: [] })
  expect(bench.witness.calls()).toEqual([])
  const decided = bench.events().find((event) => event.type === 'call.decided')
  expect(decided?.data).toMatchObject({ decision: 'deny', source: 'no-policy', revision: 'none' })
}

describe('--policy FILE', () => {
  it.each([
    ['bad YAML', 'version: 1\nrules: [', /policy\.yaml:2:\d+: /],
    ['an unknown effect', 'version: 1\nrules:\n  - id: a\n    tools: x\n    effect: maybe\n', /policy\.yaml:5:\d+: /],
    ['a duplicate key', 'version: 1\nversion: 1\n', /policy\.yaml:2:1: Duplicate key/],
    ['nothing', '', /policy\.yaml:1:1: /],
  ])('with %s says file, line and column', async (_, yaml, why) => {
    await refusesCalls(bench.start({ policy: yaml }), why)
  })

  it('that does not exist', async () => {
    await refusesCalls(bench.start({ args: ['--policy', '/no/such.yaml'] }), /cannot be read: ENOENT/)
  })

  it('the first calls wait for it, in order, and only calls', async () => {
    const client = bench.start({ policy: usual })
    client.write(
      [
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_a"}}',
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_b"}}',
        '{"jsonrpc":"2.0","id":3,"method":"ping"}',
        '',
      ].join('\n'),
    )
    await client.next((line) => line.text.includes('get_b'))
    expect(bench.witness.calls().map((call) => call.name)).toEqual(['get_a', 'get_b'])
  })
})

describe('the published policy', () => {
  const start = (args: string[] = []) => bench.start({ args })

  it('decides, and a new one is in force for the next call', async () => {
    const install = createInstall(bench.home)
    install.publish(usual)
    const client = start()
    expect(decisionOf(await callTool(client, 1, 'delete_x'))).toMatchObject({ rules: ['never-delete'] })
    install.publish(allowAll)
    expect(decisionOf(await callTool(client, 2, 'delete_x'))).toBeUndefined()
    install.put('{')
    expect(textOf(await callTool(client, 3, 'get_x'))).toContain('its first line is not JSON')
    rmSync(install.file)
    expect(textOf(await callTool(client, 4, 'get_x'))).toContain('has not published a policy yet')
    install.publish(allowAll)
    expect(decisionOf(await callTool(client, 5, 'get_x'))).toBeUndefined()
    const revisions = bench.events().flatMap((event) => (event.type === 'call.decided' ? [event.data['revision']] : []))
    expect(revisions[2]).toBe('none')
    expect(revisions[4]).toBe(revisions[1])
    expect(new Set(revisions).size).toBe(3)
  })

  it('that is missing', async () => {
    await refusesCalls(start(), 'start the app')
  })

  it.each<[string, (install: ReturnType<typeof createInstall>) => void, string | RegExp]>([
    [
      'with one byte changed',
      (i) => i.put(i.textOfSet(i.setOf(usual)).replace('"deny"', '"dent"')),
      'its signature is not that of the Countersign app',
    ],
    [
      'with another revision',
      (i) => i.put(i.textOfSet(i.setOf(usual), { revision: '0'.repeat(64) })),
      'its revision does not match its content',
    ],
    [
      'signed for something else',
      (i) => i.put(i.textOfSet(i.setOf(usual), { signature: i.sign(JSON.stringify(i.setOf(usual))) })),
      'its signature is not',
    ],
    ['without signature', (i) => i.put(i.textOfSet(i.setOf(usual), { signature: undefined })), 'it is cut short'],
    [
      'of a newer format',
      (i) => i.put(i.textOfSet(i.setOf(usual), { format: 2 })),
      'its format is 2; this program reads format 1',
    ],
    ['cut short', (i) => i.put(i.textOfSet(i.setOf(usual)).slice(0, -20)), /cut short|signature/],
    ['without its last line feed', (i) => i.put(i.textOfSet(i.setOf(usual)).slice(0, -1)), 'it is cut short'],
    ['emptied', (i) => i.put(''), 'its first line is not JSON'],
    [
      'with a set of a newer format',
      (i) => i.put(i.textOfSet({ format: 2, files: [] })),
      'policy format 2 is not known',
    ],
    [
      'with a key of the future',
      (i) => i.put(i.textOfSet({ format: 1, files: [{ ...i.setOf(usual).files[0], limits: 1 }] })),
      'which this version does not know',
    ],
    [
      'signed with another key',
      (i) => {
        const text = createInstall(join(i.file, '../../other')).textOfSet(i.setOf(usual))
        i.put(text)
      },
      'its signature is not',
    ],
    [
      'without a key',
      (i) => {
        i.publish(usual)
        rmSync(join(i.file, '../../keys/signing.pub'))
      },
      'the key of the Countersign app cannot be read',
    ],
    [
      'with a damaged key',
      (i) => {
        i.publish(usual)
        writeFileSync(join(i.file, '../../keys/signing.pub'), 'x')
      },
      'the key of the Countersign app is damaged',
    ],
  ])('%s is refused', async (_, spoil, why) => {
    spoil(createInstall(bench.home))
    await refusesCalls(start(), why as string)
  })

  it('is used again once its key is there', async () => {
    const install = createInstall(bench.home)
    install.publish(allowAll)
    const keyFile = join(bench.home, 'keys/signing.pub')
    const key = readFileSync(keyFile)
    rmSync(keyFile)
    const client = start()
    expect(textOf(await callTool(client, 1, 'get_x'))).toContain('cannot be read')
    writeFileSync(keyFile, key)
    expect(decisionOf(await callTool(client, 2, 'get_x'))).toBeUndefined()
  })

  it('--trust takes this key and no other', async () => {
    const install = createInstall(bench.home)
    install.publish(allowAll)
    const trusting = start(['--trust', install.fingerprint])
    expect(decisionOf(await callTool(trusting, 1, 'get_x'))).toBeUndefined()
    const wrong = start(['--trust', 'f'.repeat(64)])
    expect(textOf(await callTool(wrong, 1, 'get_x'))).toContain('not the one this proxy was told to trust')
  })

  it('a folder in its place', async () => {
    mkdirSync(join(bench.home, 'published/policy.json'), { recursive: true })
    createInstall(bench.home)
    await refusesCalls(start(), 'the published policy cannot be used: EISDIR')
  })
})
