// The policy folder while Countersign runs: what an edit, a slip and an accident do to the rules in force.
import { createPublicKey, verify } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { loadKeys } from '../../broker/keys.ts'
import { layoutHere, prepareHome } from '../../broker/paths.ts'
import { type Policies, startPolicies } from '../../broker/policies.ts'
import type { PolicySet } from '../../core/schema/policy.ts'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { maxPolicyFileBytes } from '../../core/wire/limits.ts'
import { signedText, splitPublished } from '../../core/wire/published-policy.ts'
import {
  createHome,
  proxied,
  starterPolicies,
  startTestBroker,
  type TestBroker,
  type TestHome,
} from '../support/countersign.ts'
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

/** Every effect that `file` had in force from now on, until it is stopped. */
function historyOf(file: string): { effects: Set<string | undefined>; stop(): void } {
  const effects = new Set([inForce()[file]])
  const watcher = fs.watch(path.dirname(layout.published), () => void effects.add(inForce()[file]))
  return { effects, stop: () => watcher.close() }
}

/** What brokers put on record. */
function ownEvents(type: string): Record<string, unknown>[] {
  return fs
    .readdirSync(layout.spool)
    .filter((name) => name.startsWith('broker-'))
    .flatMap((name) => fs.readFileSync(path.join(layout.spool, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string; data: Record<string, unknown> })
    .flatMap((event) => (event.type === type ? [event.data] : []))
}

let edits = 0
/** An edit of another file, until it is published: by then the broker has read what was written before it. */
async function elsewhere(): Promise<void> {
  const known = [published().revision]
  edits += 1
  home.writePolicy(
    'other.yaml',
    `${fs.readFileSync(place('other.yaml'), 'utf8')}# ${edits}
  - { id: edit-${edits}, effect: allow, tools: [edit_${edits}] }
`,
  )
  await revisionOtherThan(...known)
}
const other = policy('allow')

describe('the first start', () => {
  it('copies the baseline, for its owner to edit, and publishes it signed', async () => {
    const running = await start({})
    expect(fs.readdirSync(layout.policies)).toEqual(['baseline.yaml', 'policy.schema.json', 'this-installation.yaml'])
    expect(fs.statSync(place('baseline.yaml')).mode & 0o600).toBe(0o600)
    expect(published().revision).toBe(running.status().policy.revision)
    expect(fs.statSync(layout.published).mode & 0o777).toBe(0o600)
  })

  it('leaves policies that are there alone, and does not seed again what was deleted', async () => {
    await (await start({ 'own.yaml': policy('deny') })).stop()
    expect(fs.readdirSync(layout.policies)).toEqual(['own.yaml', 'policy.schema.json'])
    fs.rmSync(place('own.yaml'))
    broker = await startTestBroker(home.home)
    expect(fs.readdirSync(layout.policies)).toEqual(['policy.schema.json'])
    // What was deleted while nobody looked is missed (below), not made anew.
    expect(inForce()).toEqual({ 'own.yaml': 'broken' })
  })
})

test('every start puts its own JSON Schema beside the policies, which their first line names for editors', async () => {
  const shipped = fs.readFileSync(path.join(starterPolicies, 'policy.schema.json'), 'utf8')
  await (await start({ 'own.yaml': policy('deny') })).stop()
  expect(fs.readFileSync(place('policy.schema.json'), 'utf8')).toBe(shipped)
  fs.writeFileSync(place('policy.schema.json'), 'of an earlier version')
  broker = await startTestBroker(home.home)
  expect(fs.readFileSync(place('policy.schema.json'), 'utf8')).toBe(shipped)
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
      /^a\.yaml has an error \(line 5, column 11: .*Its rules from before stay in force\.$/,
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
  ])(
    '%s: the rules stay in force, the others’ edits count, and a restart denies what they governed',
    async (what, happen, problem) => {
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
        const status = what === 'deleted' ? 'removed' : 'broken'
        expect(file).toMatchObject({ status, diagnostics: [{ severity: 'error' }] })
      }
      await running.stop()
      broker = await startTestBroker(home.home)
      expect(inForce()).toEqual({ 'a.yaml': 'broken', 'b.yaml': 'require-approval' })
    },
  )

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

it('a file that broke and was narrowed at once denies what it governed as well, start after start, until it is mended', async () => {
  const narrowed = 'version: 1\nserver: github\nrulez: []\n'
  const servers = () => published().set.files.map((entry) => (entry.status === 'ok' ? 'ok' : entry.servers.join()))
  await (await start({ 'a.yaml': policy('deny') })).stop()
  for (const text of [narrowed, `${narrowed}# later\n`, undefined]) {
    if (text === undefined) fs.rmSync(place('a.yaml'))
    else home.writePolicy('a.yaml', text)
    broker = await startTestBroker(home.home)
    expect(servers()).toEqual(['github,*'])
    await broker.stop()
  }
  home.writePolicy('a.yaml', 'version: 1\nserver: github\n')
  broker = await startTestBroker(home.home)
  expect(servers()).toEqual(['ok'])
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

describe('while an editor saves', () => {
  const whole = `${policy('deny')}  - id: second
    effect: allow
    tools: [other_note]
    when:
      a: 1
      b: 2
`
  it.each([
    ['a first half that is valid, and lacks a rule', policy('deny')],
    ['a first half that is valid, lacks a rule and is long', `${policy('deny')}# ${'x'.repeat(500)}\n`],
    ['a first half that is valid, and lacks a condition', whole.replace('      b: 2\n', '')],
    ['a first half that is longer, and ends within a line', `${whole}    reason: Because of what happ`],
    ['a file that was emptied to be written anew', ''],
    ['a file that is gone for a moment', undefined],
  ])('%s does not count', async (_, half) => {
    const running = await start({ 'a.yaml': whole, 'other.yaml': other })
    const before = published().set.files[0]
    if (half === undefined) fs.rmSync(place('a.yaml'))
    else home.writePolicy('a.yaml', half)
    await elsewhere()
    expect(published().set.files[0]).toEqual(before)
    expect(running.status().policy.problems).toEqual([])
    const known = published().revision
    home.writePolicy('a.yaml', whole.replaceAll('get_note', 'take_note'))
    await revisionOtherThan(known)
    expect(published().set.files[0]).toMatchObject({ policy: { rules: [{ tools: ['take_note'] }, { id: 'second' }] } })
    expect(running.status().policy.problems).toEqual([])
  })

  it('a new file counts once it is left alone', async () => {
    await start({ 'other.yaml': other })
    home.writePolicy('a.yaml', policy('allow'))
    await elsewhere()
    expect(inForce()).toEqual({ 'other.yaml': 'allow' })
    home.writePolicy('a.yaml', policy('deny'))
    const history = historyOf('a.yaml')
    await revisionOtherThan(published().revision)
    history.stop()
    expect(inForce()).toEqual({ 'a.yaml': 'deny', 'other.yaml': 'allow' })
    expect([...history.effects]).not.toContain('allow')
  })

  it('a file that lost a rule for good is believed once it is left alone', async () => {
    await start({ 'a.yaml': whole })
    const before = published().revision
    home.writePolicy('a.yaml', policy('require-approval'))
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'a.yaml': 'require-approval' })
  })

  it.each(['.a.yaml.swp', '.a.yaml.swx', 'a.yaml~', '#a.yaml#', '.#a.yaml', '4913', 'a.yaml.tmp', '.goutputstream-X'])(
    'a file beside it called %s is no policy',
    async (name) => {
      const running = await start({ 'other.yaml': other })
      fs.writeFileSync(place(name), policy('deny'))
      // By the time that a new policy is believed, it would be too.
      const before = published().revision
      home.writePolicy('new.yaml', policy('deny'))
      await revisionOtherThan(before)
      expect(inForce()).toEqual({ 'new.yaml': 'deny', 'other.yaml': 'allow' })
      expect(running.status().policy.problems).toEqual([])
    },
  )

  it('a touch, and a comment, make no new revision', async () => {
    const running = await start({ 'a.yaml': policy('deny'), 'other.yaml': other })
    const before = published().revision
    fs.utimesSync(place('a.yaml'), new Date(), new Date())
    fs.appendFileSync(place('a.yaml'), '# nothing new\n')
    await elsewhere()
    await running.stop()
    const revisions = ownEvents('policy.published').map(({ revision }) => revision)
    expect(revisions).toHaveLength(2)
    expect(revisions[0]).toBe(before)
  })

  it('fifty files at once are all in force', async () => {
    const names = Array.from({ length: 50 }, (_, n) => `${String(n).padStart(2, '0')}.yaml`)
    await start(Object.fromEntries(names.map((name) => [name, policy('allow')])))
    const all = new Promise<void>((resolve) => {
      const watcher = fs.watch(path.dirname(layout.published), () => {
        if (!Object.values(inForce()).every((effect) => effect === 'deny')) return
        watcher.close()
        resolve()
      })
    })
    for (const name of names) home.writePolicy(name, policy('deny'))
    await all
    expect(Object.keys(inForce())).toEqual(names)
  })

  it('a file in whose place a folder was is believed again', async () => {
    await start({ 'a.yaml': policy('allow') })
    fs.rmSync(place('a.yaml'))
    fs.mkdirSync(place('a.yaml'))
    await problems((list) => list.some((one) => one.includes('it is not a file')))
    const before = published().revision
    fs.rmdirSync(place('a.yaml'))
    home.writePolicy('a.yaml', policy('deny'))
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'a.yaml': 'deny' })
    expect(broker?.status().policy.problems).toEqual([])
  })
})

