// Lockdown in the broker: on record before it counts, in the published policy, there after a restart, and never lifted by
// what went wrong. The real policy folder, spool and log.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AuditDatabase, openAuditDatabase } from '../../broker/audit/database.ts'
import { createIngest } from '../../broker/audit/ingest.ts'
import { lastLockdown } from '../../broker/audit/last-lockdown.ts'
import { earlierLockdown } from '../../broker/earlier-policies.ts'
import { loadKeys } from '../../broker/keys.ts'
import { createLockdown, type Lockdown } from '../../broker/lockdown.ts'
import { createOwnRecord, type OwnRecord } from '../../broker/own-record.ts'
import { layoutHere, prepareHome } from '../../broker/paths.ts'
import { type Policies, startPolicies } from '../../broker/policies.ts'
import { compilePolicy } from '../../core/policy/compile.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { PolicySet } from '../../core/schema/policy.ts'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { splitPublished } from '../../core/wire/published-policy.ts'
import { createHome, starterPolicies, type TestHome } from '../support/countersign.ts'

type Run = {
  lockdown: Lockdown
  policies: Policies
  db: AuditDatabase
  said: string[]
  /** Makes what it is told to fail. */
  broken: { record?: boolean; publish?: boolean; compile?: boolean }
  stop(): void
}

let home: TestHome
let layout: HomeLayout
const runs: Run[] = []
let clock = 1_700_000_000_000

beforeEach(() => {
  home = createHome()
  layout = layoutHere(home.home)
  home.writePolicy('only.yaml', 'version: 1\ndefault: allow\n')
})
afterEach(() => {
  for (const run of runs.splice(0)) run.stop()
  home.remove()
})

/** What the broker does of it when it starts. */
function start(): Run {
  prepareHome(layout)
  const broken: Run['broken'] = {}
  const said: string[] = []
  const db = openAuditDatabase(layout.database)
  createIngest(db, { spoolFolder: layout.spool, now: () => clock }).ingestAll()
  const own: OwnRecord = createOwnRecord(layout.spool, () => clock++)
  const record: OwnRecord['write'] = (type, data) => {
    if (broken.record) throw new Error('disk full')
    own.write(type, data)
  }
  const lockdown = createLockdown({
    published: earlierLockdown(layout.published),
    logged: lastLockdown(db),
    record: { write: record },
    publish: () => {
      if (broken.publish) throw new Error('read-only')
      policies.publish()
    },
    changed: () => said.push(lockdown.state() ? 'locked' : 'lifted'),
    unrecorded: (what) => said.push(`unrecorded: ${what}`),
    now: () => clock,
  })
  const policies: Policies = startPolicies({
    layout,
    keys: loadKeys(layout, undefined),
    starterPolicies,
    lockdown: lockdown.state,
    compile: (set) => {
      if (broken.compile && set.files.some(({ status }) => status === 'ok')) throw new Error('too new')
      compilePolicy(set, () => textEngines)
    },
    published: ({ revision, files, problems }) => record('policy.published', { revision, files, problems }),
    removalAccepted: () => undefined,
    alert: (kind, detail) => said.push(`${kind}: ${detail}`),
    log: () => undefined,
  })
  let stopped = false
  const stop = () => {
    if (stopped) return
    stopped = true
    policies.stop()
    own.close()
    db.close()
  }
  const run = { ...{ lockdown, policies, db, said, broken }, stop }
  runs.push(run)
  return run
}

function published(): PolicySet {
  const split = splitPublished(fs.readFileSync(layout.published, 'utf8'))
  if (!split.ok) throw new Error(split.problem)
  return JSON.parse(split.payload) as PolicySet
}

