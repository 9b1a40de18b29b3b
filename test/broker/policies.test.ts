// The policy folder while Countersign runs: what an edit, a slip and an accident do to the rules in force.
import { createPublicKey, verify } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { layoutHere } from '../../broker/paths.ts'
import type { PolicySet } from '../../core/schema/policy.ts'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { maxPolicyFileBytes } from '../../core/wire/limits.ts'
import { signedText, splitPublished } from '../../core/wire/published-policy.ts'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { startRaw } from '../support/raw-client.ts'
import { createWitness } from '../support/witness.ts'

const policy = (effect: string, tool = 'get_note') => `version: 1
rules:
  - id: only
    effect: ${effect}
    tools: [${tool}]
`

let home: TestHome
let layout: HomeLayout
let broker: TestBroker | undefined

beforeEach(() => {
  home = createHome()
  layout = layoutHere(home.home)
})
afterEach(async () => {
  await broker?.stop()
  broker = undefined
  home.remove()
})

async function start(files: Record<string, string>): Promise<TestBroker> {
  for (const [file, text] of Object.entries(files)) home.writePolicy(file, text)
  broker = await startTestBroker(home.home)
  return broker
}

const place = (file: string) => path.join(layout.policies, file)

function published(): { revision: string; set: PolicySet } {
  const split = splitPublished(fs.readFileSync(layout.published, 'utf8'))
  if (!split.ok) throw new Error(split.problem)
  const { header, payload } = split
  const key = createPublicKey(fs.readFileSync(layout.publicKey, 'utf8'))
  expect(verify(null, Buffer.from(signedText(payload)), key, Buffer.from(header.signature, 'base64'))).toBe(true)
  return { revision: header.revision, set: JSON.parse(payload) as PolicySet }
}

/** What the published rules say, by file: the effect of the only rule, or that the file is broken. */
function inForce(): Record<string, string | undefined> {
  const { files } = published().set
  return Object.fromEntries(
    files.map((entry) => [entry.file, entry.status === 'ok' ? entry.policy.rules[0]?.effect : 'broken']),
  )
}

/** The first status, past or to come, whose problems are as described. */
const problems = (satisfies: (problems: string[]) => boolean) =>
  broker?.event('status.changed', ({ status }) => satisfies(status.policy.problems)) ?? Promise.reject(new Error('off'))
const revisionOtherThan = (...known: string[]) =>
  broker?.event('policies.changed', ({ revision }) => !known.includes(revision)) ?? Promise.reject(new Error('off'))

describe('the first start', () => {
  it('copies the baseline, for its owner to edit, and publishes it signed', async () => {
    const running = await start({})
    expect(fs.readdirSync(layout.policies)).toEqual(['baseline.yaml'])
    expect(fs.statSync(place('baseline.yaml')).mode & 0o600).toBe(0o600)
    expect(published().revision).toBe(running.status().policy.revision)
    expect(fs.statSync(layout.published).mode & 0o777).toBe(0o600)
  })

  it('leaves policies that are there alone, and does not seed again what was deleted', async () => {
    await (await start({ 'own.yaml': policy('deny') })).stop()
    expect(fs.readdirSync(layout.policies)).toEqual(['own.yaml'])
    fs.rmSync(place('own.yaml'))
    broker = await startTestBroker(home.home)
    expect(fs.readdirSync(layout.policies)).toEqual([])
    expect(inForce()).toEqual({})
  })
})

