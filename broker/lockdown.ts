// Lockdown: a person refuses everything, in every proxy, until it is lifted. Carried by the published policy, which every
// proxy looks at before each call; kept across restarts by what was published and by the log.
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { PolicySet } from '../core/schema/policy.ts'

export type LockdownState = NonNullable<PolicySet['lockdown']>

export type Lockdown = {
  state(): LockdownState | undefined
  /**
   * Records, then publishes; only publishes where it is so already. Locking down that cannot be recorded happens all the same,
   * lifting does not.
   * @throws where not every proxy is sure to know: it is then locked down here, so refuse what is held, whatever `on`.
   */
  set(on: boolean, by: string): void
}

export type LockdownOptions = {
  /** What was published when the last broker stopped (`earlierLockdown`). */
  published: LockdownState | undefined
  /** The last word of the log on it (`lastLockdown`). */
  logged: (AuditEventData<'lockdown.changed'> & { at: number }) | undefined
  record: { write(type: 'lockdown.changed', data: AuditEventData<'lockdown.changed'>): void }
  /** Publishes the policies with what `state` says then. Throws if it cannot; it is then tried again without being asked. */
  publish(): void
  /** It is on or off now. */
  changed(): void
  unrecorded(what: string, error: unknown): void
  now(): number
}

/** On from the start if either what was published or the log says so: only a person lifts it. */
export function createLockdown(options: LockdownOptions): Lockdown {
  const { record, logged } = options
  let state = options.published ?? (logged?.on ? { since: logged.at, by: logged.by } : undefined)

  const lock = (by: string): void => {
    try {
      record.write('lockdown.changed', { on: true, by })
    } catch (error) {
      options.unrecorded('that everything was locked down', error)
    }
    state = { since: options.now(), by }
    try {
      publishLocked()
    } finally {
      options.changed()
    }
  }

  const publishLocked = (): void => {
    try {
      options.publish()
    } catch (error) {
      const why = (error as Error).message
      throw new Error(
        `Calls that need a person are refused, but the lockdown cannot be published to the proxies (${why}). ` +
          'It is tried again; until then what policy allows still runs.',
        { cause: error },
      )
    }
  }

  const lift = (before: LockdownState, by: string): void => {
    record.write('lockdown.changed', { on: false, by })
    state = undefined
    try {
      options.publish()
    } catch (error) {
      state = before
      try {
        record.write('lockdown.changed', { on: true, by: before.by })
      } catch (unwritten) {
        options.unrecorded('that everything is still locked down', unwritten)
      }
      try {
        // It may have failed only after the proxies could read it.
        options.publish()
      } catch {
        // For the same reason as before; the policies try again by themselves.
      }
      throw new Error(`The lockdown was not lifted, because that cannot be published: ${(error as Error).message}`, {
        cause: error,
      })
    }
    options.changed()
  }

  return {
    state: () => state,
    set: (on, by) => {
      if (on) state ? publishLocked() : lock(by)
      else if (state) lift(state, by)
    },
  }
}
