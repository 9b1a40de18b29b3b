// Policies that bring their own examples: what an author, a program and GitHub are told of them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli, temporaryFolder } from './run-cli.ts'

const rules = `version: 1
server: files
rules:
  - id: only-acme
    effect: allow
    tools: write_file
    when: { owner: acme }
  - id: never-move
    effect: deny
    tools: move_file
`
const good = `${rules}tests:
  - { call: move_file, expect: deny, rule: never-move }
  - { call: { tool: write_file, arguments: { owner: acme } }, expect: allow }
`
const failing = `${rules}tests:
  - name: others ask
    call: { tool: write_file, arguments: { owner: other } }
    expect: deny
  - { call: read_text_file, expect: allow, rule: only-acme }
`

const write = (files: Record<string, string>) => {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

it('counts what is as expected', async () => {
  const folder = write({ 'a.yaml': good, 'b.yaml': rules })
  const [a, b] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')]
  const lenient = await runCli(['policy', 'test', folder], folder)
  expect(lenient).toEqual({
    code: 0,
    err: '',
    out: `${a}: good, 2 calls\n${b}: has no tests\n2 calls in 1 file: all as expected\n`,
  })
  const strict = await runCli(['policy', 'test', '--require-tests', a, b], folder)
  expect(strict).toMatchObject({ code: 1, out: expect.stringContaining(`${b}: failed, has no tests\n`) })
})

it('shows of each failure the call, what was expected, what came of it and why', async () => {
  const folder = write({ 'a.yaml': failing })
  const file = join(folder, 'a.yaml')
  const { code, out } = await runCli(['policy', 'test', file], folder)
  expect(code).toBe(1)
  expect(out).toBe(`${file}:12: not as expected: others ask
  call      write_file on server files
  expected  deny
  got       hold, by default
  because   No rule covers this call of write_file; the default for write is to ask

    only-acme: allow (${file}, line 4): did not hold
      when
        did not hold    owner is acme (it is "other")

    None of these rules counts, so the default for write decides: require-approval (built in).

${file}:15: not as expected: read_text_file on server files
  expected  allow, by rule only-acme
  got       allow, by default: the decision is right, the rule is another one
  because   No rule names read_text_file; the default for read is to allow

${file}: failed, 2 of 2 calls
2 calls in 1 file: 2 not as expected
`)
})

it('judges together with other files', async () => {
  const folder = write({ 'a.yaml': good, 'strict.yaml': 'version: 1\nrules: [{ id: s, effect: deny, tools: "*" }]\n' })
  const [a, strict] = [join(folder, 'a.yaml'), join(folder, 'strict.yaml')]
  const { code, out } = await runCli(['policy', 'test', a, '--with', strict], folder)
  expect(code).toBe(1)
  expect(out).toContain('got       deny, by rule s')
  expect(out).toContain('s decides: deny beats require-approval, which beats allow.')
  const missing = await runCli(['policy', 'test', a, '--with', join(folder, 'none')], folder)
  expect(missing).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('none cannot be read: there is no such'),
  })
})

it('points at mistakes instead of running anything', async () => {
  const folder = write({ 'a.yaml': good.replace('rule: never-move', 'rule: nevr-move') })
  const { code, out } = await runCli(['policy', 'test', folder, join(folder, 'none')], folder)
  expect(code).toBe(1)
  expect(out).toMatch(
    /a\.yaml:12:\d+: error: The file has no rule `nevr-move`\n.*\n.*\^\n {2}Did you mean `never-move`\?/,
  )
  expect(out).toContain('none: failed, cannot be read: there is no such file\n')
  expect(out).toContain('0 calls in 0 files: 2 files could not be tested\n')
})

it('gives programs one JSON object', async () => {
  const folder = write({ 'a.yaml': failing })
  const { code, out } = await runCli(['policy', 'test', '--json', folder], folder)
  expect([code, JSON.parse(out)]).toEqual([
    1,
    {
      ok: false,
      calls: 2,
      failed: 2,
      files: [
        {
          file: join(folder, 'a.yaml'),
          ok: false,
          diagnostics: [],
          tests: [
            expect.objectContaining({ line: 12, name: 'others ask', got: 'hold', rules: [], mismatches: ['expect'] }),
            expect.objectContaining({ line: 15, server: 'files', got: 'allow', mismatches: ['rule'] }),
          ],
        },
      ],
    },
  ])
})

it('annotates for GitHub', async () => {
  const folder = write({ 'a.yaml': failing })
  const { code, out } = await runCli(['policy', 'test', '--format', 'github', folder], folder)
  expect(code).toBe(1)
  expect(out.split('\n')[0]).toMatch(
    /^::error file=.*a\.yaml,line=12,title=Policy test failed::others ask%0Aexpected deny%0Agot hold, by default%0ANo rule covers/,
  )
  expect(out.split('\n').at(-2)).toBe('2 calls in 1 file: 2 not as expected')
})