describe('a file that was removed', () => {
  const github = 'version: 1\nserver: [github, "git*"]\nrules:\n  - { id: r, effect: deny, tools: [push] }\n'
  const removed = { file: 'a.yaml', status: 'broken', servers: ['github', 'git*'] }

  /** Two starts after it went: the second knows of it only from what the first published. */
  async function restartedWithout(text = github): Promise<TestBroker> {
    await (await start({ 'a.yaml': text, 'b.yaml': policy('allow') })).stop()
    fs.rmSync(place('a.yaml'))
    await (await start({})).stop()
    return start({})
  }

  it('while nobody looked denies what it governed, start after start, and says what to do', async () => {
    const running = await restartedWithout()
    expect(published().set.files[0]).toEqual({
      ...removed,
      problem: expect.stringMatching(/^it was removed\. Put it back/),
    })
    expect(running.status().policy).toMatchObject({
      files: 1,
      problems: [
        expect.stringMatching(/^a\.yaml was removed\. Every call it governed is denied\. Put it back, or accept/),
      ],
    })
    const { files } = await running.ask('policies.list', {})
    expect(files.map(({ file, status, servers }) => [file, status, servers])).toEqual([
      ['a.yaml', 'removed', ['github', 'git*']],
      ['b.yaml', 'ok', ['*']],
    ])
  })

  it('that was broken before denies what it governed then', async () => {
    await restartedWithout('version: 1\nserver: github\nrulez: []\n')
    expect(published().set.files[0]).toMatchObject({ file: 'a.yaml', status: 'broken', servers: ['github'] })
  })

  it('is let go of by a person, on record, for good', async () => {
    const running = await restartedWithout()
    expect(await running.ask('policies.accept-removal', { file: 'a.yaml' })).toEqual({ outcome: 'accepted' })
    expect(inForce()).toEqual({ 'b.yaml': 'allow' })
    expect(running.status().policy.problems).toEqual([])
    expect(await running.ask('policies.accept-removal', { file: 'a.yaml' })).toEqual({ outcome: 'not-removed' })
    await running.stop()
    expect(ownEvents('policy.removal-accepted')).toEqual([{ file: 'a.yaml', servers: ['github', 'git*'], by: 'test' }])
    await start({})
    expect(inForce()).toEqual({ 'b.yaml': 'allow' })
  })

  it('can be let go of while its rules are still in force', async () => {
    const running = await start({ 'a.yaml': github, 'b.yaml': policy('allow') })
    fs.rmSync(place('a.yaml'))
    await problems((list) => list.some((one) => one.startsWith('a.yaml was removed. Its rules stay in force until')))
    expect(inForce()).toEqual({ 'a.yaml': 'deny', 'b.yaml': 'allow' })
    expect(await running.ask('policies.accept-removal', { file: 'a.yaml' })).toEqual({ outcome: 'accepted' })
    expect(inForce()).toEqual({ 'b.yaml': 'allow' })
  })

  it.each(['b.yaml', 'c.yaml', '../policies/a.yaml', ''])('is not what %j names: nothing changes', async (file) => {
    const running = await restartedWithout()
    expect(await running.ask('policies.accept-removal', { file })).toEqual({ outcome: 'not-removed' })
    expect(inForce()).toEqual({ 'a.yaml': 'broken', 'b.yaml': 'allow' })
    await running.stop()
    expect(ownEvents('policy.removal-accepted')).toEqual([])
  })

  it('and is back, seen or not yet seen, cannot be let go of', async () => {
    const running = await restartedWithout()
    const before = published().revision
    home.writePolicy('a.yaml', github)
    expect(await running.ask('policies.accept-removal', { file: 'a.yaml' })).toEqual({ outcome: 'not-removed' })
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'a.yaml': 'deny', 'b.yaml': 'allow' })
    expect(running.status().policy.problems).toEqual([])
  })

  it('still counts where letting go of it cannot be recorded', async () => {
    const running = await restartedWithout()
    fs.renameSync(layout.spool, `${layout.spool}.away`)
    const reply = await running.api.handle('policies.accept-removal', { file: 'a.yaml' }, 'test')
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(inForce()).toEqual({ 'a.yaml': 'broken', 'b.yaml': 'allow' })
  })

  it('broken, and never in force, denies until a person lets go of it', async () => {
    const running = await start({ 'a.yaml': 'version: 1\nserver: github\nrulez: []\n', 'b.yaml': policy('allow') })
    fs.rmSync(place('a.yaml'))
    await problems((list) => list.some((one) => one.startsWith('a.yaml was removed. Every call')))
    expect(published().set.files[0]).toMatchObject({ file: 'a.yaml', status: 'broken', servers: ['github'] })
    expect(await running.ask('policies.accept-removal', { file: 'a.yaml' })).toEqual({ outcome: 'accepted' })
    expect(inForce()).toEqual({ 'b.yaml': 'allow' })
  })

  it.each(['while running', 'while nobody looked'])(
    'under one name and is there under another is not missed: %s',
    async (when) => {
      const running = await start({ 'a.yaml': github, 'b.yaml': policy('allow') })
      const before = published().revision
      if (when === 'while nobody looked') await running.stop()
      fs.renameSync(place('a.yaml'), place('c.yaml'))
      if (when === 'while nobody looked') await start({})
      else await revisionOtherThan(before)
      expect(inForce()).toEqual({ 'b.yaml': 'allow', 'c.yaml': 'deny' })
      expect(broker?.status().policy.problems).toEqual([])
    },
  )

  it('and the snapshot that knew of it is damaged: the person is told', async () => {
    await (await start({ 'a.yaml': github, 'b.yaml': policy('allow') })).stop()
    fs.rmSync(place('a.yaml'))
    fs.writeFileSync(layout.published, 'no snapshot')
    const running = await start({})
    expect(running.status().alerts).toMatchObject([{ kind: 'policies-forgotten' }])
    expect(inForce()).toEqual({ 'b.yaml': 'allow' })
  })
})

