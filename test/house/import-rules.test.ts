// The arrows between the folders hold: a planted violation of each is seen, and no bundle has in it what its folder may
// not import.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
let tree: string

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'countersign-rules-'))
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as Record<string, unknown>
  writeFileSync(join(tree, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }))
})
afterAll(() => rmSync(tree, { recursive: true, force: true }))

/** What the linter says of `code` standing in `file`: the names of the rules it breaks. */
function lint(file: string, code: string): string[] {
  const path = join(tree, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, code)
  try {
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
    const { stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', file], {
      cwd: tree,
      encoding: 'utf8',
    })
    const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
      diagnostics: { category: string; severity: string }[]
    }
    if (!report.diagnostics) throw new Error(stderr)
    return report.diagnostics.map(({ category }) => category.replace('lint/', ''))
  } finally {
    rmSync(path)
  }
}

const using = (statement: string) => `${statement}\nexport const used = thing\n`
const restricted = 'style/noRestrictedImports'
const noNode = 'correctness/noNodejsModules'

describe('a planted import', () => {
  it.each([
    ['core/policy/planted.ts', "import { thing } from '../../proxy/session.ts'", restricted],
    ['core/planted.ts', "import { thing } from '../broker/broker.ts'", restricted],
    ['core/planted.ts', "import * as thing from 'node:fs'", noNode],
    ['core/planted.ts', "import thing from 'better-sqlite3'", restricted],
    ['core/planted.ts', "import * as thing from '@modelcontextprotocol/sdk'", restricted],
    ['proxy/planted.ts', "import { thing } from '../broker/paths.ts'", restricted],
    ['proxy/planted.ts', "import thing from 'better-sqlite3'", restricted],
    ['broker/planted.ts', "import { thing } from '../proxy/session.ts'", restricted],
    ['broker/planted.ts', "import { thing } from '../electron/app.ts'", restricted],
    ['broker/planted.ts', "import thing from 'better-sqlite3'", restricted],
    ['broker/audit/planted.ts', "import thing from 'better-sqlite3'", restricted],
    ['broker/planted.ts', "import { app as thing } from 'electron'", restricted],
    ['electron/planted.ts', "import { thing } from '../renderer/app.tsx'", restricted],
    ['electron/planted.ts', "import { ipcMain as thing } from 'electron'", restricted],
    ['electron/planted.ts', "import { ipcRenderer as thing } from 'electron'", restricted],
    ['renderer/planted.ts', "import { thing } from '../broker/broker.ts'", restricted],
    ['renderer/planted.ts', "import * as thing from 'node:path'", noNode],
    ['renderer/planted.ts', "import { ipcRenderer as thing } from 'electron'", restricted],
    ['renderer/features/activity/planted.ts', "import { thing } from '../approvals/arrange.ts'", restricted],
  ])('%s: %s', (file, statement, rule) => {
    expect(lint(file, using(statement))).toContain(rule)
  })

  it.each([
    ['broker/audit/driver.ts', "import thing from 'better-sqlite3'"],
    ['electron/ipc.ts', "import { ipcMain as thing } from 'electron'"],
    ['proxy/planted.ts', "import { thing } from '../core/policy/compile.ts'"],
    ['renderer/features/activity/planted.ts', "import { thing } from '../../ui/time.ts'"],
    ['renderer/features/activity/planted.ts', "import { thing } from './calls.ts'"],
    ['electron/planted.ts', "import { app as thing } from 'electron'"],
  ])('%s may: %s', (file, statement) => {
    expect(lint(file, using(statement))).not.toContain(restricted)
  })
})

type Outputs = Record<string, { inputs: Record<string, unknown> }>

describe('a bundle', () => {
  const meta = JSON.parse(readFileSync(join(root, 'out/bin/meta.json'), 'utf8')) as { proxy: Outputs; cli: Outputs }
  const inputsOf = (outputs: Outputs, name: string): string[] => {
    const found = Object.entries(outputs).find(([file]) => file.endsWith(`/${name}.cjs`))
    if (!found) throw new Error(`${name} is not in meta.json`)
    return Object.keys(found[1].inputs)
  }
  const packagesIn = (inputs: string[]) =>
    new Set(inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []))
  const foldersIn = (inputs: string[]) =>
    new Set(inputs.filter((input) => !input.includes('node_modules')).map((input) => input.split('/')[0]))

  it('of the proxy starts without any package', () => {
    const inputs = inputsOf(meta.proxy, 'countersign-proxy')
    expect([...packagesIn(inputs)]).toEqual([])
    expect([...foldersIn(inputs)].sort()).toEqual(['core', 'proxy'])
  })
  it.each([
    // Reading a policy checks its regular expressions and program names.
    ['policy-file', ['re2js', 'unbash', 'yaml']],
    ['broker-link', ['vscode-jsonrpc', 'zod']],
    ['regex-engine', ['re2js']],
    ['shell-engine', ['unbash']],
  ])('%s holds only its packages', (name, packages) => {
    const inputs = inputsOf(meta.proxy, name)
    expect([...packagesIn(inputs)].sort()).toEqual(packages)
    expect([...foldersIn(inputs)].sort()).toEqual(['core', 'proxy'])
  })
  it.each(['countersign', 'audit-reader', 'verify-worker'])(
    '%s holds nothing of proxy, Electron or the page',
    (name) => {
      expect([...foldersIn(inputsOf(meta.cli, name))].sort()).toEqual(['broker', 'core'])
    },
  )
})
