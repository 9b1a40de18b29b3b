// A retention over a log of the tests, with the clock in their hands.
import { createRetention, type Retention, type RetentionOptions } from '../../../broker/audit/retention.ts'
import type { RetentionSettings } from '../../../broker/audit/retention-cut.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import type { SpoolWriter } from '../../support/spool-writer.ts'
import type { LogFixture } from './log-fixture.ts'
import { keys } from './tamper-fixture.ts'

export const [hour, day] = [3_600_000, 86_400_000]

export type RetentionFixture = Retention & {
  /** Until nothing is due; how many steps it took. */
  all(): number
  settings: RetentionSettings
  now: number
  readonly alerts: string[]
}

/** `broker`: the running broker's own spool. */
export function retentionOf(
  log: LogFixture,
  broker: SpoolWriter,
  start: { now: number; settings: RetentionSettings; sign?: RetentionOptions['sign'] },
): RetentionFixture {
  const alerts: string[] = []
  const retention = createRetention({
    db: log.db,
    sign: start.sign ?? keys.sign,
    record: {
      session: broker.session,
      write: (type, data) => {
        broker.append(type, data, fixture.now)
        log.ingest.ingestAll()
      },
    },
    spoolFolder: log.spoolFolder,
    settings: () => fixture.settings,
    now: () => fixture.now,
    alert: (kind, detail) => alerts.push(`${kind}: ${detail}`),
    log: (line) => alerts.push(line),
  })
  const fixture: RetentionFixture = {
    ...retention,
    ...{ settings: start.settings, now: start.now, alerts },
    all() {
      let steps = 1
      while (retention.step()) steps += 1
      return steps
    },
  }
  return fixture
}

export const check = (log: LogFixture) =>
  verifyAudit(log.db, { spoolFolder: log.spoolFolder, publicKey: keys.publicKey })

export const numbers = (log: LogFixture): number[] =>
  log.db.prepare<[], number>('SELECT seq FROM event ORDER BY seq').pluck().all()

/** Ids of the calls that have a row. */
export const callsOf = (log: LogFixture): string[] =>
  log.db
    .prepare<[], string>(
      "SELECT name.text || '.' || part FROM call JOIN name ON name.id = call.session ORDER BY call.id",
    )
    .pluck()
    .all()
