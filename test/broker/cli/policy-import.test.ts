// `countersign policy import` as people and scripts use it: what goes where, and what it never overwrites.
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli, temporaryFolder } from './run-cli.ts'

const intercept = `version: "1"
tools:
  drop: { rules: [{ name: never, action: deny }] }
  odd: { rules: [{ name: odd, action: audit }] }
`

function files(content = intercept) {
  const folder = temporaryFolder()
  const file = join(folder, 'intercept.yaml')
  writeFileSync(file, content)
  return { folder, file, out: join(folder, 'ours.yaml') }
}

it('writes the policy to standard output and warnings, with their place, beside it', async () => {
  const { folder, file } = files()
  const { code, out, err } = await runCli(['policy', 'import', file, '--server', 'db'], folder)
  expect(code).toBe(0)
  expect(out).toContain('server: db\n')
  expect(out).toContain('- id: drop-never\n    effect: deny\n')
  expect(err).toContain(`${file}:4:18: warning: The action \`audit\` is not known; every call of "odd" is denied`)
  expect(err).toContain('  4 |   odd: { rules: [{ name: odd, action: audit }] }')
})

it('writes a file that `policy check` finds good, and never over another unless told to', async () => {
  const { folder, file, out } = files()
  const first = await runCli(['policy', 'import', file, '--server', 'db', '-o', out], folder)
  expect([first.code, first.out]).toEqual([0, `${out}: written, 2 rules\n`])
  expect((await runCli(['policy', 'check', out], folder)).code).toBe(0)

  writeFileSync(out, 'mine')
  const second = await runCli(['policy', 'import', file, '--output', out], folder)
  expect([second.code, readFileSync(out, 'utf8')]).toEqual([1, 'mine'])
  expect(second.err).toContain(`${out} exists already; to overwrite it, add --force`)

  const third = await runCli(['policy', 'import', file, '-o', out, '--force'], folder)
  expect([third.code, readFileSync(out, 'utf8').includes('drop-never')]).toEqual([0, true])
  expect(statSync(out).mode & 0o600).toBe(0o600)
})

it('does not write through a link that lies where the file would go', async () => {
  const { folder, file, out } = files()
  const elsewhere = join(folder, 'elsewhere')
  symlinkSync(elsewhere, out)
  expect((await runCli(['policy', 'import', file, '-o', out], folder)).code).toBe(1)
  expect(statSync(elsewhere, { throwIfNoEntry: false })).toBeUndefined()
})

it('gives programs one JSON object', async () => {
  const { folder, file } = files()
  const good = await runCli(['policy', 'import', '--json', file], folder)
  expect([good.code, JSON.parse(good.out)]).toEqual([
    0,
    {
      ok: true,
      format: 'intercept',
      policy: expect.stringContaining('drop-never'),
      rules: 2,
      warnings: [
        expect.objectContaining({ line: 1, severity: 'warning' }),
        expect.objectContaining({ file, line: 4, column: 18 }),
      ],
      errors: [],
    },
  ])
  writeFileSync(file, 'version: "3"\ntools: {}\n')
  const bad = await runCli(['policy', 'import', '--json', file], folder)
  expect([bad.code, JSON.parse(bad.out)]).toEqual([
    1,
    { ok: false, errors: [expect.objectContaining({ severity: 'error', line: 1 })], warnings: [] },
  ])
})

it('says why nothing was imported, and writes nothing', async () => {
  const { folder, file, out } = files('{"permissions":{"allow":["Bash(ls)"]}}')
  const end = await runCli(['policy', 'import', file, '-o', out], folder)
  expect(end.code).toBe(1)
  expect(end.err).toContain('error: Nothing in this file is about MCP tools, so there is nothing to import')
  expect(end.err).toContain('Nothing was imported.')
  expect(statSync(out, { throwIfNoEntry: false })).toBeUndefined()
})

it.each([
  [['policy', 'import'], 2, 'FILE is missing'],
  [['policy', 'import', 'FILE', 'FILE'], 2, 'one file at a time'],
  [['policy', 'import', 'FILE', '--from', 'cedar'], 2, '--from is one of intercept, claude-code; "cedar" is none'],
  [['policy', 'import', 'FILE', '--force'], 2, '--force needs --output'],
  [['policy', 'import', 'MISSING'], 1, 'cannot be read: there is no such file'],
  [['policy', 'import', 'FOLDER'], 1, 'cannot be read: it is a folder'],
  [['policy', 'import', 'HUGE'], 1, 'cannot be imported: it is larger than 1048576 bytes'],
  [['policy', 'import', 'BINARY'], 1, 'cannot be read: it is not UTF-8 text'],
  [['policy', 'import', 'FILE', '-o', 'FOLDER/missing/x.yaml'], 1, 'cannot be written'],
])('%j: exit code %d, %s', async (args, code, message) => {
  const { folder, file } = files()
  const named: Record<string, string> = { FILE: file, MISSING: join(folder, 'no.yaml'), FOLDER: folder }
  for (const [name, content] of [
    ['HUGE', Buffer.alloc(1_048_577, 'x')],
    ['BINARY', Buffer.from([0xff, 0xfe, 0x80])],
  ] as const) {
    named[name] = join(folder, name)
    writeFileSync(join(folder, name), content)
  }
  const end = await runCli(
    args.map((word) => named[word] ?? word.replace('FOLDER', folder)),
    folder,
  )
  expect([end.code, end.out]).toEqual([code, ''])
  expect(end.err).toContain(message)
})

it('shows hostile text of the file as escapes', async () => {
  const { folder, file } = files('version: "1"\ntools: { t: { "\\u202e\\e[31m": 1 } }\n')
  const { code, out, err } = await runCli(['policy', 'import', file], folder)
  expect(code).toBe(0)
  expect(out + err).not.toMatch(/[\u202e\x1b]/)
})
