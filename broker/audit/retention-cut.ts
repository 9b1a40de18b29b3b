// Up to which event the log may be given up: the oldest, and never what still holds or has just happened.
import { type Db, prepared } from './driver.ts'
import { rareTypes } from './event-log.ts'

export type RetentionSettings = { days?: number | undefined; megabytes?: number | undefined }

/** What is younger is never given up, however little is to be kept. */
const youngestMs = 3_600_000
const dayMs = 86_400_000
const megabyte = 1024 * 1024

/** Once begun, this much more is given up: else every call would have its own little cut. */
const slack = { ageMs: dayMs, share: 0.03 }

export type Due = {
  why: 'age' | 'size'
  /** Events from before this moment may go, in milliseconds since the epoch. */
  before: number
}

/** Whether something is to be given up. `begun`: some of it was, a moment ago. */
export function whatIsDue(
  db: Db,
  { days, megabytes }: RetentionSettings,
  now: number,
  begun: Due['why'] | undefined,
): Due | undefined {
  const room = begun === 'size' ? 1 - slack.share : 1
  if (megabytes !== undefined && begun !== 'age' && usedBytes(db) > megabytes * megabyte * room) {
    return { why: 'size', before: now - youngestMs }
  }
  if (days === undefined || begun === 'size') return undefined
  const oldest = oldestTime(db, now)
  const before = now - days * dayMs
  if (oldest === undefined || oldest >= before - (begun ? 0 : slack.ageMs)) return undefined
  return { why: 'age', before: Math.min(before, now - youngestMs) }
}

/** Pages that hold something. What was given up is used again for what comes; the file itself does not shrink. */
export function usedBytes(db: Db): number {
  const pragma = (name: string) => Number(db.pragma(name, { simple: true }))
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
}

/** Of the first event whose time can be believed: a clock that was ahead must not keep everything after it. */
const oldestTime = (db: Db, now: number): number | undefined =>
  prepared<[number], { t: number }>(db, 'SELECT t FROM event WHERE t <= ? ORDER BY seq LIMIT 1').get(now)?.t

/**
 * The first event that must stay whatever its age, because a restart reads it again: the lockdown that is on, and what was
 * refused of sessions that are open.
 */
export function firstThatHolds(db: Db): number {
  const found = prepared<[], { seq: number | null }>(
    db,
    `WITH said AS (
       SELECT seq, type, data FROM event INDEXED BY event_rare CROSS JOIN name ON name.id = event.session
       WHERE type IN ('lockdown.changed', 'session.refused', 'session.resumed') AND ${rareTypes}
         AND name.text GLOB 'broker-*'
     ),
     last AS (
       SELECT max(seq) AS seq, type, data FROM said
       GROUP BY CASE type WHEN 'lockdown.changed' THEN '' ELSE coalesce(data ->> '$.session', '') END
     )
     SELECT min(seq) AS seq FROM last
     WHERE (type = 'lockdown.changed' AND data ->> '$.on')
       OR (type = 'session.refused' AND EXISTS (
         SELECT 1 FROM session WHERE session = data ->> '$.session' AND ended_at IS NULL AND gone_at IS NULL
       ))`,
  ).get()
  return found?.seq ?? Number.POSITIVE_INFINITY
}

export type OldEvent = { seq: number; session: number; n: number; t: number; type: string; data: string; hash: Buffer }

/** The oldest events up to the last one that may go, at most `limit`. */
export function eventsToGiveUp(
  db: Db,
  { after, before, now, limit }: { after: number; before: number; now: number; limit: number },
): OldEvent[] {
  const rows = prepared<[number, number], OldEvent>(
    db,
    'SELECT seq, session, n, t, type, data, hash FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
  ).all(after, limit)
  const holds = firstThatHolds(db)
  let end = 0
  for (const [index, { seq, t }] of rows.entries()) {
    if (seq >= holds || (t >= before && t <= now)) break
    if (t < before) end = index + 1
  }
  return rows.slice(0, end)
}
