// Random logs through the real ingest, an engine on a connection of its own, and random filters of what stands in them.
import fc from 'fast-check'
import { onTestFinished } from 'vitest'
import { openDatabase } from '../../../broker/audit/driver.ts'
import { type Engine, type EngineOptions, openEngine } from '../../../broker/audit/reader-engine.ts'
import type { CallFilter, FilterTerm, FilterWord } from '../../../core/audit/call-filter.ts'
import type { RiskClass } from '../../../core/schema/risk-class.ts'
import { type SpoolWriter, sample, startOfTime } from '../../support/spool-writer.ts'
import { createLog, type LogFixture } from './log-fixture.ts'
import type { KnownCall } from './reader-naive.ts'

export type ReaderFixture = LogFixture & {
  engine: Engine
  /** What stands in the log, oldest first. */
  known: KnownCall[]
  /** Writes and ingests them. `tell: false` does not tell the engine. */
  add(plans: readonly CallPlan[], tell?: boolean): void
  /** The server answers what was running. */
  answer(call: KnownCall): void
}

export type CallPlan = {
  session: 0 | 1 | 2 | 3
  /** Since `startOfTime`, in milliseconds. */
  at: number
  tool: string
  risk: RiskClass
  /** `unasked`: the default denied it. */
  end: 'allowed' | 'default' | 'failed' | 'denied' | 'unasked' | 'refused' | 'running' | 'waiting'
  rule: 'files/write' | 'files/read' | 'git/ask'
  path: string
  said: string
  result: string
}

export const tools = ['read_file', 'write_file', 'Read-All', 'größe', '読む', 'a*b', 'x']
const clients = ['cursor', 'claude', 'cursor', 'vscode']
const servers = ['files', 'git', 'git', 'files']
export const texts = ['invoice', 'Invoices paid', 'Straße Größe', 'ÉTÉ', '漢字 漢', 'say "hi"', 'a\nb', 'C:\\new', '!!', '→ 7', 'order_12', 'NEAR', '😀 ok'] // biome-ignore format: one line
const day = 86_400_000

/** Often the very same millisecond. */
const since = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 * day }))

export const plan: fc.Arbitrary<CallPlan> = fc.record({
  session: fc.constantFrom(0, 1, 2, 3),
  at: since,
  tool: fc.constantFrom(...tools),
  risk: fc.constantFrom('read', 'write', 'destructive'),
  end: fc.constantFrom('allowed', 'default', 'failed', 'denied', 'unasked', 'refused', 'running', 'waiting'),
  rule: fc.constantFrom('files/write', 'files/read', 'git/ask'),
  path: fc.constantFrom('/home/ada/a.ts', '/tmp/b', 'src/index'),
  said: fc.constantFrom(...texts),
  result: fc.constantFrom(...texts),
})

const term: fc.Arbitrary<FilterTerm> = fc
  .oneof(
    values('outcome', ['allowed-by-rule', 'refused', 'denied-by-default', 'running', 'upstream-error', 'nothing']),
    values('client', ['cursor', 'vscode', 'nobody']),
    values('server', ['files', 'git']),
    values('tool', [...tools, '*', '*file', 'r*d_*e', '*e*', 'Read', '**x**', 'read_file*']),
    values('risk', ['read', 'write']),
    values('rule', ['files/write', 'git/ask', '']),
    values('decided-by', ['desktop', '']),
    values('session', ['session-0', 'session-2', 'session-9']),
  )
  .chain((one) => fc.boolean().map((exclude) => (exclude ? { ...one, exclude: true as const } : one)))

function values(dimension: FilterTerm['dimension'], some: readonly string[]): fc.Arbitrary<FilterTerm> {
  return fc
    .uniqueArray(fc.constantFrom(...some), { minLength: 1, maxLength: 3 })
    .map((chosen) => ({ dimension, values: chosen }))
}

const looked = [...texts, ...tools, 'inv', 'INVOICES', 'strasse', 'grosse', 'gro', 'i', 'hi', 'a b', 'home ada', '/home/ada', 'ice', 'hi"', 'new', 'zzz', '"', '7', 'writes in'] // biome-ignore format: one line

const word: fc.Arbitrary<FilterWord> = fc
  .record({ text: fc.constantFrom(...looked), exact: fc.boolean(), exclude: fc.nat(3).map((n) => n === 0) })
  .map(({ text, exact, exclude }) => ({
    text,
    ...(exact && { exact: true as const }),
    ...(exclude && { exclude: true as const }),
  }))

const moment = fc.option(since, { nil: undefined, freq: 2 })

