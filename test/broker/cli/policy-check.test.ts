// What an author of policies sees: the place, the line, a caret under it, and what was probably meant.
import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, test } from 'vitest'
import { cliFile, runCli, temporaryFolder } from './run-cli.ts'

const good = 'version: 1\nserver: x\nrules:\n  - id: a\n    effect: deny\n    tools: t\n'
const doubtful = good.replace('effect: deny', 'effect: allow').replace('tools: t', 'tools: delete_x')

const write = (files: Record<string, string>) => {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

it('points at each mistake and exits with 1', async () => {
  const folder = write({ 'bad.yaml': good.replace('effect: deny', 'effect: ask'), 'good.yaml': good })
  const { code, out } = await runCli(['policy', 'check', join(folder, 'bad.yaml'), join(folder, 'good.yaml')], folder)
  expect(code).toBe(1)
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/bad\.yaml:5:13: error: `effect` must be one of/),
    '  5 |     effect: ask',
    '    |             ^',
    '  Did you mean `require-approval`?',
    `${join(folder, 'good.yaml')}: good, 1 rule`,
    '1 of 2 files must be mended.',
    '',
  ])
})

it('warns of what can hardly be meant, which fails only when asked to', async () => {
  const folder = write({ 'a.yaml': doubtful })
  const file = join(folder, 'a.yaml')
  const lenient = await runCli(['policy', 'check', file], folder)
  expect(lenient.code).toBe(0)
  expect(lenient.out.split('\n')).toEqual([
    `${file}:5:5: warning: This allows \`delete_x\` (destructive) with any arguments`,
    '  5 |     effect: allow',
    '    |     ^',
    '  Say in `when:` which arguments are harmless, or write `effect: require-approval`.',
    `${file}: good, 1 rule, 1 warning`,
    '',
  ])
  const strict = await runCli(['policy', 'check', '--strict', file], folder)
  expect([strict.code, strict.out]).toEqual([1, expect.not.stringContaining('good')])
})

it('takes a folder for the policy files in it, and looks at them together, each once', async () => {
  const folder = write({ 'a.yaml': good, 'b.yml': good, 'notes.txt': 'x', '.hidden.yaml': 'x' })
  mkdirSync(join(folder, 'catalogue'))
  writeFileSync(join(folder, 'catalogue', 'x.yaml'), 'no policy')
  const { code, out } = await runCli(['policy', 'check', folder, join(folder, 'a.yaml')], folder)
  expect(code).toBe(0)
  expect(out).toContain(`${join(folder, 'a.yaml')}: good, 1 rule\n`)
  expect(out).toContain(`b.yml:4:5: warning: Another rule has the id \`a\` too: line 4 of ${join(folder, 'a.yaml')}`)
  expect(out.match(/good/g)).toHaveLength(2)
})

it('looks at the policies of the installation when none are named', async () => {
  const home = temporaryFolder()
  const before = await runCli(['policy', 'check'], home)
  expect([before.code, before.err]).toEqual([1, expect.stringContaining(`never started here (${home}).`)])
  mkdirSync(join(home, 'policies'))
  expect(await runCli(['policy', 'check'], home)).toMatchObject({ code: 0, out: 'There are no policy files.\n' })
  writeFileSync(join(home, 'policies', 'a.yaml'), good)
  const { code, out } = await runCli(['policy', 'check'], home)
  expect([code, out]).toEqual([0, `${join(home, 'policies', 'a.yaml')}: good, 1 rule\n`])
})

it('shows hostile text as escapes, with the caret still under its place', async () => {
  const folder = write({ 'hostile.yaml': good.replace('effect: deny', '"\u202e": 1') })
  const { out } = await runCli(['policy', 'check', join(folder, 'hostile.yaml')], folder)
  expect(out).not.toContain('\u202e')
  expect(out).toContain('\\u{202e}')
})

it.skipIf(process.platform === 'win32').each([['check'], ['test'], ['test', '--with', 'FOLDER']])(
  'the name of a file that cannot be read does not command the terminal: policy %j %j',
  async (...words) => {
    const folder = temporaryFolder()
    symlinkSync('x\x1b[2J.yaml', join(folder, 'x\x1b[2J.yaml'))
    const args = words.map((word) => (word === 'FOLDER' ? folder : word))
    const { code, out, err } = await runCli(['policy', ...args, folder], folder)
    expect([code, out + err]).toEqual([1, expect.stringContaining('x\\u{1b}[2J.yaml')])
    expect(out + err).not.toContain('\x1b[2J')
  },
)

it('says why a file cannot be read', async () => {
  const folder = temporaryFolder()
  const missing = join(folder, 'missing.yaml')
  const latin = join(folder, 'latin.txt')
  writeFileSync(latin, Buffer.from([0xe4, 0x0a]))
  const { code, out } = await runCli(['policy', 'check', missing, latin, folder], folder)
  expect(code).toBe(1)
  expect(out).toContain(`${missing}: error: cannot be read: there is no such file`)
  expect(out).toContain(`${latin}: error: cannot be read: it is not UTF-8 text`)
  expect(out).toContain(`${folder}: error: cannot be read: there is no .yaml or .yml file in this folder`)
})

