// Formatting on disk: the file, its mode and the link to it survive, and a file that cannot be formatted is not touched.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { runCli, temporaryFolder } from './run-cli.ts'

const untidy = `version:   1\nserver: [ "a" ]  # why\n`
const tidy = `version: 1\nserver: [a] # why\n`

const write = (files: Record<string, string>) => {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

it('formats the files that need it and leaves the others', async () => {
  const folder = write({ 'a.yaml': untidy, 'b.yaml': tidy })
  const [a, b] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')]
  const before = statSync(b)
  expect(await runCli(['policy', 'fmt', folder], folder)).toEqual({
    code: 0,
    err: '',
    out: `${a}: formatted\n${b}: unchanged\n`,
  })
  expect(readFileSync(a, 'utf8')).toBe(tidy)
  expect(statSync(b)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
  expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'b.yaml'])
  expect((await runCli(['policy', 'fmt', folder], folder)).out).toBe(`${a}: unchanged\n${b}: unchanged\n`)
})

it('only says so with --check, and prints with --stdout', async () => {
  const folder = write({ 'a.yaml': untidy, 'b.yaml': tidy })
  const a = join(folder, 'a.yaml')
  const check = await runCli(['policy', 'fmt', '--check', folder], folder)
  expect(check).toEqual({ code: 1, err: '', out: `${a}: would be formatted\n${join(folder, 'b.yaml')}: unchanged\n` })
  expect(await runCli(['policy', 'fmt', '--stdout', a], folder)).toEqual({ code: 0, err: '', out: tidy })
  expect(await runCli(['policy', 'fmt', '--stdout', join(folder, 'b.yaml')], folder)).toMatchObject({
    code: 0,
    out: tidy,
  })
  expect(readFileSync(a, 'utf8')).toBe(untidy)
  expect((await runCli(['policy', 'fmt', '--stdout', folder], folder)).err).toContain('--stdout is for one file.')
})

test.skipIf(process.platform === 'win32')('keeps the mode, and a link stays a link', async () => {
  const folder = write({ 'real.txt': untidy })
  const [real, link] = [join(folder, 'real.txt'), join(folder, 'a.yaml')]
  chmodSync(real, 0o664)
  symlinkSync('real.txt', link)
  expect((await runCli(['policy', 'fmt', link], folder)).code).toBe(0)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(real, 'utf8')).toBe(tidy)
  expect(statSync(real).mode & 0o777).toBe(0o664)
})

it('leaves a file with mistakes as it is, and goes on with the others', async () => {
  const broken = 'version:   1\nrulez: []\n'
  const folder = write({ 'a.yaml': broken, 'b.yaml': untidy })
  mkdirSync(join(folder, 'empty'))
  const { code, out, err } = await runCli(['policy', 'fmt', folder, join(folder, 'empty')], folder)
  expect([code, out]).toEqual([1, `${join(folder, 'b.yaml')}: formatted\n`])
  expect(err).toContain(`a.yaml: error: it has mistakes, so it stays as it is. Run: countersign policy check ${folder}`)
  expect(err).toContain('empty: error: cannot be read: there is no .yaml or .yml file in this folder')
  expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toBe(broken)
})
