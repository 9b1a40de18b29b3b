// A whole Countersign in a folder of its own: a real broker, and real proxies started as a client would start them.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../broker/broker.ts'
import type { Broker, BrokerOptions } from '../../broker/host-contract.ts'
import { everyCall } from '../../core/audit/call-filter.ts'
import type {
  ApprovalCard,
  UiEvent,
  UiEventEnvelope,
  UiMethod,
  UiParams,
  UiResult,
} from '../../core/wire/ui-contract.ts'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
export const proxyFile = fromHere('../../out/bin/countersign-proxy.cjs')
export const starterPolicies = fromHere('../../policies')
/** The programs of the broker's threads, from source. */
export const brokerThreads = {
  readerFile: fromHere('../../broker/audit/reader-worker.ts'),
  verifyFile: fromHere('../../broker/audit/verify-worker.ts'),
}

export type TestHome = {
  home: string
  env: Record<string, string>
  writePolicy(file: string, text: string): void
  remove(): void
}

/** An empty data folder; give it policies before the broker starts, or it gets the baseline. */
export function createHome(policies: Record<string, string> = {}): TestHome {
  const home = mkdtempSync(join(tmpdir(), 'countersign-home-'))
  const folder = join(home, 'policies')
  mkdirSync(folder, { recursive: true })
  const writePolicy = (file: string, text: string) => writeFileSync(join(folder, file), text)
  for (const [file, text] of Object.entries(policies)) writePolicy(file, text)
  return {
    home,
    env: { COUNTERSIGN_HOME: home },
    writePolicy,
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

export type TestBroker = Broker & {
  ask<M extends UiMethod>(method: M, params: UiParams<M>): Promise<UiResult<M>>
  /** The first event, past or to come, that satisfies. */
  event<T extends UiEvent['type']>(
    type: T,
    satisfies?: (event: Extract<UiEvent, { type: T }>) => boolean,
  ): Promise<Extract<UiEvent, { type: T }>>
  /** The first card, past or to come, that satisfies. */
  card(satisfies?: (card: ApprovalCard) => boolean): Promise<ApprovalCard>
  /** `typed`: what a person types where the card asks for more than a click. */
  approve(card: ApprovalCard, typed?: string): Promise<UiResult<'approvals.approve'>['outcome']>
  refuse(card: ApprovalCard, reason?: string): Promise<UiResult<'approvals.refuse'>['outcome']>
}

export async function startTestBroker(home: string, options: Partial<BrokerOptions> = {}): Promise<TestBroker> {
  const broker = await startBroker({
    home,
    host: 'headless',
    version: '0.0.0-test',
    starterPolicies,
    ...brokerThreads,
    log: () => undefined,
    ...options,
  })
  const seen: UiEvent[] = []
  const waiting = new Set<(event: UiEvent) => void>()
  broker.api.subscribe(({ event }: UiEventEnvelope) => {
    seen.push(event)
    for (const look of [...waiting]) look(event)
  })
  const ask: TestBroker['ask'] = async (method, params) => {
    const reply = await broker.api.handle(method, params, 'test')
    if (!reply.ok) throw new Error(`${method}: ${reply.error.code}: ${reply.error.message}`)
    return reply.value as never
  }
  const event: TestBroker['event'] = (type, satisfies = () => true) =>
    new Promise((resolve, reject) => {
      const fits = (one: UiEvent): one is Extract<UiEvent, { type: typeof type }> =>
        one.type === type && satisfies(one as never)
      const found = seen.find(fits)
      if (found) return resolve(found as never)
      const timer = setTimeout(
        () => reject(new Error(`no ${type} came; seen: ${JSON.stringify(seen.map((one) => one.type))}`)),
        20_000,
      )
      const look = (one: UiEvent) => {
        if (!fits(one)) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(one as never)
      }
      waiting.add(look)
    })
  return {
    ...broker,
    ask,
    event,
    card: async (satisfies = () => true) => (await event('approval.changed', ({ card }) => satisfies(card))).card,
    approve: async ({ id, binding, waiting }, typed) =>
      (await ask('approvals.approve', { id, binding, waiting, ...(typed === undefined ? {} : { typed }) })).outcome,
    refuse: async ({ id, binding, waiting }, reason) =>
      (await ask('approvals.refuse', { id, binding, waiting, ...(reason === undefined ? {} : { reason }) })).outcome,
  }
}

/** The newest calls on record, as `activity.search` is asked for them. */
export const newest = (limit: number, offset = 0): UiParams<'activity.search'> => ({ filter: everyCall, offset, limit })

/** The command line that puts our proxy before `upstream`. */
export function proxied(upstream: readonly string[], options: readonly string[] = []): string[] {
  if (!existsSync(proxyFile)) throw new Error('out/bin is not built: run npm run build')
  return [process.execPath, proxyFile, '--server', 'witness', '--client', 'test', ...options, '--', ...upstream]
}