describe('behind links', () => {
  const dotfiles = () => path.join(home.home, 'dotfiles')
  beforeEach(() => fs.mkdirSync(dotfiles()))
  const kept = (file: string, effect: string) => fs.writeFileSync(path.join(dotfiles(), file), policy(effect))

  it.each([
    ['saved in place', () => kept('team.yaml', 'deny')],
    [
      'saved by rename',
      () => {
        kept('.team.yaml.swp', 'deny')
        fs.renameSync(path.join(dotfiles(), '.team.yaml.swp'), path.join(dotfiles(), 'team.yaml'))
      },
    ],
    [
      'linked anew',
      () => {
        kept('next.yaml', 'deny')
        fs.symlinkSync(path.join(dotfiles(), 'next.yaml'), place('.next'))
        fs.renameSync(place('.next'), place('team.yaml'))
      },
    ],
  ])('a file %s is in force', async (_, save) => {
    kept('team.yaml', 'allow')
    fs.mkdirSync(layout.policies, { recursive: true })
    fs.symlinkSync('../dotfiles/team.yaml', place('team.yaml'))
    await start({})
    const before = published().revision
    save()
    await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'team.yaml': 'deny' })
  })

  it('a folder of another version is in force when the link to it is moved, and edits in it too', async () => {
    for (const [version, effect] of [
      ['v1', 'allow'],
      ['v2', 'deny'],
    ] as const) {
      fs.mkdirSync(path.join(dotfiles(), version))
      kept(`${version}/team.yaml`, effect)
    }
    fs.rmdirSync(layout.policies)
    fs.symlinkSync(path.join(dotfiles(), 'v1'), layout.policies)
    await start({})
    const before = published().revision
    fs.symlinkSync(path.join(dotfiles(), 'v2'), `${layout.policies}.new`)
    fs.renameSync(`${layout.policies}.new`, layout.policies)
    const { revision } = await revisionOtherThan(before)
    expect(inForce()).toEqual({ 'team.yaml': 'deny' })
    kept('v2/team.yaml', 'require-approval')
    await revisionOtherThan(before, revision)
    expect(inForce()).toEqual({ 'team.yaml': 'require-approval' })
  })
})

