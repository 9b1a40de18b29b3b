// What the built programs hold: the proxy starts without the libraries that would double its start-up time, and no bundle
// holds what its folder may not import.
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allowAll, type Bench, callTool, createBench } from './support/proxy.ts'

type Outputs = Record<string, { inputs: Record<string, unknown>; imports: { path: string }[] }>
const root = new URL('../../', import.meta.url)
const meta = JSON.parse(readFileSync(new URL('out/bin/meta.json', root), 'utf8')) as { proxy: Outputs; cli: Outputs }

const bundle = (name: string) => {
  const found = meta.proxy[`out/bin/${name}.cjs`] ?? meta.cli[`out/bin/${name}.cjs`]
  if (!found) throw new Error(`no bundle ${name}`)
  const inputs = Object.keys(found.inputs)
  const packages = inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
  const folders = inputs.flatMap((path) => (path.startsWith('node_modules/') ? [] : [path.split('/')[0]]))
  const others = found.imports
    .map((one) => one.path)
    .filter((path) => !builtinModules.includes(path.replace(/^node:/, '')))
  return {
    packages: [...new Set(packages)].sort(),
    folders: [...new Set(folders)].sort(),
    others: [...new Set(others)].sort(),
  }
}

describe('bundles', () => {
  it.each([
    ['countersign-proxy', { packages: [], folders: ['core', 'proxy'], others: [] }],
    ['policy-file', { packages: ['re2js', 'unbash', 'yaml'], folders: ['core', 'proxy'], others: [] }],
    ['broker-link', { packages: ['vscode-jsonrpc', 'zod'], folders: ['core', 'proxy'], others: [] }],
    ['regex-engine', { packages: ['re2js'], folders: ['core', 'proxy'], others: [] }],
    ['shell-engine', { packages: ['unbash'], folders: ['core', 'proxy'], others: [] }],
  ])('%s holds what it may', (name, allowed) => {
    const { others, ...held } = bundle(name)
    expect({ ...held, others: [] }).toEqual(allowed)
    expect(
      others.filter((path) => !/^\.\/(policy-file|broker-link|regex-engine|shell-engine)\.cjs$/.test(path)),
    ).toEqual([])
  })

  it('the command line tool holds nothing of proxy, app or page', () => {
    const { folders, packages } = bundle('countersign')
    expect(folders).toEqual(['broker', 'core'])
    for (const foreign of ['electron', 'react', 'react-dom', 'zustand']) expect(packages).not.toContain(foreign)
  })
})

describe('what a session loads', () => {
  let bench: Bench
  beforeEach(() => {
    bench = createBench()
  })
  afterEach(() => bench.remove())

  it('initialize, lists and allowed calls load neither the broker link nor anything from node_modules', async () => {
    const report =
      'data:text/javascript,import{createRequire}from"node:module";const r=createRequire("file:///x.js");process.on("exit",()=>process.stderr.write("loaded "+JSON.stringify(Object.keys(r.cache))+"\\n"))'
    const client = bench.start({ policy: allowAll, node: ['--import', report] })
    await client.request('initialize', { protocolVersion: '2025-11-25' }, 'i')
    await callTool(client, 1, 'get_x')
    client.end()
    await client.closed
    const [, loaded = '[]'] = /loaded (\[.*\])/.exec(client.stderr()) ?? []
    const names = (JSON.parse(loaded) as string[]).map((path) => path.replace(/^.*\/out\//, 'out/')).sort()
    expect(names).toEqual(['out/bin/countersign-proxy.cjs', 'out/bin/policy-file.cjs'])
  })
})
