// What is in force is what was published, not what lies in the folder: `explain` judges by it, and `status` and `serve`
// name every file that says something else. A real broker publishes.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { runCli, startCli, temporaryFolder } from './run-cli.ts'

const serve = ['serve', '--port', '0']
const strict = 'version: 1\nserver: bank\nrules: [{ id: no-pay, effect: deny, tools: pay }]\n'
const mild = strict.replace('deny', 'allow')
const mistaken = 'version: 1\nserver: bank\nrulez: []\n'
const other = 'version: 1\nserver: shop\n'

/** A data folder with these policies, and `countersign serve` on it; `stop` resolves when it has ended. */
async function served(files: Record<string, string> = { 'bank.yaml': strict, 'shop.yaml': other }) {
  const home = temporaryFolder()
  const policies = join(home, 'policies')
  mkdirSync(policies)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(policies, name), text)
  const running = startCli(serve, home)
  await running.printed(/launch/)
  const stop = async () => {
    running.child.kill('SIGTERM')
    return running.ended
  }
  return { home, policies, published: join(home, 'published', 'policy.json'), running, stop }
}

const pay = ['policy', 'explain', '--server', 'bank', '--tool', 'pay']
const statusOf = async (home: string) => JSON.parse((await runCli(['status', '--json'], home)).out)

type Change = (folder: string) => void
const write =
  (text: string, name = 'bank.yaml'): Change =>
  (folder) =>
    writeFileSync(join(folder, name), text)
const remove: Change = (folder) => rmSync(join(folder, 'bank.yaml'))
const rename: Change = (folder) => renameSync(join(folder, 'bank.yaml'), join(folder, 'money.yaml'))

const changes: [what: string, change: Change, place: string | undefined, says: object, then: RegExp][] = [
  ['breaks', write(mistaken), 'bank.yaml:3:1', { folder: 'broken', inForce: 'rules-from-before', line: 3, column: 1 }, /Unknown key `rulez`.*Its rules from before stay in force until Countersign is started again; from then on it denies/],
  ['is removed', remove, 'bank.yaml', { folder: 'removed', inForce: 'rules-from-before' }, /It was removed\. Its rules from before stay in force until .*Put it back, or accept/],
  ['is edited', write(mild), 'bank.yaml', { folder: 'edited', inForce: 'rules-from-before' }, /It was edited, .*Only a running Countersign/],
  ['is new', write(strict, 'new.yaml'), 'new.yaml', { folder: 'new', inForce: 'nothing' }, /nothing of it is in force/],
  ['is new and has a mistake', write(mistaken, 'new.yaml'), 'new.yaml:3:1', { folder: 'broken', inForce: 'nothing' }, /Unknown key.*Nothing of it is in force/],
  ['cannot be read', (folder) => { remove(folder); mkdirSync(join(folder, 'bank.yaml')) }, 'bank.yaml', { folder: 'broken', inForce: 'rules-from-before' }, /It cannot be read: it is not a file/],
  ['is renamed', rename, undefined, {}, /$/],
  ['gets another layout', write(strict.replace(': deny', ':   deny')), undefined, {}, /$/],
] // biome-ignore format: a table
test.each(changes)('a file that %s changes nothing that is in force, and is named', async (_what, change, place, says, then) => {
  const { home, policies, stop } = await served()
  await stop()
  change(policies)

  const explained = await runCli(pay, home)
  const { revision, differences } = (await statusOf(home)).policy
  expect(explained.out).toMatch(/^deny: the call does not go through\n/)
  expect(explained.out).toContain(`  Judged by     the policy in force, revision ${revision.slice(0, 8)}\n`)
  const { out } = await runCli(['status'], home)
  const json = JSON.parse((await runCli([...pay, '--json'], home)).out)
  expect(json).toMatchObject({ judgedBy: { what: 'policy-in-force', revision, differences }, combined: 'deny' })
  if (place === undefined) {
    expect(differences).toEqual([])
    expect(explained.out).not.toContain('Not in force')
    return
  }
  expect(differences).toEqual([expect.objectContaining({ ...says, message: expect.stringMatching(then) })])
  const line = `${place}: ${differences[0].message}\n`
  expect(out).toContain(line)
  expect(explained.out).toContain(`Not in force as it stands in ${policies}:\n  ${line}`)
}) // biome-ignore format: one line