describe('what the proxies could not carry out', () => {
  const alerts: string[] = []
  let policies: Policies | undefined
  afterEach(() => policies?.stop())

  function startAlone(): Promise<void> {
    prepareHome(layout)
    alerts.length = 0
    return new Promise((resolve) => {
      policies = startPolicies({
        layout,
        keys: loadKeys(layout),
        starterPolicies,
        lockdown: () => undefined,
        compile: (set) => {
          if (JSON.stringify(set).includes('impossible')) throw new Error('rule only: not possible')
        },
        published: () => resolve(),
        removalAccepted: () => undefined,
        alert: (kind, detail) => {
          alerts.push(`${kind}: ${detail}`)
          resolve()
        },
        log: () => undefined,
      })
    })
  }

  it('is not published, also at the next start, and what was in force stays', async () => {
    home.writePolicy('a.yaml', policy('deny'))
    await startAlone()
    policies?.stop()
    const { revision } = published()
    home.writePolicy('a.yaml', policy('allow', 'impossible'))
    await startAlone()
    expect(alerts).toEqual([expect.stringMatching(/^policies-not-published: .*rule only: not possible$/)])
    expect(inForce()).toEqual({ 'a.yaml': 'deny' })
    expect(policies?.revision()).toBe(revision)
    const mended = new Promise<void>((resolve) => {
      const watcher = fs.watch(path.dirname(layout.published), () => {
        if (published().revision === revision) return
        watcher.close()
        resolve()
      })
    })
    home.writePolicy('a.yaml', policy('require-approval', 'possible_after_all'))
    await mended
    expect(inForce()).toEqual({ 'a.yaml': 'require-approval' })
  })
})
