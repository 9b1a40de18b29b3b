// Counts what rules limit, in the database: all proxies share one count, and it outlives the processes. What a proxy says
// of itself splits no count; client, server and session are what its connection introduced.
import { maxDurationMs } from '../core/policy/duration.ts'
import type { BrokerParams, BrokerResult } from '../core/wire/broker-contract.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { Session } from './approval-card.ts'
import { type Db, durably, prepared } from './audit/driver.ts'
import type { KeptText } from './kept-text.ts'
import { sha256 } from './sha256.ts'

export type LimitAsk = BrokerParams<'limit.reserve'>
export type Exhausted = Extract<BrokerResult<'limit.reserve'>, { outcome: 'exhausted' }>
type Claim = LimitAsk['claims'][number]

export type Limits = {
  /**
   * Counts all claims of a call or none of them; on disk when it returns. Asked again for a call that was counted, it
   * counts nothing more.
   * @throws if the call was counted for other claims, a rule is named twice, or the database fails: nothing is counted then.
   */
  reserve(session: Session, ask: LimitAsk): { outcome: 'reserved' } | Exhausted
  /** Gives back what this call of this session had reserved, if anything is left of it. */
  giveBack(session: string, call: string): void
}

export type LimitsOptions = {
  db: Db
  /** Milliseconds since the epoch: windows go on while nothing of ours runs. */
  now(): number
  kept: Pick<KeptText, 'text' | 'hash'>
  /** Throws where what is counted now would be forgotten at the next start. */
  mustKeep?: () => void
}

/**
 * What of a call can split a count. `tool` as it is kept: what is no plain name (the model makes names up, and a URI can
 * have a secret in it) as a hash.
 */
type Groups = { client: string; server: string; tool: string; session: string }
type Use = { at: number; amount: number }

const dayMs = 86_400_000
/** Rows are kept this long, or as long as the longest window anybody asked about. */
const keptMs = Math.max(maxDurationMs, 31 * dayMs) + dayMs
const plainName = /^[\w.-]{1,64}$/
/**
 * Decimal amounts are not exact in binary: 0.1 ten times is not quite 1. Errors of the sum are a few units of 2^-53 of it,
 * so this is far above them and far below anything a person would call an amount.
 */
const tolerance = 1e-12

export function createLimits({ db, now, kept, mustKeep }: LimitsOptions): Limits {
  let prunedAt: number | undefined

  const reserve = (groups: Groups, { call, claims }: LimitAsk, asked: string): ReturnType<Limits['reserve']> => {
    const [earlier] = prepared<[string], { asked: string }>(db, 'SELECT asked FROM limit_use WHERE call = ?').all(call)
    if (earlier && earlier.asked !== asked) throw new Error('this call was counted for other limits')
    if (earlier) return { outcome: 'reserved' }
    const at = now()
    const exhausted = claims.flatMap((claim) => exhaustion(db, claim, groups, at) ?? [])
    if (exhausted.length > 0) return { outcome: 'exhausted', exhausted }
    const insert = prepared<[object]>(
      db,
      `INSERT INTO limit_use (call, file, rule, client, server, tool, session, amount, at, per_ms, asked)
       VALUES (@call, @file, @rule, @client, @server, @tool, @session, @amount, @at, @perMs, @asked)`,
    )
    for (const { rule, amount, perMs } of claims) {
      insert.run({ ...groups, call, file: rule.file, rule: rule.id, amount, at, perMs, asked })
    }
    return { outcome: 'reserved' }
  }

  const prune = () => {
    if (prunedAt !== undefined && Math.abs(now() - prunedAt) < dayMs) return
    prunedAt = now()
    // Measured from the newest row where that is earlier: a clock that is ahead for a moment must not erase what counts.
    prepared<[number, number]>(
      db,
      `DELETE FROM limit_use WHERE at < (SELECT min(?, max(at)) - max(?, max(per_ms)) FROM limit_use)`,
    ).run(prunedAt, keptMs)
  }

  return {
    reserve: (session, ask) => {
      const { tool, claims } = ask
      const names = new Set(claims.map(({ rule }) => JSON.stringify([rule.file, rule.id])))
      if (names.size < claims.length) throw new Error('a rule is named twice')
      const groups = {
        client: session.client,
        server: session.server,
        session: session.session,
        tool: plainName.test(tool) && kept.text(tool) === tool ? tool : `keyed:${kept.hash(sha256(tool))}`,
      }
      const asked = kept.hash(sha256(canonicalJson({ tool, claims })))
      mustKeep?.()
      return durably(db, () => {
        prune()
        return reserve(groups, ask, asked)
      })
    },
    giveBack: (session, call) => {
      prepared<[string, string]>(db, 'DELETE FROM limit_use WHERE call = ? AND session = ?').run(call, session)
    },
  }
}

/** What is used of the limit, where the claim does not fit beside it any more. */
function exhaustion(db: Db, claim: Claim, groups: Groups, at: number): Exhausted['exhausted'][number] | undefined {
  const { rule, max, perMs, amount } = claim
  const split = { client: 0, server: 0, tool: 0, session: 0 }
  for (const group of claim.by) split[group] = 1
  const window = {
    ...groups,
    file: rule.file,
    rule: rule.id,
    after: at - perMs,
    ...{ byClient: split.client, byServer: split.server, byTool: split.tool, bySession: split.session },
  }
  // No upper end: what was counted before the clock was set back still counts.
  const inWindow = `FROM limit_use WHERE file = @file AND rule = @rule AND at > @after
    AND (@byClient = 0 OR client = @client) AND (@byServer = 0 OR server = @server)
    AND (@byTool = 0 OR tool = @tool) AND (@bySession = 0 OR session = @session)`
  // SQLite compensates for rounding while it adds up. What has no finite sum comes back as infinite or as nothing.
  const found = prepared<[object], { rows: number; sum: number | null }>(
    db,
    `SELECT count(*) AS rows, sum(amount) AS sum ${inWindow}`,
  ).get(window)
  const sum = found?.rows === 0 ? 0 : (found?.sum ?? Number.MAX_VALUE)
  const used = Math.min(sum, Number.MAX_VALUE)
  if (fits(used, amount, max)) return undefined
  const newestFirst = prepared<[object], Use>(db, `SELECT at, amount ${inWindow} ORDER BY at DESC, id DESC`)
  const freeAt = fits(0, amount, max) ? leavingAt(newestFirst.iterate(window), claim) : undefined
  return { rule, used, ...(freeAt === undefined ? {} : { freeAt }) }
}

const fits = (used: number, amount: number, max: number): boolean => used + amount - max <= max * tolerance

/** When the newest of the uses that leave no room for the claim will have left the window. */
function leavingAt(newestFirst: Iterable<Use>, { max, perMs, amount }: Claim): number | undefined {
  let kept = 0
  for (const use of newestFirst) {
    kept += use.amount
    if (fits(kept, amount, max)) continue
    const freeAt = use.at + perMs
    return Number.isSafeInteger(freeAt) ? freeAt : undefined
  }
  return undefined
}
