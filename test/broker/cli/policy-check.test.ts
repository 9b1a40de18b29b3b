// What an author of policies sees: the place, the line, a caret under it, and what was probably meant.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli, temporaryFolder } from './run-cli.ts'

const good = 'version: 1\nserver: x\nrules:\n  - id: a\n    effect: deny\n    tools: t\n'

it('points at each mistake and exits with 1', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'bad.yaml')
  writeFileSync(file, good.replace('effect: deny', 'effect: ask'))
  writeFileSync(join(folder, 'good.yaml'), good)
  const { code, out } = await runCli(['policy', 'check', file, join(folder, 'good.yaml')], folder)
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

it('shows hostile text as escapes, with the caret still under its place', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'hostile.yaml')
  writeFileSync(file, good.replace('effect: deny', '"\u202e": 1'))
  const { out } = await runCli(['policy', 'check', file], folder)
  expect(out).not.toContain('\u202e')
  expect(out).toContain('\\u{202e}')
})

it('says why a file cannot be read', async () => {
  const folder = temporaryFolder()
  const missing = join(folder, 'missing.yaml')
  const { code, out } = await runCli(['policy', 'check', missing, folder], folder)
  expect(code).toBe(1)
  expect(out).toContain(`${missing}: error: cannot be read: there is no such file`)
  expect(out).toContain(`${folder}: error: cannot be read: it is a folder; name the files in it`)
})

it('gives programs one JSON object', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'good.yaml')
  writeFileSync(file, good)
  const { code, out } = await runCli(['policy', 'check', '--json', file], folder)
  expect([code, JSON.parse(out)]).toEqual([0, { ok: true, files: [{ file, ok: true, rules: 1, diagnostics: [] }] }])
})
