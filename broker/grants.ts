// Permissions that approvals leave behind: one for the next identical call of a caller that could not wait, and remembered
// ones for calls like it. In memory only: no file or database row can grant anything.
import * as crypto from 'node:crypto'
import { type GrantLifetime, lifetimeTerms } from '../core/approval/lifetime.ts'
import { isSecretName } from '../core/audit/secret-names.ts'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { Grant } from '../core/wire/ui-contract.ts'
import type { Ask, CallFacts, Session } from './approval-card.ts'
import type { GivenBy, GrantsPort } from './approvals-ports.ts'
import { type GrantMatcher, grantMatcher, grantWords, kindOf } from './grants-match.ts'
import { onceScopes, onceWords } from './grants-once.ts'
import { argumentsExcerpt } from './kept-text.ts'
import type { OwnRecord } from './own-record.ts'
import { sha256 } from './sha256.ts'

export type Grants = GrantsPort & {
  /** The new grant's id. @throws if it cannot be recorded, or there are too many: then there is none. */
  remember(facts: CallFacts, what: { lifetime: GrantLifetime; scopes: ArgumentScopes }, by: GivenBy): string
  /** Whether another one can be remembered. */
  hasRoom(): boolean
  /** All there are, oldest first. */
  list(): Grant[]
  /** False: there is none of that id (any more). */
  revoke(id: string, by: string): boolean
  revokeAll(by: string): number
  /** The person takes back what they just did. */
  undo(id: string): boolean
  /** Ends what rests on something that the policy does not say any more. */
  policyChanged(): void
}

export type GrantsOptions = {
  record: OwnRecord
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
  /** Something that happened all the same (nothing runs by it) could not be put on record. */
  unrecorded(what: string, error: unknown): void
  /** All that there are now. Must not throw. */
  changed(grants: Grant[]): void
  /** As the session's proxy sees them. */
  paths(session: Session): PolicyPorts
  /** What the policy in force says of such a call (broker/policy-basis.ts), whichever of our revisions it was asked under. */
  basis(ask: Ask): string
  /** Whether a rule keeps parts of its arguments out of the log. */
  hides(facts: CallFacts, args: JsonObject): boolean
  /** What to add to local time to get UTC at that moment, in minutes. */
  zoneOffset?(at: number): number
}

const onceLifeMs = 10 * 60_000
const callsKept = 20
/** Of both kinds together. The queue opens 30 cards a minute at most, so that single-use ones always find room. */
const mostGrants = 500
const mostRemembered = 150

/** Ends are kept on both clocks: the monotonic one may stand still while the machine sleeps, the other can be set. */
type End = { readonly monotonic: number; readonly wall: number }
type Held = {
  /** What people see; replaced, never changed. */
  view: Grant
  readonly ask: Ask
  readonly basis: string
  readonly binding: string
  readonly session: string
  readonly edited: JsonObject | undefined
  /** Of a remembered one. */
  readonly matches: GrantMatcher | undefined
  readonly end: End
  idleEnd: End | undefined
}

type Why = 'expired' | 'changed' | 'session' | 'undone'

