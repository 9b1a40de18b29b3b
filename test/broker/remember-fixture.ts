// Remembering on real files and a real audit database, with clocks that the test turns.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { onTestFinished } from 'vitest'
import type { CallFacts } from '../../broker/approval-card.ts'
import { isPolicyName, policyNames, readPolicy, viewOf } from '../../broker/policy-folder.ts'
import { createRemember, type RememberOptions } from '../../broker/remember.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { argumentsHash } from '../../core/wire/json-line.ts'
import { sample, sha256, startOfTime } from '../support/spool-writer.ts'
import { createLog } from './audit/log-fixture.ts'
import { createTestGrants, type FactsChanges, factsOf } from './grants-fixture.ts'

export type Past = {
  args: JsonObject
  /** Who answered it how; nobody was asked without. */
  answer?: 'approved' | 'refused' | 'expired'
  by?: string
  /** Refused with everything else. */
  withAll?: true
  /** Approved with other arguments. */
  edited?: JsonObject
  /** Milliseconds before now. */
  ago?: number
  risk?: 'write' | 'read'
  tool?: string
  /** What is recorded in the place of the arguments. */
  text?: string
  truncated?: boolean
}

const now = startOfTime + 10 * 24 * 3_600_000
export const schema = { type: 'object', properties: { path: {}, content: {}, mode: {} } }

/** A call of write_file whose tool declares `path`, `content` and `mode`. */
export const callOf = (args: JsonObject = { path: 'src/a.txt', content: 'x' }, changes: FactsChanges = {}): CallFacts =>
  factsOf(args, {
    ...changes,
    ask: { call: 'now.1', definition: { hash: 'd'.repeat(64), inputSchema: schema }, ...changes.ask },
  })

export function createTestRemember(files: Record<string, string> = {}, changes: Partial<RememberOptions> = {}) {
  const log = createLog()
  const folder = path.join(log.folder, 'policies')
  fs.mkdirSync(folder)
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text)
  const grants = createTestGrants()
  grants.clock.now = now
  onTestFinished(grants.stop)
  const list = () => ({
    folder,
    revision: 'r1',
    files: policyNames(folder).flatMap((file) => {
      const read = readPolicy(folder, file)
      return read ? [viewOf(read)] : []
    }),
  })
  const logged: string[] = []
  const takenUp: string[][] = []
  const remember = createRemember({
    grants,
    policies: { list, takeUp: (files) => void takenUp.push([...files]) },
    wasInForce: (revision) => revision === 'r1',
    db: log.db,
    record: grants.record,
    now: () => grants.clock.now,
    monotonic: () => grants.clock.monotonic,
    paths: ({ cwd }) => lexicalPaths({ cwd }),
    home: '/home/dev',
    unrecorded: (what) => void grants.unrecorded.push(what),
    log: (line) => void logged.push(line),
    zoneOffset: () => 0,
    ...changes,
  })
  const proxy = log.writer('past')
  const broker = log.writer('broker-1')
  proxy.append('session.started', sample.started({ cwd: '/home/dev/project' }), startOfTime)
  let calls = 0
  return {
    ...remember,
    ...log,
    grants,
    logged,
    /** What was put in force without waiting for the watcher. */
    takenUp,
    list,
    files: () => Object.fromEntries(fs.readdirSync(folder).filter(isPolicyName).map((file) => [file, fs.readFileSync(path.join(folder, file), 'utf8')])), // biome-ignore format: one line
    policies: folder,
    /** Past calls of the session `past`, oldest first. */
    past: (list: readonly Past[]) => {
      for (const {
        args,
        answer,
        by = 'desktop',
        withAll,
        edited,
        ago = 3_600_000,
        risk = 'write',
        tool = 'write_file',
        text,
        truncated,
      } of list) {
        const call = `past.${++calls}`
        const t = now - ago
        const recorded = { text: text ?? JSON.stringify(args), bytes: 1, truncated: truncated ?? false }
        proxy.append('call.received', sample.received(call, tool), t)
        proxy.append('call.decided', sample.decided(call, { tool, decision: answer ? 'hold' : 'allow', risk, argumentsHash: argumentsHash(args, sha256), arguments: recorded }), t) // biome-ignore format: one line
        if (!answer) continue
        broker.append('approval.opened', sample.opened(call, 'past'), t)
        broker.append(
          'approval.decided',
          sample.approval(call, 'past', answer, {
            by,
            ...(withAll ? { withAll } : {}),
            ...(edited
              ? {
                  edited: {
                    argumentsHash: argumentsHash(edited, sha256),
                    arguments: { text: JSON.stringify(edited), bytes: 1, truncated: false },
                  },
                }
              : {}),
          }),
          t + 2_000,
        )
      }
      log.ingest.ingestAll()
    },
  }
}

export type TestRemember = ReturnType<typeof createTestRemember>