function changes(): unknown[] {
  return fs
    .readdirSync(layout.spool)
    .sort()
    .flatMap((file) => fs.readFileSync(path.join(layout.spool, file), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as { type: string; data: { on: boolean; by: string } })
    .flatMap(({ type, data }) => (type === 'lockdown.changed' ? [`${data.on ? 'on' : 'off'} by ${data.by}`] : []))
}

describe('lockdown', () => {
  it('is on record, published, and told; lifting it as well', () => {
    const { lockdown, said, policies } = start()
    const before = policies.revision()
    expect(published().lockdown).toBeUndefined()
    const since = clock + 1
    lockdown.set(true, 'desktop')
    expect(published()).toMatchObject({ lockdown: { since, by: 'desktop' }, files: [{ status: 'ok' }] })
    expect(policies.revision()).not.toBe(before)
    lockdown.set(true, 'headless:2')
    expect(published().lockdown).toEqual({ since, by: 'desktop' })
    lockdown.set(false, 'headless:1')
    expect(published().lockdown).toBeUndefined()
    expect(policies.revision()).toBe(before)
    lockdown.set(false, 'desktop')
    expect(changes()).toEqual(['on by desktop', 'off by headless:1'])
    expect(said).toEqual(['locked', 'lifted'])
  })

  it('stays over edits of the policies', () => {
    const { lockdown, policies } = start()
    lockdown.set(true, 'desktop')
    home.writePolicy('only.yaml', 'version: 1\ndefault: deny\n')
    policies.publish()
    expect(published().lockdown).toMatchObject({ by: 'desktop' })
  })

  it('that cannot be recorded happens all the same', () => {
    const { lockdown, broken, said } = start()
    broken.record = true
    expect(() => lockdown.set(true, 'desktop')).toThrow(/disk full/)
    expect(lockdown.state()).toBeDefined()
    expect(published().lockdown).toBeDefined()
    expect(said).toContain('unrecorded: that everything was locked down')
  })

  it('that cannot be published counts here, says so, and is published by the next try', () => {
    const { lockdown, broken, said } = start()
    broken.publish = true
    expect(() => lockdown.set(true, 'desktop')).toThrow(/cannot be published to the proxies \(read-only\)/)
    expect(lockdown.state()).toMatchObject({ by: 'desktop' })
    expect(said).toEqual(['locked'])
    delete broken.publish
    lockdown.set(true, 'desktop')
    expect(published().lockdown).toEqual(lockdown.state())
    expect(changes()).toEqual(['on by desktop'])
  })

  it('does not wait for policies that cannot be compiled', () => {
    const { lockdown, broken } = start()
    broken.compile = true
    lockdown.set(true, 'desktop')
    const files = [{ file: 'only.yaml', status: 'broken', servers: ['*'], problem: expect.stringContaining('too new') }]
    expect(published()).toMatchObject({ lockdown: { by: 'desktop' }, files })
    expect(() => lockdown.set(false, 'desktop')).toThrow(/was not lifted/)
    expect(published().lockdown).toBeDefined()
  })

  it('is not lifted where that cannot be recorded', () => {
    const { lockdown, broken } = start()
    lockdown.set(true, 'desktop')
    broken.record = true
    expect(() => lockdown.set(false, 'desktop')).toThrow(/disk full/)
    expect(lockdown.state()).toMatchObject({ by: 'desktop' })
    expect(published().lockdown).toEqual(lockdown.state())
  })

  it('is not lifted where that cannot be published, and the record says so', () => {
    const { lockdown, broken } = start()
    lockdown.set(true, 'desktop')
    broken.publish = true
    expect(() => lockdown.set(false, 'headless:1')).toThrow(
      /was not lifted, because that cannot be published: read-only/,
    )
    expect(lockdown.state()).toMatchObject({ by: 'desktop' })
    expect(changes()).toEqual(['on by desktop', 'off by headless:1', 'on by desktop'])
  })
})

describe('after a restart', () => {
  const lockedBefore = () => {
    const first = start()
    first.lockdown.set(true, 'desktop')
    first.stop()
  }

  it.each<[what: string, change: () => void]>([
    ['that changed nothing', () => undefined],
    ['with the published policy gone', () => fs.rmSync(layout.published)],
    ['with the published policy damaged', () => fs.writeFileSync(layout.published, 'x')],
    ['with the log gone', () => fs.rmSync(layout.database)],
    [
      'with log and spools gone',
      () => {
        fs.rmSync(layout.database)
        fs.rmSync(layout.spool, { recursive: true })
      },
    ],
    ['with another key', () => fs.rmSync(layout.keys, { recursive: true })],
  ])('%s it is still on', (_what, change) => {
    lockedBefore()
    change()
    const { lockdown } = start()
    expect(lockdown.state()).toMatchObject({ by: 'desktop' })
    expect(published().lockdown).toEqual(lockdown.state())
  })

  it('an older snapshot put back by hand does not lift it', () => {
    start().stop()
    const older = fs.readFileSync(layout.published)
    lockedBefore()
    fs.writeFileSync(layout.published, older)
    expect(start().lockdown.state()).toMatchObject({ by: 'desktop' })
    expect(published().lockdown).toBeDefined()
  })

  it('one of a shape that is not known is one all the same', () => {
    start().stop()
    const [header, payload = ''] = fs.readFileSync(layout.published, 'utf8').split('\n')
    const changed = JSON.stringify({ ...JSON.parse(payload), lockdown: 'by the next version' })
    fs.writeFileSync(layout.published, `${header}\n${changed}\n`)
    expect(start().lockdown.state()).toMatchObject({ by: 'unknown' })
  })

  it('it is over where it was lifted', () => {
    const first = start()
    first.lockdown.set(true, 'desktop')
    first.lockdown.set(false, 'desktop')
    first.stop()
    expect(start().lockdown.state()).toBeUndefined()
  })
})