export function createGrants(options: GrantsOptions): Grants {
  const { record, now, monotonic, unrecorded, paths } = options
  const zoneOffset = options.zoneOffset ?? ((at: number) => new Date(at).getTimezoneOffset())
  const grants = new Map<string, Held>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const after = (ms: number): End => ({ monotonic: monotonic() + ms, wall: now() + ms })
  const left = ({ end, idleEnd = end }: Held): number => {
    const ends = [end, idleEnd].flatMap((one) => [one.monotonic - monotonic(), one.wall - now()])
    return Math.min(...ends)
  }
  const remembered = () => [...grants.values()].filter(({ matches }) => matches !== undefined)

  const news = () => {
    clearTimeout(timer)
    timer = undefined
    if (stopped) return
    if (grants.size > 0) {
      const next = Math.min(...[...grants.values()].map(left))
      timer = setTimeout(sweep, Math.max(1, Math.ceil(next)))
      timer.unref()
    }
    options.changed([...grants.values()].map(({ view }) => view))
  }

  /** Over, whether or not that can be put on record: nothing runs by it. */
  const drop = (held: Held, put: () => void) => {
    grants.delete(held.view.id)
    try {
      put()
    } catch (error) {
      unrecorded('the end of a grant', error)
    }
  }
  const expire = (held: Held, why: Why) => {
    const { approval, id } = held.view
    drop(held, () => record.write('grant.expired', { approval, ...(held.matches ? { grant: id } : {}), why }))
  }
  const expireAll = (ending: readonly Held[], why: Why) => {
    for (const held of ending) expire(held, why)
    if (ending.length > 0) news()
  }
  const sweep = () => {
    const over = [...grants.values()].filter((held) => left(held) <= 0)
    expireAll(over, 'expired')
    // A timer can be early by a part of a millisecond.
    if (over.length === 0 && grants.size > 0) news()
  }
  const expireOverdue = () => {
    expireAll(
      [...grants.values()].filter((held) => left(held) <= 0),
      'expired',
    )
  }

  const keep = (facts: CallFacts, view: Grant, rest: Pick<Held, 'edited' | 'matches' | 'end' | 'idleEnd'>) => {
    const { session, binding, basis } = facts
    // The arguments can be large, and nothing asks for them again.
    const { beside: _beside, ...ask } = { ...facts.ask, arguments: {} }
    grants.set(view.id, { view, ask, basis, binding, session: session.session, ...rest })
    news()
  }
  const viewOf = (facts: CallFacts, { approval, ticket, by }: GivenBy) => ({
    approval,
    ticket,
    by,
    madeAt: now(),
    client: facts.session.client,
    server: facts.session.server,
    action: facts.ask.action,
    tool: facts.ask.tool,
    uses: 0,
    calls: [],
  })
  const matching = (facts: CallFacts): Held | undefined => {
    const candidates = remembered()
    if (candidates.length === 0) return undefined
    const kind = kindOf(facts)
    return candidates.find(({ matches }) => matches?.(facts, kind))
  }
  const revoked = (held: Held, by: string) => {
    const { approval, id } = held.view
    drop(held, () => record.write('grant.revoked', { approval, grant: id, by }))
  }

  return {
    once: (facts, by) => {
      expireOverdue()
      const [oldest] = [...grants.values()].filter(({ matches }) => !matches)
      if (grants.size >= mostGrants && oldest) expire(oldest, 'expired')
      const end = after(onceLifeMs)
      const view: Grant = {
        ...viewOf(facts, by),
        id: crypto.randomUUID(),
        kind: 'once',
        session: facts.session.session,
        scopes: onceScopes(facts),
        words: onceWords(facts, by),
        lifetime: 'once',
        expiresAt: end.wall,
      }
      keep(facts, view, { edited: by.edited, matches: undefined, end, idleEnd: undefined })
    },

    remember: (facts, { lifetime, scopes }, by) => {
      expireOverdue()
      if (remembered().length >= mostRemembered) throw new Error(tooMany)
      const matches = grantMatcher(facts, { lifetime, scopes }, paths)
      const { endsAt, idleMs } = lifetimeTerms(lifetime, { now: now(), zoneOffset })
      const id = crypto.randomUUID()
      const session = lifetime === 'session' ? { session: facts.session.session } : {}
      const recordedScopes = argumentsExcerpt(
        withoutSecrets(scopes),
        sha256(canonicalJson(scopes)),
        options.hides(facts, facts.ask.arguments as JsonObject),
      )
      record.write('grant.made', {
        grant: id,
        approval: by.approval,
        client: facts.session.client,
        server: facts.session.server,
        tool: facts.ask.tool,
        ...session,
        lifetime,
        scopes: recordedScopes,
        expiresAt: endsAt,
        by: by.by,
      })
      const view: Grant = {
        ...viewOf(facts, by),
        id,
        kind: 'remembered',
        ...session,
        scopes,
        words: grantWords(facts, { lifetime, scopes }),
        lifetime,
        expiresAt: endsAt,
        ...(idleMs === undefined ? {} : { idleMs }),
      }
      const end = { monotonic: monotonic() + endsAt - now(), wall: endsAt }
      keep(facts, view, { edited: undefined, matches, end, idleEnd: idleMs === undefined ? undefined : after(idleMs) })
      return id
    },
    hasRoom: () => {
      expireOverdue()
      return remembered().length < mostRemembered
    },

    use: (facts, call) => {
      expireOverdue()
      const session = facts.session.session
      for (const held of grants.values()) {
        if (held.matches || held.binding !== facts.binding) continue
        const { approval, by, id } = held.view
        // Gone before anything else happens: whatever follows, it is not used twice.
        grants.delete(id)
        news()
        record.write('grant.used', { approval, session, call })
        return { approval, by, ...(held.edited === undefined ? {} : { edited: held.edited }) }
      }
      const held = matching(facts)
      if (!held) return undefined
      const { approval, by, id, uses, calls, idleMs } = held.view
      record.write('grant.used', { approval, session, call, grant: id })
      const at = now()
      held.view = {
        ...held.view,
        uses: uses + 1,
        lastUsedAt: at,
        calls: [{ call, at }, ...calls].slice(0, callsKept),
      }
      if (idleMs !== undefined) held.idleEnd = after(idleMs)
      news()
      return { approval, by, grant: id }
    },
    covers: (facts) => {
      expireOverdue()
      return matching(facts) !== undefined
    },

    list: () => {
      expireOverdue()
      return [...grants.values()].map(({ view }) => view)
    },
    revoke: (id, by) => {
      expireOverdue()
      const held = grants.get(id)
      if (!held) return false
      revoked(held, by)
      news()
      return true
    },
    revokeAll: (by) => {
      expireOverdue()
      const all = [...grants.values()]
      for (const held of all) revoked(held, by)
      if (all.length > 0) news()
      return all.length
    },
    undo: (id) => {
      expireOverdue()
      const held = grants.get(id)
      if (!held) return false
      expireAll([held], 'undone')
      return true
    },
    sessionGone: (session) => {
      expireAll(
        [...grants.values()].filter(({ view }) => view.session === session),
        'session',
      )
    },
    policyChanged: () => {
      expireAll(
        [...grants.values()].filter(({ ask, basis }) => options.basis(ask) !== basis),
        'changed',
      )
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
      grants.clear()
    },
  }
}

export const tooMany = `There are ${mostRemembered} remembered approvals already. Revoke some of them on the Grants page first.`

/** An argument whose name tells of a secret is not put on record, whatever its scope says of it. */
const withoutSecrets = (scopes: ArgumentScopes): JsonObject =>
  Object.fromEntries(
    Object.entries(scopes).map(([name, scope]): [string, JsonObject] => [
      name,
      isSecretName(name) ? { kind: scope.kind } : { ...scope },
    ]),
  )
