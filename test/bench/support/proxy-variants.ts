// The ways from client to echo server that the proxy benchmark compares, and the policy the proxy runs under.

import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishPolicy } from '../../support/publish.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
export const proxyBundle = join(root, 'out/bin/countersign-proxy.cjs')
export const echoScript = join(root, 'test/fixtures/echo-server.mjs')
const pipeScript = join(root, 'test/fixtures/bare-pipe.mjs')

export type VariantName = 'direct' | 'pipe' | 'proxy' | 'default' | 'write'
export type Variant = {
  name: VariantName
  title: string
  command: string[]
  env: Record<string, string>
  /** The tool of the small calls. */
  tool: 'get_echo' | 'put_echo'
}

export type PolicyHome = {
  /** Holds the data folders below, on a disk where syncing costs what it costs. */
  folder: string
  /** COUNTERSIGN_HOME with 200 published rules, of which one allows the benchmark's calls. */
  rules: string
  /** COUNTERSIGN_HOME without rules: reads pass by the default of their class. */
  defaults: string
}

/** Policies published as the app publishes them: a proxy of an installed app never reads YAML. */
export function preparePolicyHome(): PolicyHome {
  const folder = mkdtempSync(join(diskFolder(), 'countersign-bench-'))
  const [rules, defaults] = [join(folder, 'rules'), join(folder, 'defaults')]
  publishPolicy(rules, { 'rules.yaml': rulesPolicy(200) })
  publishPolicy(defaults, { 'default.yaml': 'version: 1\ndefault: { read: allow, "*": require-approval }\n' })
  return { folder, rules, defaults }
}

/** The temporary folder, unless it is kept in memory, where a sync would be free. */
function diskFolder(): string {
  const tmpfsMagic = 0x01021994
  if (statfsSync(tmpdir()).type !== tmpfsMagic) return tmpdir()
  const folder = join(root, 'out')
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * `count` rules as a real policy has them: most name other tools, ten name every tool but have a condition that does
 * not hold, and one in the middle allows our calls. The default asks, so an answer proves that the rule matched.
 */
export function rulesPolicy(count: number): string {
  const lines = ['version: 1', 'name: Benchmark', 'default:', '  "*": require-approval', 'rules:']
  for (let i = 0; i < count; i++) lines.push(...rule(i, count))
  return `${lines.join('\n')}\n`
}

function rule(i: number, count: number): string[] {
  if (i === Math.floor(count / 2)) {
    return ['  - id: allow-the-benchmark', '    effect: allow', '    tools: [get_echo, put_echo, get_blob]']
  }
  const head = [`  - id: rule-${i}`, `    effect: ${['allow', 'deny', 'require-approval'][i % 3]}`]
  if (i % 20 === 7) return [...head, '    tools: ["*"]', `    when: { text: { starts_with: "forbidden-${i}" } }`]
  if (i % 20 === 13) return [...head, `    tools: ["service_${i}_*"]`]
  const tools = `    tools: [service_${i}_create, service_${i}_update]`
  return [...head, tools, `    when: { owner: acme, amount: { gt: ${i} } }`]
}

/** Direct and bare pipe always; the three proxies when there is a home for them. */
export function variants(home: PolicyHome | undefined): Variant[] {
  const node = process.execPath
  const echo = [node, echoScript]
  const floor: Variant[] = [
    { name: 'direct', title: 'direct', command: echo, env: {}, tool: 'get_echo' },
    { name: 'pipe', title: 'bare Node pipe', command: [node, pipeScript, '--', ...echo], env: {}, tool: 'get_echo' },
  ]
  if (home === undefined) return floor
  const proxied = (name: VariantName, title: string, folder: string, tool: Variant['tool']): Variant => ({
    name,
    title,
    command: [node, proxyBundle, '--server', 'bench', '--client', 'bench', '--', ...echo],
    env: { COUNTERSIGN_HOME: folder },
    tool,
  })
  return [
    ...floor,
    proxied('proxy', 'proxy, 200 rules', home.rules, 'get_echo'),
    proxied('default', 'proxy, no rules', home.defaults, 'get_echo'),
    proxied('write', 'proxy, synced writes', home.rules, 'put_echo'),
  ]
}
