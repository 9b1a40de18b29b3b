// Asks published servers for their tools and writes test/core/risk/listed, against which the catalogue is tested. Needs
// the npm registry and nothing else; run by hand: node scripts/list-tools.mjs [--latest] [ID…].
// Then: npm run format. Without --latest, the version that the catalogue names. A server that wants more than dummy keys fails and is named.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { readCatalogue } from './catalogue.mjs'
import { atRoot, modernNode } from './lib.mjs'

const patience = 30_000
const hints = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']
const latest = process.argv.includes('--latest')
const asked = process.argv.slice(2).filter((word) => word !== '--latest')

for (const [id, server] of readCatalogue()) {
  const [, name, version] = /^listed from (\S+)@(\S+)$/.exec(server.checked) ?? []
  if (!name || (asked.length > 0 && !asked.includes(id))) continue
  const home = mkdtempSync(join(tmpdir(), 'countersign-list-'))
  try {
    const { text, found } = await listed(home, name, latest ? 'latest' : version, server.start)
    writeFileSync(atRoot(`test/core/risk/listed/${id}.json`), text)
    console.log(`${id}: ${found}`)
  } catch (error) {
    console.error(`${id}: ${error.message}`)
    process.exitCode = 1
  } finally {
    // What the server started may still be ending.
    rmSync(home, { recursive: true, force: true, maxRetries: 20 })
  }
}

async function listed(home, name, version, { args = [], env = {} } = {}) {
  const npm = ['install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`]
  const { status, stderr } = spawnSync('npm', npm, {
    encoding: 'utf8',
    env: { ...process.env, npm_config_loglevel: 'error' },
  })
  if (status !== 0) throw new Error(`npm install failed: ${stderr.slice(0, 300)}`)
  const installed = join(home, 'node_modules', name)
  const about = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  const bin = typeof about.bin === 'string' ? about.bin : Object.values(about.bin)[0]
  const child = spawn(modernNode(), [join(installed, bin), ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: patience,
    killSignal: 'SIGKILL',
  })
  child.stdin.on('error', () => {})
  try {
    const tools = await toolsOf(child)
    const kept = tools.map(({ name: tool, annotations = {}, inputSchema }) => {
      const said = hints.filter((key) => typeof annotations[key] === 'boolean').map((key) => [key, annotations[key]])
      const hinted = said.length > 0 ? { annotations: Object.fromEntries(said) } : {}
      return { name: tool, ...hinted, ...argumentsOf(inputSchema) }
    })
    const text = `${JSON.stringify({ package: name, version: about.version, tools: kept }, null, 2)}\n`
    return { text, found: `${kept.length} tools of ${name}@${about.version}` }
  } finally {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

/** Which must be there, which can be lists, and which hold nothing that a sentence could say. */
function argumentsOf({ properties = {}, required = [] } = {}) {
  const names = Object.keys(properties)
  const some = (key, kept) => (kept.length > 0 ? { [key]: kept } : {})
  return {
    arguments: names,
    ...some(
      'required',
      names.filter((name) => required.includes(name)),
    ),
    ...some(
      'lists',
      names.filter((name) => kindsOf(properties[name]).some((kind) => kind.startsWith('list'))),
    ),
    ...some(
      'objects',
      names.filter((name) => kindsOf(properties[name]).every((kind) => kind.endsWith('object'))),
    ),
  }
}

/** `object`, `list of object`, `list` of anything else, or `plain`. */
function kindsOf(schema) {
  const choices = schema?.anyOf ?? schema?.oneOf
  if (choices) return choices.flatMap(kindsOf)
  return [schema?.type ?? 'plain'].flat().map((type) => {
    if (type === 'array') return kindsOf(schema.items).every((kind) => kind === 'object') ? 'list of object' : 'list'
    return type === 'object' ? 'object' : 'plain'
  })
}

async function toolsOf(child) {
  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const clientInfo = { name: 'countersign-list', version: '1' }
  const tools = []
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } })
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue
    const { id, method, result, error } = JSON.parse(line)
    if (method !== undefined) {
      if (id !== undefined) send({ id, error: { code: -32601, message: 'not here' } })
      continue
    }
    if (error) throw new Error(`it answered with an error: ${error.message}`)
    if (id === 1) send({ method: 'notifications/initialized' })
    tools.push(...(result.tools ?? []))
    if (id > 1 && !result.nextCursor) return tools
    send({ id: id + 1, method: 'tools/list', params: id > 1 ? { cursor: result.nextCursor } : {} })
  }
  throw new Error('it ended, or took too long, before it listed its tools')
}