export const filter: fc.Arbitrary<CallFilter> = fc
  .record({
    terms: fc.array(term, { maxLength: 3 }),
    words: fc.oneof(fc.constant<FilterWord[]>([]), fc.array(word, { maxLength: 3 })),
    from: moment,
    to: moment,
  })
  .map(({ terms, words, from, to }) => ({
    terms,
    words,
    ...(from !== undefined && { from: startOfTime + from }),
    ...(to !== undefined && { to: startOfTime + to }),
  }))

export const now = startOfTime + 4 * day

/** The seed of all random tests here; printed by fast-check where one fails. */
export const seed = process.env['COUNTERSIGN_TEST_SEED']
export const seeded = seed === undefined ? {} : { seed: Number(seed) }

export function createReaderFixture(options: EngineOptions = {}): ReaderFixture {
  const log = createLog()
  const reading = openDatabase(log.databasePath, { readonly: true })
  onTestFinished(() => void reading.close())
  const engine = openEngine(reading, { now: () => now, ...options })
  const writers = new Map<number, SpoolWriter>()
  const known: KnownCall[] = []
  const counters = new Map<string, number>()

  const writerOf = (session: CallPlan['session'], at: number): SpoolWriter => {
    const found = writers.get(session)
    if (found) return found
    const writer = log.writer(`session-${session}`)
    writers.set(session, writer)
    writer.append(
      'session.started',
      sample.started({ client: clients[session] ?? '', server: servers[session] ?? '' }),
      at,
    )
    return writer
  }
  const take = (tell: boolean) => {
    const { calls } = log.ingest.ingestAll()
    if (tell) engine.changed(calls)
  }

  return {
    ...log,
    engine,
    known,
    add(plans, tell = true) {
      for (const one of plans) {
        const t = startOfTime + one.at
        const writer = writerOf(one.session, t)
        const counter = (counters.get(writer.session) ?? 0) + 1
        counters.set(writer.session, counter)
        const call = `${writer.session}.${counter}`
        const args = JSON.stringify({ path: one.path, said: one.said })
        const result = JSON.stringify({ text: one.result })
        const answered = ['allowed', 'default', 'failed'].includes(one.end)
        const byDefault = one.end === 'default' || one.end === 'unasked'
        const held = one.end === 'refused' || one.end === 'waiting'
        const ran = answered || one.end === 'running'
        const decision = held ? 'hold' : ran ? 'allow' : 'deny'
        writer.append(
          'call.decided',
          sample.decided(call, {
            tool: one.tool,
            risk: one.risk,
            decision,
            source: byDefault ? 'default' : 'rule',
            rules: byDefault ? [] : [{ id: one.rule, file: 'team.yaml', line: 3 }],
            arguments: { text: args, bytes: args.length, truncated: false },
            ...(ran && { forwarded: true as const }),
          }),
          t,
        )
        if (held) writer.append('hold.opened', { call, budgetMs: 50_000 }, t)
        if (one.end === 'refused') {
          writer.append('hold.closed', sample.closed(call, 'refused', { by: 'desktop' }), t + 1)
        }
        if (answered) {
          const outcome = one.end === 'failed' ? 'tool-error' : 'ok'
          const data = {
            ...sample.answered(call, outcome),
            result: { text: result, bytes: result.length, truncated: false },
          }
          writer.append('call.answered', data, t + 1)
        }
        known.push({
          ...{ call, at: t, session: writer.session, tool: one.tool, risk: one.risk },
          client: clients[one.session] ?? '',
          server: servers[one.session] ?? '',
          outcome: outcomes[one.end],
          rule: byDefault ? '' : one.rule,
          'decided-by': one.end === 'refused' ? 'desktop' : '',
          held,
          texts: [one.tool, args, 'writes inside the project', ...(answered ? [result] : [])],
        })
      }
      take(tell)
    },
    answer(call) {
      const writer = [...writers.values()].find(({ session }) => session === call.session)
      const data = sample.answered(call.call)
      writer?.append('call.answered', data, call.at + 5)
      call.outcome = 'allowed-by-rule'
      call.texts.push(data.result?.text ?? '')
      take(true)
    },
  }
}

const outcomes = {
  allowed: 'allowed-by-rule',
  default: 'allowed-by-default',
  failed: 'upstream-error',
  denied: 'denied-by-rule',
  unasked: 'denied-by-default',
  refused: 'refused',
  running: 'running',
  waiting: 'waiting',
} as const satisfies Record<CallPlan['end'], KnownCall['outcome']>

/** An allowed call, but for what is said. */
export const callPlan = (over: Partial<CallPlan>): CallPlan => ({
  ...{ session: 0, at: 0, tool: 'read_file', risk: 'read', end: 'allowed', rule: 'files/read' },
  ...{ path: '/tmp/b', said: 'hello', result: 'done' },
  ...over,
})
