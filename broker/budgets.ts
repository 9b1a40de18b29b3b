// How long each client is kept waiting: the table, what the client showed, and the person's own number. The last two are
// kept in a JSON file of the data folder, which holds nothing that decides about a call.
import * as fs from 'node:fs'
import * as z from 'zod'
import { budgetNote, holdBudget } from '../core/approval/hold-budget.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { BrokerParams, HoldBudget } from '../core/wire/broker-contract.ts'
import type { ClientBudget } from '../core/wire/ui-contract.ts'
import { writeAtomically } from './paths.ts'

/** A client that was seen, in the log or connected. */
export type SeenClient = { client: string; clientInfoName?: string }

/** A call that ended before its budget: the client timed out, took it back, or asked again as one that had given up. */
export type Observation = SeenClient & {
  why: Exclude<BrokerParams<'approval.cancel'>['why'], 'other'> | 'superseded'
  waitedMs: number
}

export type Budgets = {
  for(client: string, clientInfoName?: string): HoldBudget
  /** Never throws. */
  observed(what: Observation): void
  list(): ClientBudget[]
  /** The person's own number, or `null` for none; `forget`: what the client showed as well. @throws if it cannot be kept. */
  set(client: string, ms: number | null, forget?: boolean): void
}

export type BudgetsOptions = {
  /** `HomeLayout.budgets`. */
  file: string
  record: { write(type: 'budget.learned', data: AuditEventData<'budget.learned'>): void }
  /** Those in the log; those that `for` was asked about are known anyway. */
  seen(): SeenClient[]
  /** What is in force for this client is another now. */
  changed(client: string): void
  unrecorded(what: string, error: unknown): void
  alert(kind: string, detail: string): void
}

/** The part of the time a client waited that it is kept waiting from then on. */
const ofObserved = 0.75
const leastMs = 500
/**
 * Three of the last six this near to each other come from a clock, not from a person or a model: of twenty stops by hand
 * two are alike nearly always.
 */
const alike = { part: 0.05, ms: 100, times: 3 }
const cancelsKept = 6
/** Whoever can read the proxies' token can make up names. */
const maxClients = 500
const maxName = 200

const oneClient = z.strictObject({
  /** The shortest time after which it gave up. */
  observedMs: z.int().positive().optional(),
  /** The person's own number. */
  settingMs: z.int().positive().optional(),
})
type Kept = z.infer<typeof oneClient>
const version = 1

export function createBudgets(options: BudgetsOptions): Budgets {
  const { file } = options
  const kept = readKept(options)
  const connected = new Map<string, SeenClient>()
  const cancels = new Map<string, number[]>()

  const inForce = (client: string, clientInfoName: string | undefined): HoldBudget => {
    const { observedMs, settingMs } = kept.get(client) ?? {}
    const learned = observedMs === undefined ? undefined : learnedFrom(observedMs)
    return holdBudget(client, clientInfoName, { settings: settingMs, learned })
  }
  const put = (client: string, next: Kept): void => {
    const before = kept.get(client)
    if (next.observedMs === undefined && next.settingMs === undefined) kept.delete(client)
    else kept.set(client, next)
    try {
      const clients = Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1)))
      writeAtomically(file, `${JSON.stringify({ version, clients }, null, 2)}\n`)
    } catch (error) {
      if (before) kept.set(client, before)
      else kept.delete(client)
      throw error
    }
  }
  const learn = ({ client, clientInfoName }: SeenClient, observedMs: number): void => {
    const known = kept.get(client)
    if (known?.observedMs !== undefined && known.observedMs <= observedMs) return
    if (client.length > maxName || (!known && kept.size >= maxClients)) return
    const before = inForce(client, clientInfoName)
    put(client, { ...known, observedMs })
    const now = inForce(client, clientInfoName)
    if (now.ms === before.ms && now.progressMs === before.progressMs) return
    const budgetMs = now.ms === before.ms ? (now.progressMs ?? now.ms) : now.ms
    try {
      options.record.write('budget.learned', { client, observedMs, budgetMs })
    } catch (error) {
      options.unrecorded(`how long ${client} waits`, error)
    }
    options.changed(client)
  }

  return {
    for: (client, clientInfoName) => {
      if (connected.size < maxClients || connected.has(client)) {
        connected.set(client, { client, ...(clientInfoName === undefined ? {} : { clientInfoName }) })
      }
      return inForce(client, clientInfoName)
    },
    observed: ({ why, waitedMs, ...who }) => {
      const waited = Math.max(1, Math.round(waitedMs))
      try {
        if (why === 'timed-out') return learn(who, waited)
        // A model may repeat a call of its own accord, and a person may press Stop: once proves nothing.
        const latest = [...(cancels.get(who.client) ?? []), waited].slice(-cancelsKept)
        if (cancels.size < maxClients || cancels.has(who.client)) cancels.set(who.client, latest)
        const near = latest.filter((one) => Math.abs(one - waited) <= Math.max(alike.ms, alike.part * waited))
        if (near.length >= alike.times) learn(who, Math.min(...near))
      } catch (error) {
        options.alert('budgets-not-kept', `How long ${who.client} waits cannot be kept: ${(error as Error).message}`)
      }
    },
    list: () => {
      const known = [...options.seen(), ...connected.values()]
      const named = new Map(known.map(({ client, clientInfoName }) => [client, clientInfoName]))
      for (const client of kept.keys()) if (!named.has(client)) named.set(client, undefined)
      return [...named]
        .filter(([client]) => client !== '' && client.length <= maxName)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([client, clientInfoName]) => {
          const { ms, source } = inForce(client, clientInfoName)
          const { observedMs } = kept.get(client) ?? {}
          const learned = observedMs === undefined ? undefined : learnedFrom(observedMs)
          const note = budgetNote(client, clientInfoName)
          return {
            ...{ client, ms, source },
            withoutSettingMs: holdBudget(client, clientInfoName, { learned }).ms,
            ...(observedMs === undefined ? {} : { observedMs }),
            ...(note === undefined ? {} : { note }),
          }
        })
    },
    set: (client, ms, forget = false) => {
      const known = kept.get(client) ?? {}
      const { observedMs } = known
      put(client, {
        ...(forget || observedMs === undefined ? {} : { observedMs }),
        ...(ms === null ? {} : { settingMs: ms }),
      })
      if (forget) cancels.delete(client)
      options.changed(client)
    },
  }
}

const learnedFrom = (observedMs: number): number => Math.max(leastMs, Math.round(ofObserved * observedMs))

/** A file that is damaged is reported, and replaced at the next change; of one that is sound in part the rest is kept. */
function readKept({ file, alert }: BudgetsOptions): Map<string, Kept> {
  const found = new Map<string, Kept>()
  const report = (problem: string) =>
    alert('budgets-damaged', `${file} ${problem}. What it said is not used, and is gone at the next change.`)
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') report(`cannot be read (${message})`)
    return found
  }
  const parsed = z
    .object({ version: z.literal(version), clients: z.record(z.string(), z.unknown()) })
    .safeParse(json(text))
  if (!parsed.success) {
    report('is damaged')
    return found
  }
  const bad: string[] = []
  for (const [client, value] of Object.entries(parsed.data.clients)) {
    const one = oneClient.safeParse(value)
    if (one.success) found.set(client, one.data)
    else bad.push(client)
  }
  if (bad.length > 0) report(`is damaged in what it says of ${bad.map((name) => JSON.stringify(name)).join(', ')}`)
  return found
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