it('judges by named files as they are', async () => {
  const { home, policies, stop } = await served()
  await stop()
  write(mild)(policies)
  const file = join(policies, 'bank.yaml')
  const { out } = await runCli([...pay, '--policy', file], home)
  expect(out).toMatch(/^allow: the call goes through\n {2}Call .*\n {2}Risk /)
  expect(JSON.parse((await runCli([...pay, '--policy', file, '--json'], home)).out).judgedBy).toEqual({
    what: 'named-files',
    files: [file],
  })
})

it('names what denies after the next start: a broken file with its place, and one that is gone', async () => {
  const { home, policies, stop } = await served()
  await stop()
  write(mistaken)(policies)
  rmSync(join(policies, 'shop.yaml'))
  const again = startCli([...serve, '--json'], home)
  const [ready] = await again.printed(/^\{.*\}$/m)
  expect(JSON.parse(ready).problems).toEqual([
    expect.stringMatching(/^bank\.yaml has an error \(line 3, column 1: .*Every call it governs is denied/),
    expect.stringMatching(/^shop\.yaml was removed\. Every call it governed is denied\./),
  ])
  await again.printed(/bank\.yaml has an error/)
  again.child.kill('SIGTERM')
  await again.ended

  const { out } = await runCli(['status'], home)
  expect(out).toMatch(/bank\.yaml:3:1: Unknown key.*Every call it governs is denied until it is mended\.\n/)
  expect(out).toMatch(/shop\.yaml: It was removed\. Every call it governed is denied\./)
  expect((await statusOf(home)).policy.broken.map(({ file }: { file: string }) => file)).toEqual(['bank.yaml', 'shop.yaml'])
  expect((await runCli(pay, home)).out).toMatch(/bank\.yaml cannot be used, so it denies what it governs/)
}) // biome-ignore format: one line

it('says in the terminal of `serve` that a file broke or went, and when all is well again', async () => {
  const { home, policies, running, stop } = await served()
  write(mistaken)(policies)
  await running.printed(
    /bank\.yaml has an error \(line 3, column 1: Unknown key.*Its rules from before stay in force\./,
  )
  expect((await runCli(['status'], home)).out).toMatch(
    /^State +running$[\s\S]*bank\.yaml:3:1: .*rules from before stay in/m,
  )
  write(strict)(policies)
  await running.printed(/All policy files are in force again as they stand\./)
  remove(policies)
  await running.printed(/bank\.yaml was removed\. Its rules stay in force until Countersign is started again/)
  const { err } = await stop()
  expect(err.match(/has an error/g)).toHaveLength(1)
})

const unusable: [what: string, spoil: (published: string, home: string) => void, problem: string][] = [
  ['was changed by somebody', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"deny"', '"allow"')), "what was published cannot be used: its signature is not that of this installation's key"],
  ['is cut short', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 300)), 'what was published cannot be used: it is cut short'],
  ['has lost its key', (_file, home) => rmSync(join(home, 'keys', 'signing.pub')), 'what was published cannot be used: the key of this installation cannot be read'],
  ['is not there', (file) => rmSync(file), 'nothing was published yet'],
] // biome-ignore format: a table
test.each(unusable)('falls back to the folder, and says so, where the snapshot %s', async (_what, spoil, problem) => {
  const { home, policies, published, stop } = await served()
  await stop()
  spoil(published, home)
  const { code, out } = await runCli(pay, home)
  expect(code).toBe(0)
  expect(out).toMatch(/^deny: the call would not go through\n/)
  expect(out).toContain(`  Judged by     the files in ${policies}, which are not in force: ${problem}`)
  expect(out).toContain('Every call is refused until Countersign publishes a policy.\n')
  expect(JSON.parse((await runCli([...pay, '--json'], home)).out).judgedBy).toMatchObject({ what: 'folder', folder: policies })
  expect((await runCli(['status'], home)).out).toMatch(/^Policy .*(?:none published yet|cannot be used: ).*; every call is refused$/m)
}) // biome-ignore format: one line
