// Where the pictures play: a person's home with a project in it, and the clients at work there. Nothing of the machine
// that takes the pictures is in it.
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { atRoot } from '../lib.mjs'

const projectFiles = {
  'README.md': '# Garden shop\n\nSeeds, tools and a newsletter.\n',
  'package.json': '{\n  "name": "garden-shop",\n  "private": true\n}\n',
  'deploy/production.yml': 'region: eu-west-1\nreplicas: 2\n',
  'drafts/newsletter.md': '# October\n\nPlant garlic now.\n',
  'src/checkout/cart.ts': `export type Item = { sku: string; grams: number; cents: number }

export function total(items: readonly Item[]): number {
  let cents = 0
  for (const item of items) cents += item.cents
  return cents
}
`,
  'src/checkout/shipping.ts': 'export const shipping = (): number => 490\n',
}

/** The first YAML block of the README: what people copy is what the pictures show. */
function readmePolicy() {
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(atRoot('README.md'), 'utf8')) ?? []
  if (yaml === undefined) throw new Error('README.md has no policy example')
  return yaml
}

/** Makes the home, which must not exist: its short name is in the pictures. `remove` takes it away again. */
export function makeStage() {
  const home = join(realpathSync(tmpdir()), 'maya')
  mkdirSync(home)
  const project = join(home, 'code', 'garden-shop')
  for (const [name, text] of Object.entries(projectFiles)) {
    mkdirSync(dirname(join(project, name)), { recursive: true })
    writeFileSync(join(project, name), text)
  }
  const data = join(home, '.local', 'share', 'countersign')
  mkdirSync(join(data, 'policies'), { recursive: true, mode: 0o700 })
  writeFileSync(join(data, 'policies', 'baseline.yaml'), readFileSync(atRoot('policies/baseline.yaml')))
  writeFileSync(join(data, 'policies', 'files.yaml'), readmePolicy())
  /** As somebody does who writes a time the way people say it; the rules from before stay in force. */
  const breakPolicy = () =>
    writeFileSync(join(data, 'policies', 'files.yaml'), readmePolicy().replace('timeout: 5m', 'timeout: 5 min'))
  return {
    home,
    project,
    data,
    breakPolicy,
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/**
 * A real client that starts the proxy where it would have started the server, in the project's folder. `holdBudget` in
 * seconds, where the one known for a client of this name is not wanted.
 */
export async function connectClient({ env, project, name, info, holdBudget }) {
  const budget = holdBudget === undefined ? [] : ['--hold-budget', String(holdBudget)]
  const proxy = [atRoot('out/bin/countersign-proxy.cjs'), '--server', 'files', '--client', name, ...budget]
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...proxy, '--', 'mcp-server-filesystem', project],
    cwd: project,
    env,
    stderr: 'ignore',
  })
  const client = new Client(info)
  await client.connect(transport)
  // As clients do: cards and rules go by what the server says of its tools.
  await client.listTools()
  return {
    call: (tool, args) => client.callTool({ name: tool, arguments: args }, undefined, { timeout: 300_000 }),
    close: () => client.close(),
  }
}
