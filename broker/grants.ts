// Single-use grants: what an approval leaves behind when the caller could not wait for it. The identical call, of the
// same session, may run once. In memory only: no file or database row can grant anything.
import type { OwnRecord } from './own-record.ts'

export type GrantedBy = { approval: string; by: string }

export type Grants = {
  add(binding: string, session: string, granted: GrantedBy): void
  /**
   * Takes the oldest grant for exactly this call, if there is one: once, whoever asks at the same moment.
   * @throws if its use cannot be recorded; the grant is then gone all the same.
   */
  use(binding: string, session: string, call: string): GrantedBy | undefined
  /** Drops the grants of a session that is over. */
  sessionGone(session: string): void
  stop(): void
}

export type GrantsOptions = {
  record: OwnRecord
  now(): number
  monotonic(): number
  /** Something that happened all the same could not be put on record. */
  unrecorded(what: string, error: unknown): void
}

const grantLifeMs = 10 * 60_000

/** `until` is monotonic, `wallUntil` wall clock: the first does not count while the machine sleeps. */
type Grant = GrantedBy & {
  binding: string
  session: string
  until: number
  wallUntil: number
  timer: NodeJS.Timeout
}

export function createGrants({ record, now, monotonic, unrecorded }: GrantsOptions): Grants {
  const grants = new Set<Grant>()

  const drop = (grant: Grant) => {
    grants.delete(grant)
    clearTimeout(grant.timer)
  }
  const expire = (grant: Grant) => {
    drop(grant)
    try {
      record.write('grant.expired', { approval: grant.approval })
    } catch (error) {
      unrecorded('the end of a grant', error)
    }
  }
  const isOver = (grant: Grant) => monotonic() >= grant.until || now() >= grant.wallUntil

  return {
    add: (binding, session, granted) => {
      const timer = setTimeout(() => expire(grant), grantLifeMs)
      timer.unref()
      const until = monotonic() + grantLifeMs
      const grant: Grant = { ...granted, binding, session, until, wallUntil: now() + grantLifeMs, timer }
      grants.add(grant)
    },
    use: (binding, session, call) => {
      for (const grant of [...grants]) if (isOver(grant)) expire(grant)
      for (const grant of grants) {
        if (grant.binding !== binding) continue
        drop(grant)
        record.write('grant.used', { approval: grant.approval, session, call })
        return { approval: grant.approval, by: grant.by }
      }
      return undefined
    },
    sessionGone: (session) => {
      for (const grant of [...grants]) if (grant.session === session) expire(grant)
    },
    stop: () => {
      for (const grant of [...grants]) drop(grant)
    },
  }
}
