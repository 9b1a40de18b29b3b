// Counting a call against the limits of rules before anything else is done with it: the broker counts for all proxies. What
// it cannot count counts as used up.
import { type Decision, type LimitClaim, ruleKey } from '../core/schema/decision.ts'
import type { BrokerResult } from '../core/wire/broker-contract.ts'
import type { BrokerClient } from './broker-client.ts'
import type { Exhausted, GovernedCall } from './governed-call.ts'

export type Reservations = {
  /**
   * Reserves what the decision wants counted. `again` judges the call once more, with `call.exhausted` set. Resolves with
   * the decision that stands; never rejects.
   */
  settle(call: GovernedCall, decision: Decision, again: () => Decision): Promise<Decision>
  /** Resolves once nothing is being counted any more, and what was given back is with the broker. */
  returned(): Promise<void>
}

export type ReservationOptions = {
  broker: BrokerClient
  /** Milliseconds since the epoch. */
  now(): number
  log(line: string): void
}

/** How long the broker may take to count: the client waits meanwhile, and everything behind this call. */
const patienceMs = 1_500

type Counted = Exclude<BrokerResult<'limit.reserve'>, { outcome: 'reserved' }>
/** `perhaps`: the broker may have counted it all the same. */
type Outcome = { outcome: 'reserved' } | Counted | { outcome: 'uncounted'; problem: string; perhaps?: true }

export function createReservations({ broker, now, log }: ReservationOptions): Reservations {
  const underWay = new Set<Promise<unknown>>()
  /** Calls whose counts the broker has not taken back yet: it may be away, and is told when it is there again. */
  const owed = new Set<string>()

  const follow = <T>(what: Promise<T>): Promise<T> => {
    underWay.add(what)
    void what.finally(() => underWay.delete(what))
    return what
  }

  const returnOwed = async () => {
    const linked = await broker.link()
    if (!linked.ok) return
    for (const call of [...owed]) {
      if (!owed.delete(call)) continue
      try {
        await linked.link.returnLimit(call)
      } catch (error) {
        owed.add(call)
        return log(`a limit could not be given back yet: ${(error as Error).message}`)
      }
    }
  }

  const giveBack = (call: string) => {
    owed.add(call)
    void follow(returnOwed())
  }

  const ask = async (call: GovernedCall, claims: readonly LimitClaim[]): Promise<Outcome> => {
    const linked = await broker.link()
    if (!linked.ok) return { outcome: 'uncounted', problem: linked.problem }
    if (owed.size > 0) await returnOwed()
    if (call.state === 'ended') return { outcome: 'uncounted', problem: 'it was taken back' }
    return linked.link.reserveLimit({
      call: call.id,
      tool: call.rpc.tool,
      claims: claims.map(({ rule: { file, id }, max, perMs, amount, by }) => {
        return { rule: { file, id }, max, perMs, amount, by: [...by] }
      }),
    })
  }

  const reserve = async (call: GovernedCall, claims: readonly LimitClaim[]): Promise<Outcome> => {
    const asked = follow(
      ask(call, claims).catch(({ message }: Error): Outcome => {
        return { outcome: 'uncounted', problem: message, perhaps: true }
      }),
    )
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Outcome>((resolve) => {
      const outcome: Outcome = { outcome: 'uncounted', problem: 'Countersign did not answer in time' }
      timer = setTimeout(() => resolve(outcome), patienceMs)
    })
    const first = await Promise.race([asked, late])
    clearTimeout(timer)
    // One that comes after all was counted for nothing.
    if (first.outcome === 'uncounted') {
      void follow(
        asked.then((then) => {
          if (then.outcome === 'reserved' || ('perhaps' in then && then.perhaps)) giveBack(call.id)
        }),
      )
    }
    return first
  }

  const exhaust = (
    call: GovernedCall,
    claims: readonly LimitClaim[],
    outcome: Exclude<Outcome, { outcome: 'reserved' }>,
  ) => {
    const keys = claims.map(({ rule }) => ruleKey(rule))
    const named = outcome.outcome === 'exhausted' ? outcome.exhausted.map(({ rule }) => ruleKey(rule)) : keys
    // One that names none of ours would be asked for ever.
    const over = named.some((key) => keys.includes(key)) ? named : keys
    const before = call.exhausted
    const exhausted: Exhausted = {
      keys: new Set([...(before?.keys ?? []), ...over]),
      note: [...(before ? [before.note] : []), noteOf(outcome, now())].join(' '),
    }
    call.exhausted = exhausted
    const state = outcome.outcome === 'exhausted' ? 'exhausted' : 'uncounted'
    const gone = claims.filter(({ rule }) => over.includes(ruleKey(rule)))
    call.limits = [
      ...(call.limits ?? []),
      ...gone.map(({ rule, amount }) => ({ rule: { ...rule }, amount, state }) as const),
    ]
  }

  const settle: Reservations['settle'] = async (call, first, again) => {
    let decision = first
    const isOver = () => call.state === 'ended'
    for (;;) {
      const claims = decision.kind === 'deny' ? [] : (decision.limits ?? [])
      if (claims.length === 0 || isOver()) return decision
      const outcome = await reserve(call, claims)
      if (outcome.outcome === 'reserved') {
        if (isOver()) {
          giveBack(call.id)
          return decision
        }
        call.giveBack = () => {
          delete call.giveBack
          giveBack(call.id)
        }
        const counted = claims.map(({ rule, amount }) => ({ rule: { ...rule }, amount, state: 'reserved' as const }))
        call.limits = [...(call.limits ?? []), ...counted]
        return decision
      }
      exhaust(call, claims, outcome)
      decision = again()
    }
  }

  return {
    settle: (...given) => follow(settle(...given)),
    returned: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

function noteOf(outcome: Exclude<Outcome, { outcome: 'reserved' }>, now: number): string {
  if (outcome.outcome === 'uncounted') {
    return `Nobody could count (${outcome.problem}), and what cannot be counted counts as used up`
  }
  const times = outcome.exhausted.map(({ freeAt }) => freeAt)
  const known = times.flatMap((time) => time ?? [])
  if (known.length < times.length || known.length === 0)
    return 'It is not known when there will be room for this one again'
  const freeAt = Math.max(...known)
  return `There is room for it again ${inWords(freeAt - now)}, at ${new Date(freeAt).toISOString().slice(0, 19)}Z`
}

function inWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  const [amount, unit] =
    seconds < 100
      ? [seconds, 'second']
      : seconds < 100 * 60
        ? [Math.ceil(seconds / 60), 'minute']
        : seconds < 50 * 3600
          ? [Math.ceil(seconds / 3600), 'hour']
          : [Math.ceil(seconds / 86_400), 'day']
  return `in ${amount} ${unit}${amount === 1 ? '' : 's'}`
}
