// A list of tools that is not the one before it goes on record, however it came; the same one does not again.
import { hash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import { allowAll, answerTo, type Bench, createBench } from './support/proxy.ts'

const tool = (name: string, more = '') => `{ "name" : ${JSON.stringify(name)}, "n":1.50${more} }`
const list = (names: string[], more = '') => `{"tools": [ ${names.map((name) => tool(name)).join(' ,\t')} ]${more}}`
/** Of the JSON text, as parsed and written again. */
const sha256 = (names: string[]) => hash('sha256', JSON.stringify(names.map((name) => ({ name, n: 1.5 }))))
const hiding = `version: 1
default: allow
rules:
  - { id: out-of-sight, effect: deny, tools: nuke, hide: true }
`

let bench: Bench
const use = (lists: string[]) => {
  bench = createBench({ lists })
}
beforeEach(() => use([]))
afterEach(() => bench.remove())

const ask = async (client: RawClient, id: number, params?: object) => {
  client.send({ jsonrpc: '2.0', id, method: 'tools/list', ...(params && { params }) })
  return (await client.next(answerTo(id))).text
}
const recorded = async (client: RawClient) => {
  client.end()
  await client.closed
  return bench.events().flatMap(({ type, data }) => (type === 'tools.listed' ? [data] : []))
}

describe('tools.listed', () => {
  it.each([
    ['as they pass', allowAll],
    ['where tools are hidden, with these', hiding],
  ])('has number, hash and names of the tools, %s', async (_, policy) => {
    const names = ['read_x', 'nuke']
    use([list(names)])
    const client = bench.start({ policy })
    const text = await ask(client, 1)
    expect(text.includes('nuke')).toBe(policy === allowAll)
    expect(await recorded(client)).toEqual([{ tools: 2, sha256: sha256(names), names }])
  })

  it('is written once for the same list, and again for each other one', async () => {
    use([list(['a']), list(['a']), list(['a', 'b']), list(['a'])])
    const client = bench.start({ policy: allowAll })
    for (const id of [1, 2, 3, 4, 5]) await ask(client, id)
    expect((await recorded(client)).map(({ names }) => names)).toEqual([['a'], ['a', 'b'], ['a']])
  })

  it('is one for all pages of a list, with the hash that it has in one piece', async () => {
    use([list(['a', 'b'], ',"nextCursor":"1"'), list([], ',"nextCursor":"2"'), list(['c']), list(['a', 'b', 'c'])])
    const client = bench.start({ policy: allowAll })
    await ask(client, 1)
    await ask(client, 2, { cursor: '1' })
    await ask(client, 3, { cursor: '2' })
    await ask(client, 4)
    expect(await recorded(client)).toEqual([{ tools: 3, sha256: sha256(['a', 'b', 'c']), names: ['a', 'b', 'c'] }])
  })

  it('has at most 500 names, none of them long, and no secret in them', async () => {
    const secret = `ghp_${'abcdefghijklmnopqrstuvwxyz0123456789'}`
    const names = [secret, 'é'.repeat(300), ...Array.from({ length: 600 }, (_, n) => `t${n}`)]
    use([list(names)])
    const client = bench.start({ policy: allowAll })
    await ask(client, 1)
    const [data] = await recorded(client)
    expect(data).toMatchObject({ tools: 602, sha256: sha256(names) })
    const kept = data?.['names'] as string[]
    expect(kept).toHaveLength(500)
    expect(kept[0]).toMatch(/^\[redacted:/)
    expect(kept[1]).toBe('é'.repeat(256))
    expect(kept.at(-1)).toBe('t497')
  })

  it('counts what is no tool, or has no name, but does not name it', async () => {
    use(['{"tools":[{"name":7},null,{"name":"a"}]}'])
    const client = bench.start({ policy: allowAll })
    await ask(client, 1)
    expect(await recorded(client)).toMatchObject([{ tools: 3, names: ['a'] }])
  })

  it('is on disk soon after the list, whatever the client does next', async () => {
    use([list(['a'])])
    const client = bench.start({ policy: allowAll })
    const folder = join(bench.home, 'spool')
    mkdirSync(folder)
    const written = new Promise<void>((resolve) => {
      const watcher = watch(folder, () => {
        const spools = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
        if (!spools.some((text) => text.includes('"tools.listed"'))) return
        watcher.close()
        resolve()
      })
    })
    await ask(client, 1)
    await written
    expect(bench.events().at(-1)?.type).toBe('tools.listed')
  })

  it.each(['{"tools":{}}', '{"tool":[]}', '"tools"'])(
    'is not written for an answer that is no list: %s',
    async (said) => {
      use([said])
      const client = bench.start({ policy: allowAll })
      await ask(client, 1)
      expect(await recorded(client)).toEqual([])
    },
  )
})
