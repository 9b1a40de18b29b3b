// The examples in the help texts of the policy commands are real: each runs as it stands there, and succeeds.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { cliFile, runCli, temporaryFolder } from './run-cli.ts'

const shipped = fileURLToPath(new URL('../../../policies', import.meta.url))

/** A folder as somebody who keeps policies in git has it; it serves as the data folder too. */
function workFolder(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'policies'))
  for (const name of ['baseline.yaml', 'demo.yaml']) cpSync(join(shipped, name), join(folder, 'policies', name))
  const github = 'version: 1\nserver: github\ntests:\n  - { call: delete_file, expect: hold }\n'
  writeFileSync(join(folder, 'policies', 'github.yaml'), github)
  return folder
}

test.skipIf(process.platform === 'win32').each(['check', 'test', 'explain', 'fmt'])('policy %s', async (name) => {
  const folder = workFolder()
  const { out } = await runCli(['policy', name, '--help'], folder)
  const examples = [...out.matchAll(/^(?:Examples?:)? *countersign (policy .*)$/gm)].map(([, words = '']) => words)
  expect(examples.length).toBeGreaterThan(0)
  // The files are in their layout before `fmt --check` is shown to pass.
  await runCli(['policy', 'fmt', join(folder, 'policies')], folder)
  for (const words of examples) {
    expect(words).toMatch(new RegExp(`^policy ${name}\\b`))
    const options = { cwd: folder, env: { ...process.env, COUNTERSIGN_HOME: folder } }
    const ended = await promisify(execFile)('sh', ['-c', `"$0" "$1" ${words}`, process.execPath, cliFile], options)
    expect(ended.stderr).toBe('')
  }
})
