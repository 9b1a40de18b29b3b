// Permissions that approvals leave behind: one for the next identical call of a caller that could not wait, and remembered
// ones for calls like it. In memory only: no file or database row can grant anything.
import * as crypto from 'node:crypto'
import { type GrantLifetime, lifetimeTerms } from '../core/approval/lifetime.ts'
import { secretScopes } from '../core/approval/secret-scopes.ts'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { Grant } from '../core/wire/ui-contract.ts'
import type { Ask, CallFacts, Session } from './approval-card.ts'
import type { GivenBy, GrantsPort, GrantUse } from './approvals-ports.ts'
import { createKeptGrants, type Held, type KeptOptions } from './grants-kept.ts'
import { grantMatcher, grantWords, kindOf } from './grants-match.ts'
import { onceScopes, onceWords } from './grants-once.ts'
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

export type GrantsOptions = KeptOptions & {
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

export function createGrants(options: GrantsOptions): Grants {
  const { record, now, monotonic, paths } = options
  const zoneOffset = options.zoneOffset ?? ((at: number) => new Date(at).getTimezoneOffset())
  const kept = createKeptGrants(options)
  const shownScopes = (scopes: ArgumentScopes, args: JsonObject, hidden: boolean) =>
    record.kept.excerpt(scopes, sha256(canonicalJson(scopes)), { shown: withoutSecrets(scopes, args), hidden })
  const remembered = () => kept.all().filter(({ matches }) => matches !== undefined)

  const viewOf = (facts: CallFacts, { approval, ticket, by }: GivenBy) => ({
    id: crypto.randomUUID(),
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
  const heldOf = (
    { binding, basis, ask: { beside: _beside, ...ask } }: CallFacts,
    rest: Pick<Held, 'view' | 'edited' | 'matches' | 'end' | 'idleEnd'>,
  ): Held => ({ ask: { ...ask, arguments: {} }, basis, binding, ...rest })

  const matching = (facts: CallFacts): Held | undefined => {
    const candidates = remembered()
    if (candidates.length === 0) return undefined
    const kind = kindOf(facts)
    return candidates.find(({ matches }) => matches?.(facts, kind))
  }

  const takeOnce = (held: Held, session: string, call: string): GrantUse => {
    const { approval, by } = held.view
    // Gone before anything else happens: whatever follows, it is not used twice.
    kept.take(held)
    record.write('grant.used', { approval, session, call })
    return { approval, by, ...(held.edited === undefined ? {} : { edited: held.edited }) }
  }
  const countUse = (held: Held, session: string, call: string): GrantUse => {
    const { approval, by, id, uses, calls, idleMs } = held.view
    record.write('grant.used', { approval, session, call, grant: id })
    const at = now()
    const latest = [{ call, at }, ...calls].slice(0, callsKept)
    held.view = { ...held.view, uses: uses + 1, lastUsedAt: at, calls: latest }
    if (idleMs !== undefined) held.idleEnd = kept.after(idleMs)
    kept.news()
    return { approval, by, grant: id }
  }

  return {
    once: (facts, by) => {
      const all = kept.all()
      const oldest = all.find(({ matches }) => !matches)
      if (all.length >= mostGrants && oldest) kept.end([oldest], 'expired')
      const end = kept.after(onceLifeMs)
      const view: Grant = {
        ...viewOf(facts, by),
        kind: 'once',
        session: facts.session.session,
        scopes: onceScopes(facts),
        words: onceWords(facts, by),
        lifetime: 'once',
        expiresAt: end.wall,
      }
      kept.add(heldOf(facts, { view, edited: by.edited, matches: undefined, end, idleEnd: undefined }))
    },

    remember: (facts, { lifetime, scopes }, by) => {
      if (remembered().length >= mostRemembered) throw new Error(tooMany)
      const matches = grantMatcher(facts, { lifetime, scopes }, paths)
      const { endsAt, idleMs } = lifetimeTerms(lifetime, { now: now(), zoneOffset })
      const view: Grant = {
        ...viewOf(facts, by),
        kind: 'remembered',
        ...(lifetime === 'session' ? { session: facts.session.session } : {}),
        scopes,
        words: grantWords(facts, { lifetime, scopes }, paths(facts.session)),
        lifetime,
        expiresAt: endsAt,
        ...(idleMs === undefined ? {} : { idleMs }),
      }
      const args = facts.ask.arguments as JsonObject
      record.write('grant.made', { ...madeEvent(view), scopes: shownScopes(scopes, args, options.hides(facts, args)) })
      const end = { monotonic: monotonic() + endsAt - now(), wall: endsAt }
      const idleEnd = idleMs === undefined ? undefined : kept.after(idleMs)
      kept.add(heldOf(facts, { view, edited: undefined, matches, end, idleEnd }))
      return view.id
    },
    hasRoom: () => remembered().length < mostRemembered,

    use: (facts, call) => {
      const { session } = facts.session
      const once = kept.all().find(({ matches, binding }) => !matches && binding === facts.binding)
      if (once) return takeOnce(once, session, call)
      const held = matching(facts)
      return held && countUse(held, session, call)
    },
    covers: (facts) => matching(facts) !== undefined,

    list: () => kept.all().map(({ view }) => view),
    revoke: (id, by) => {
      const held = kept.find(id)
      if (held) kept.revoke([held], by)
      return held !== undefined
    },
    revokeAll: (by) => {
      const all = kept.all()
      kept.revoke(all, by)
      return all.length
    },
    undo: (id) => {
      const held = kept.find(id)
      if (held) kept.end([held], 'undone')
      return held !== undefined
    },
    sessionGone: (session) =>
      kept.end(
        kept.all().filter(({ view }) => view.session === session),
        'session',
      ),
    policyChanged: () =>
      kept.end(
        kept.all().filter(({ ask, basis }) => options.basis(ask) !== basis),
        'changed',
      ),
    stop: kept.stop,
  }
}

export const tooMany = `There are ${mostRemembered} remembered approvals already. Revoke some of them under Remembered first.`

function madeEvent(view: Grant): Omit<AuditEventData<'grant.made'>, 'scopes'> {
  const { id, approval, client, server, tool, session, lifetime, expiresAt, by } = view
  return {
    grant: id,
    ...{ approval, client, server, tool, lifetime, expiresAt, by },
    ...(session === undefined ? {} : { session }),
  }
}

/** Of an argument that is a secret only the kind of its scope is put on record. */
function withoutSecrets(scopes: ArgumentScopes, args: JsonObject): JsonObject {
  const secret = new Set(secretScopes(scopes, args))
  if (secret.size === 0) return scopes
  return Object.fromEntries(
    Object.entries(scopes).map(([name, scope]): [string, JsonObject] => [
      name,
      secret.has(name) ? { kind: scope.kind } : { ...scope },
    ]),
  )
}