describe('an edit', () => {
  it('saved by rename is in force, and on record', async () => {
    const running = await start({ 'a.yaml': policy('allow') })
    const before = published().revision
    fs.writeFileSync(place('.a.yaml.swp'), policy('deny'))
    fs.renameSync(place('.a.yaml.swp'), place('a.yaml'))
    const { revision } = await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'a.yaml': 'deny' })
    await running.stop()
    const spool = fs.readdirSync(layout.spool).find((name) => name.startsWith('broker-')) ?? ''
    const events = fs.readFileSync(path.join(layout.spool, spool), 'utf8')
    expect(events).toMatch(new RegExp(`"type":"policy.published".*"revision":"${before}"`))
    expect(events).toMatch(new RegExp(`"type":"policy.published".*"revision":"${revision}"`))
  })

  it('twice in a row ends with the second', async () => {
    await start({ 'a.yaml': policy('allow') })
    const before = published().revision
    home.writePolicy('a.yaml', policy('deny'))
    home.writePolicy('a.yaml', policy('require-approval'))
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'a.yaml': 'require-approval' })
  })

  it('half a file keeps the last good rules; the rest puts it in force', async () => {
    await start({ 'a.yaml': policy('deny') })
    const before = published().revision
    const text = policy('require-approval')
    home.writePolicy('a.yaml', text.slice(0, -12))
    const { status } = await problems((list) => list.length === 1)
    expect(status.policy.problems[0]).toMatch(
      /^a\.yaml has an error \(line \d+: .*Its rules from before stay in force\.$/,
    )
    expect(inForce()).toEqual({ 'a.yaml': 'deny' })
    home.writePolicy('a.yaml', text)
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'a.yaml': 'require-approval' })
    expect(broker?.status().policy.problems).toEqual([])
  })

  it.each([
    ['deleted', () => fs.rmSync(place('a.yaml')), /^a\.yaml was removed/],
    ['emptied', () => fs.writeFileSync(place('a.yaml'), ''), /^a\.yaml has an error/],
    ['no longer text', () => fs.writeFileSync(place('a.yaml'), Buffer.from([0x76, 0xff, 0xfe])), /not UTF-8 text/],
    ['beyond 1 MB', () => fs.writeFileSync(place('a.yaml'), ' '.repeat(maxPolicyFileBytes + 1)), /larger than 1048576/],
    [
      'a folder',
      () => {
        fs.rmSync(place('a.yaml'))
        fs.mkdirSync(place('a.yaml'))
      },
      /it is not a file/,
    ],
    [
      'a link to nothing',
      () => {
        fs.rmSync(place('a.yaml'))
        fs.symlinkSync(place('nowhere'), place('a.yaml'))
      },
      /cannot be read: ENOENT/,
    ],
    [
      'a link to itself',
      () => {
        fs.rmSync(place('a.yaml'))
        fs.symlinkSync(place('a.yaml'), place('a.yaml'))
      },
      /cannot be read: ELOOP/,
    ],
  ])('%s: the rules stay in force, the others’ edits count, and a restart ends it', async (what, happen, problem) => {
    const running = await start({ 'a.yaml': policy('deny'), 'b.yaml': policy('allow') })
    const before = published().revision
    happen()
    const { status } = await problems((list) => list.length === 1 && problem.test(list[0] ?? ''))
    expect(inForce()).toEqual({ 'a.yaml': 'deny', 'b.yaml': 'allow' })
    // The same rules are the same revision: approvals that are bound to it stay good.
    expect(status.policy.revision).toBe(before)
    home.writePolicy('b.yaml', policy('require-approval'))
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'a.yaml': 'deny', 'b.yaml': 'require-approval' })
    for (const file of (await running.ask('policies.list', {})).files.filter(({ file }) => file === 'a.yaml')) {
      expect(file).toMatchObject({ status: 'broken', diagnostics: [{ severity: 'error' }] })
    }
    await running.stop()
    broker = await startTestBroker(home.home)
    const after = { 'b.yaml': 'require-approval' }
    expect(inForce()).toEqual(what === 'deleted' ? after : { 'a.yaml': 'broken', ...after })
  })

  it('of a file that a link names is noticed', async () => {
    const elsewhere = path.join(home.home, 'team.yaml')
    fs.writeFileSync(elsewhere, policy('allow'))
    fs.symlinkSync(elsewhere, place('team.yaml'))
    await start({})
    const before = published().revision
    fs.writeFileSync(elsewhere, policy('deny'))
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'team.yaml': 'deny' })
  })

  it('after the whole folder was replaced is noticed', async () => {
    await start({ 'a.yaml': policy('allow') })
    const before = published().revision
    fs.renameSync(layout.policies, `${layout.policies}.old`)
    fs.mkdirSync(layout.policies)
    home.writePolicy('a.yaml', policy('deny'))
    const { revision } = await revisionOtherThan(before)
    home.writePolicy('a.yaml', policy('require-approval'))
    await revisionOtherThan(before, revision)
    expect(inForce()).toEqual({ 'a.yaml': 'require-approval' })
  })
})

it('a broken new file denies what it governs, from the start', async () => {
  const running = await start({ 'a.yaml': 'version: 1\nserver: github\nrulez: []\n', 'b.YML': policy('allow') })
  expect(published().set.files[0]).toMatchObject({ status: 'broken', servers: ['github'] })
  expect(inForce()).toEqual({ 'a.yaml': 'broken', 'b.YML': 'allow' })
  expect(running.status().policy.problems).toEqual([expect.stringMatching(/^a\.yaml .*denied until it is mended/)])
})

it('what cannot be published is said, and published as soon as it can be', async () => {
  const running = await start({ 'a.yaml': policy('allow') })
  const before = published().revision
  const folder = path.dirname(layout.published)
  fs.renameSync(folder, `${folder}.away`)
  home.writePolicy('a.yaml', policy('deny'))
  await running.event('status.changed', ({ status }) =>
    status.alerts.some(({ kind }) => kind === 'policies-not-published'),
  )
  fs.renameSync(`${folder}.away`, folder)
  await revisionOtherThan(before)
  expect(inForce()).toEqual({ 'a.yaml': 'deny' })
})

it('a reader never sees a part of it', async () => {
  await start({ 'a.yaml': policy('allow') })
  const seen = new Set([published().revision])
  for (let round = 0; round < 5; round += 1) {
    home.writePolicy('a.yaml', policy(round % 2 === 0 ? 'deny' : 'allow', `tool_${round}`))
    const next = revisionOtherThan(...seen)
    let arrived = false
    void next.then(() => {
      arrived = true
    })
    while (!arrived) {
      published()
      await new Promise((resolve) => setImmediate(resolve))
    }
    seen.add(published().revision)
  }
  expect(seen.size).toBe(6)
})

it('the next call of a running proxy is judged by it', async () => {
  await start({ 'a.yaml': policy('allow', 'write_note') })
  const witness = createWitness()
  const agent = startRaw(proxied(witness.command), { env: { ...home.env, ...witness.env } })
  const call = async (n: number) => {
    const { message } = await agent.request('tools/call', { name: 'write_note', arguments: { n } })
    return (message as { result: { isError?: boolean } }).result.isError === true
  }
  expect(await call(1)).toBe(false)
  const before = published().revision
  home.writePolicy('a.yaml', policy('deny', 'write_note'))
  await revisionOtherThan(before)
  // Calls that come within a few milliseconds of each other share one look at the file.
  await agent.request('ping')
  expect(await call(2)).toBe(true)
  expect(witness.calls()).toMatchObject([{ arguments: { n: 1 } }])
  agent.end()
  await agent.exited
  witness.remove()
})