test.each([[['--json']], [['--format', 'json']]])('%j gives programs one JSON object', async (format) => {
  const folder = write({ 'good.yaml': good, 'odd.yaml': doubtful.replace('id: a', 'id: b') })
  const [file, odd] = [join(folder, 'good.yaml'), join(folder, 'odd.yaml')]
  const { code, out } = await runCli(['policy', 'check', ...format, file, odd], folder)
  expect([code, JSON.parse(out)]).toEqual([
    0,
    {
      ok: true,
      files: [
        { file, ok: true, rules: 1, diagnostics: [] },
        {
          file: odd,
          ok: true,
          rules: 1,
          diagnostics: [
            {
              severity: 'warning',
              file: odd,
              line: 5,
              column: 5,
              message: 'This allows `delete_x` (destructive) with any arguments',
              suggestion: 'Say in `when:` which arguments are harmless, or write `effect: require-approval`.',
            },
          ],
        },
      ],
    },
  ])
})

it('annotates for GitHub, with everything escaped that would end a value', async () => {
  const folder = write({ 'a,b:c%.yaml': good.replace('effect: deny', 'effect: "50%\\r\\nx"'), 'ok.yaml': doubtful })
  const { code, out } = await runCli(['policy', 'check', '--format', 'github', folder, join(folder, 'none')], folder)
  expect(code).toBe(1)
  const [error, warning, missing, size, end] = out.split('\n')
  const place = (name: string) => join(folder, name).replaceAll(':', '%3A')
  expect(error).toMatch(
    /^::error file=[^,:]*a%2Cb%3Ac%25\.yaml,line=5,col=13,title=Policy mistake::`effect` must be .*50%25/,
  )
  expect(warning).toBe(
    `::warning file=${place('ok.yaml')},line=5,col=5,title=Policy warning::This allows \`delete_x\` (destructive) with any arguments` +
      '%0ASay in `when:` which arguments are harmless, or write `effect: require-approval`.',
  )
  expect(missing).toMatch(/^::error file=.*none,title=Policy mistake::.*there is no such file$/)
  expect([size, end]).toEqual(['3 files: 2 must be mended', ''])
})

test.skipIf(process.platform === 'win32')('prints all of it into a pipe, however much there is to say', async () => {
  const many = `version: 1\nrules:\n${'  - { id: 5 }\n'.repeat(200)}`
  const folder = write(Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [`${name}.yaml`, many])))
  // A real pipe, which a reader empties later; the one of a child process is a socket.
  const line = '"$0" "$1" policy check --json "$2" | { read -r first; printf %s "$first"; }'
  const { stdout } = await promisify(execFile)('sh', ['-c', line, process.execPath, cliFile, folder])
  expect(stdout.length).toBeGreaterThan(2 * 65_536)
  expect(JSON.parse(stdout)).toMatchObject({ ok: false })
})

const below = (folder: string, ...names: string[]) => {
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'x.yaml'), good)
  }
}

it.each([
  ['check', []],
  ['check', ['--format', 'github']],
  ['test', []],
  ['test', ['--format', 'github']],
  ['fmt', ['--check']],
])('says of the files in subfolders that they were not looked at: policy %s %j', async (command, options) => {
  const folder = write({ 'a.yaml': good })
  // No policies: the catalogue, what is hidden, packages, and a folder without files of its own.
  below(folder, 'servers', 'more/deep', 'catalogue', '.git', 'node_modules/x')
  const all = await runCli(['policy', command, ...options, folder], folder)
  const both = [join(folder, 'servers'), join(folder, 'more', 'deep')].join(', ')
  expect(all.out).toContain(`\n2 files in 2 subfolders (${both}) were not looked at; name those folders too.\n`)
  const one = await runCli(['policy', command, ...options, folder, join(folder, 'servers')], folder)
  expect(one.out).toContain(`\n1 file in ${join(folder, 'more', 'deep')} was not looked at; name that folder too.\n`)
  const files = [join(folder, 'a.yaml'), join(folder, 'servers', 'x.yaml')]
  expect((await runCli(['policy', command, ...options, ...files], folder)).out).not.toContain('not looked at')
})

it.each([['check'], ['test']])('tells programs which folders were not looked at: policy %s', async (command) => {
  const folder = write({ 'a.yaml': good })
  const said = async () => JSON.parse((await runCli(['policy', command, '--json', folder], folder)).out)
  expect(await said()).not.toHaveProperty('notLookedAt')
  below(folder, 'servers')
  expect(await said()).toMatchObject({ ok: true, notLookedAt: { files: 1, folders: [join(folder, 'servers')] } })
})

it('prints what it looked at where there is nothing to annotate', async () => {
  const folder = write({ 'a.yaml': good })
  const { code, out } = await runCli(['policy', 'check', '--format', 'github', folder], folder)
  expect([code, out]).toEqual([0, '1 file: good\n'])
})
