// The grants there are, and their ends: on two clocks, at the millisecond that their label says, and on record.
import type { JsonObject } from '../core/schema/json.ts'
import type { Grant } from '../core/wire/ui-contract.ts'
import type { Ask } from './approval-card.ts'
import type { GrantMatcher } from './grants-match.ts'
import type { OwnRecord } from './own-record.ts'

/** Ends are kept on both clocks: the monotonic one may stand still while the machine sleeps, the other can be set. */
export type End = { readonly monotonic: number; readonly wall: number }

export type Held = {
  /** What people see; replaced, never changed. */
  view: Grant
  /** Without the arguments: they can be large, and nothing asks for them again. */
  readonly ask: Ask
  readonly basis: string
  readonly binding: string
  readonly edited: JsonObject | undefined
  /** Of a remembered one. */
  readonly matches: GrantMatcher | undefined
  readonly end: End
  idleEnd: End | undefined
}

export type Why = 'expired' | 'changed' | 'session' | 'undone'

export type KeptOptions = {
  record: OwnRecord
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
  /** Something that happened all the same (nothing runs by it) could not be put on record. */
  unrecorded(what: string, error: unknown): void
  /** All that there are now. Must not throw. */
  changed(grants: Grant[]): void
}

export type KeptGrants = {
  /** Those that are not over, oldest first; what is over ends now. */
  all(): Held[]
  find(id: string): Held | undefined
  add(held: Held): void
  /** Ends some, whether or not that can be put on record. */
  end(ending: readonly Held[], why: Why): void
  revoke(ending: readonly Held[], by: string): void
  /** Takes one out without a word, because its use is what is told. */
  take(held: Held): void
  /** Tells what changed of one. */
  news(): void
  after(ms: number): End
  stop(): void
}

export function createKeptGrants({ record, now, monotonic, unrecorded, changed }: KeptOptions): KeptGrants {
  const grants = new Map<string, Held>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const left = ({ end, idleEnd = end }: Held): number =>
    Math.min(...[end, idleEnd].flatMap((one) => [one.monotonic - monotonic(), one.wall - now()]))

  const schedule = () => {
    clearTimeout(timer)
    timer = undefined
    if (stopped || grants.size === 0) return
    const next = Math.min(...[...grants.values()].map(left))
    timer = setTimeout(
      () => {
        sweep()
        // It can be early by a part of a millisecond.
        schedule()
      },
      Math.max(1, Math.ceil(next)),
    )
    timer.unref()
  }
  const news = () => {
    schedule()
    if (!stopped) changed([...grants.values()].map(({ view }) => view))
  }
  /** Over all the same: nothing runs by it. */
  const drop = (ending: readonly Held[], put: (view: Grant, remembered: boolean) => void) => {
    for (const { view, matches } of ending) {
      grants.delete(view.id)
      try {
        put(view, matches !== undefined)
      } catch (error) {
        unrecorded('the end of a grant', error)
      }
    }
    if (ending.length > 0) news()
  }
  const end = (ending: readonly Held[], why: Why) =>
    drop(ending, ({ approval, id }, remembered) =>
      record.write('grant.expired', { approval, ...(remembered ? { grant: id } : {}), why }),
    )
  const sweep = () =>
    end(
      [...grants.values()].filter((held) => left(held) <= 0),
      'expired',
    )

  return {
    all: () => {
      sweep()
      return [...grants.values()]
    },
    find: (id) => {
      sweep()
      return grants.get(id)
    },
    add: (held) => {
      grants.set(held.view.id, held)
      news()
    },
    end,
    revoke: (ending, by) =>
      drop(ending, ({ approval, id }) => record.write('grant.revoked', { approval, grant: id, by })),
    take: ({ view }) => {
      grants.delete(view.id)
      news()
    },
    news,
    after: (ms) => ({ monotonic: monotonic() + ms, wall: now() + ms }),
    stop: () => {
      stopped = true
      clearTimeout(timer)
      grants.clear()
    },
  }
}
