// Sessions of which a person refuses everything. Told to the proxy, which then asks no more; kept here for a proxy that
// asks all the same. It outlives a lost connection and a restart of ours: what a person refused stays refused.
import * as z from 'zod'
import type { BrokerNotice } from '../core/wire/broker-contract.ts'
import { type Db, prepared } from './audit/driver.ts'
import { rareTypes } from './audit/event-log.ts'
import { openSessions } from './audit/open-sessions.ts'
import type { OwnRecord } from './own-record.ts'

export type RefusedSession = { since: number; by: string; reason?: string }
/** What a proxy is told, before it is signed for its connection. */
export type RefusalNotice = Omit<BrokerNotice<'session.refusal'>, 'signature'>

export type SessionRefusals = {
  of(session: string): RefusedSession | undefined
  /** @throws if it cannot be recorded; it holds all the same, until Countersign is started again. */
  refuse(session: string, by: string, reason?: string): void
  /** False where it was not refused. @throws if it cannot be recorded: then it stays refused. */
  resume(session: string, by: string): boolean
  /** What to tell a proxy that connects: nothing where nobody ever refused its session. */
  notice(session: string): RefusalNotice | undefined
  /** Forgets sessions that are over. */
  keepOnly(isOpen: (session: string) => boolean): void
}

export type SessionRefusalsOptions = {
  record: OwnRecord
  now(): number
  /** As the log left it. */
  earlier: ReadonlyMap<string, RefusedSession | undefined>
  /** Tell the session's proxy. */
  tell(session: string, notice: RefusalNotice): void
}

type State = { serial: number; refused: RefusedSession | undefined; by: string }

export function createSessionRefusals({ record, now, earlier, tell }: SessionRefusalsOptions): SessionRefusals {
  const states = new Map<string, State>()
  let lastSerial = 0
  /** By the clock, so that it rises over restarts too. */
  const serial = () => {
    lastSerial = Math.max(lastSerial + 1, now())
    return lastSerial
  }
  for (const [session, refused] of earlier) {
    states.set(session, { serial: serial(), refused, by: refused?.by ?? 'earlier' })
  }

  const noticeOf = ({ serial: n, refused, by }: State): RefusalNotice => ({
    serial: n,
    refusing: refused !== undefined,
    by,
    ...(refused?.reason === undefined ? {} : { reason: refused.reason }),
  })
  const put = (session: string, state: State) => {
    states.set(session, state)
    tell(session, noticeOf(state))
  }

  return {
    of: (session) => states.get(session)?.refused,
    refuse: (session, by, reason) => {
      const because = reason ? { reason } : {}
      put(session, { serial: serial(), refused: { since: now(), by, ...because }, by })
      record.write('session.refused', { session, by, ...because })
    },
    resume: (session, by) => {
      if (!states.get(session)?.refused) return false
      record.write('session.resumed', { session, by })
      put(session, { serial: serial(), refused: undefined, by })
      return true
    },
    notice: (session) => {
      const state = states.get(session)
      return state && noticeOf(state)
    },
    keepOnly: (isOpen) => {
      for (const session of [...states.keys()]) if (!isOpen(session)) states.delete(session)
    },
  }
}

const refusedData = z.object({ session: z.string(), by: z.string(), reason: z.string().optional() })

/** What the log says of the sessions that are still open: the last word on each of which there is one. */
export function earlierRefusals(db: Db): Map<string, RefusedSession | undefined> {
  const open = new Set(openSessions(db).map(({ session }) => session))
  const found = new Map<string, RefusedSession | undefined>()
  // Only what brokers wrote, by the index of rare types: the log can be long.
  const rows = prepared<[], { t: number; type: string; data: string }>(
    db,
    `SELECT t, type, data FROM event INDEXED BY event_rare CROSS JOIN name ON name.id = event.session
     WHERE type IN ('session.refused', 'session.resumed') AND ${rareTypes} AND name.text GLOB 'broker-*' ORDER BY seq`,
  ).all()
  for (const { t, type, data } of rows) {
    const { success, data: said } = refusedData.safeParse(JSON.parse(data))
    if (!success || !open.has(said.session)) continue
    const reason = said.reason === undefined ? {} : { reason: said.reason }
    found.set(said.session, type === 'session.refused' ? { since: t, by: said.by, ...reason } : undefined)
  }
  return found
}
