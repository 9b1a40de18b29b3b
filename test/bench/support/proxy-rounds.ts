// The measurements of the proxy benchmark. Each takes all variants in turn, round by round, so that a machine that
// slows down slows down all of them. What they find goes into `Collected`; what it means is said in ../proxy.ts.

import { ask, exchange, flood, type LeanClient, startLean, stopLean } from './lean-client.ts'
import {
  assertBlob,
  assertEcho,
  blobRequest,
  echoRequest,
  initializedNotification,
  initializeRequest,
  toolsListRequest,
} from './messages.ts'
import { cpuMs, helpersPssMb, memory } from './process-cost.ts'
import { echoScript, type Variant } from './proxy-variants.ts'
import { median, rotated } from './statistics.ts'

export type Series =
  | 'startUpMs'
  | 'firstCallMs'
  | 'callUs'
  | 'sessionP50Us'
  | 'cpuMsPer1000'
  | 'perSecond32'
  | 'perSecond256'
  | 'cpuMsPer1000In32'
  | 'cpuMsPer1000In256'
  | 'result1MbMs'
  | 'result10MbMs'
  | 'result10MbParsedMs'
  | 'rssSmallMb'
  | 'pssSmallMb'
  | 'rssMb'
  | 'pssMb'
  | 'helpersPssMb'

/** Values of one variant, by what they measure. */
export type Collected = Map<Series, number[]>

/** How much is done in one session; `warmUp` is not counted. */
export type SessionCounts = {
  warmUp: number
  rounds: number
  callsPerRound: number
  floods: number
  callsPerFlood: number
  results: number
}

/** A variant that runs, initialised and warm, with the length that each of its answers must have. */
type Running = { variant: Variant; collected: Collected; client: LeanClient; answerBytes: number }

type Subject = { variant: Variant; collected: Collected }

function add(collected: Collected, series: Series, value: number): void {
  const values = collected.get(series)
  if (values === undefined) collected.set(series, [value])
  else values.push(value)
}

/** Fresh processes: from just before spawn to the newline of the `initialize` answer. */
export async function startUpRounds(subjects: readonly Subject[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const { variant, collected } of rotated(subjects, round)) {
      const client = startLean(variant.command, variant.env)
      const { endedAt } = await exchange(client, initializeRequest())
      add(collected, 'startUpMs', endedAt - client.spawnedAt)
      await stopLean(client)
    }
  }
}

/** Everything else, on one set of fresh processes. `number` turns the order of the variants. */
export async function session(subjects: readonly Subject[], counts: SessionCounts, number: number): Promise<void> {
  const running: Running[] = []
  try {
    for (const subject of rotated(subjects, number)) running.push(await startWarm(subject, counts.warmUp))
    await sequentialCalls(running, counts)
    await floods(running, counts, 32)
    await floods(running, counts, 256)
    for (const { client, collected } of running) {
      const { rssMb, pssMb } = memory(client.pid)
      add(collected, 'rssSmallMb', rssMb)
      add(collected, 'pssSmallMb', pssMb)
    }
    await bigResults(running, counts.results, 1e6, 'result1MbMs', exchange)
    await bigResults(running, counts.results, 1e7, 'result10MbMs', exchange)
    for (const { client, collected } of running) {
      const { rssMb, pssMb } = memory(client.pid)
      add(collected, 'rssMb', rssMb)
      add(collected, 'pssMb', pssMb)
      add(collected, 'helpersPssMb', helpersPssMb(client.pid, echoScript))
    }
    await bigResults(running, counts.results, 1e7, 'result10MbParsedMs', askAndParse)
  } finally {
    await Promise.all(running.map(({ client }) => stopLean(client)))
  }
}

/** Starts, initialises, lists tools as clients do, checks the content of answers, and warms up. */
async function startWarm({ variant, collected }: Subject, warmUp: number): Promise<Running> {
  const client = startLean(variant.command, variant.env)
  await ask(client, initializeRequest())
  client.child.stdin.write(initializedNotification)
  await ask(client, toolsListRequest())
  const { text, bytes, startedAt, endedAt } = await ask(client, echoRequest(variant.tool))
  assertEcho(text)
  add(collected, 'firstCallMs', endedAt - startedAt)
  assertBlob((await ask(client, blobRequest(1000))).text, 1000)
  for (let i = 0; i < warmUp; i++) await exchange(client, echoRequest(variant.tool))
  return { variant, collected, client, answerBytes: bytes }
}

async function sequentialCalls(running: readonly Running[], { rounds, callsPerRound }: SessionCounts): Promise<void> {
  const before = running.map(({ client }) => cpuMs(client.pid))
  const samples = new Map(running.map((subject): [Running, number[]] => [subject, []]))
  for (let round = 0; round < rounds; round++) {
    for (const subject of rotated(running, round)) {
      for (let n = 0; n < callsPerRound; n++) {
        const { startedAt, endedAt, bytes } = await exchange(subject.client, echoRequest(subject.variant.tool))
        checkBytes(subject, 1, bytes)
        samples.get(subject)?.push((endedAt - startedAt) * 1000)
      }
    }
  }
  for (const [{ collected }, us] of samples) {
    add(collected, 'sessionP50Us', median(us))
    for (const value of us) add(collected, 'callUs', value)
  }
  addCpu(running, before, rounds * callsPerRound, 'cpuMsPer1000')
}

async function floods(running: readonly Running[], counts: SessionCounts, inFlight: 32 | 256): Promise<void> {
  const before = running.map(({ client }) => cpuMs(client.pid))
  for (let round = 0; round < counts.floods; round++) {
    for (const subject of rotated(running, round)) {
      const requests = Array.from({ length: counts.callsPerFlood }, () => echoRequest(subject.variant.tool))
      const { ms, bytes } = await flood(subject.client, requests, inFlight)
      checkBytes(subject, counts.callsPerFlood, bytes)
      add(subject.collected, `perSecond${inFlight}`, (counts.callsPerFlood * 1000) / ms)
    }
  }
  addCpu(running, before, counts.floods * counts.callsPerFlood, `cpuMsPer1000In${inFlight}`)
}

/** The first result, for which the server makes the text, is not counted. */
async function bigResults(
  running: readonly Running[],
  rounds: number,
  size: number,
  series: Series,
  measure: typeof exchange,
): Promise<void> {
  for (let round = -1; round < rounds; round++) {
    for (const { variant, client, collected } of rotated(running, round + 1)) {
      const { startedAt, endedAt, bytes } = await measure(client, blobRequest(size))
      if (bytes < size) throw new Error(`${variant.name}: ${bytes} bytes instead of ${size}`)
      if (round >= 0) add(collected, series, endedAt - startedAt)
    }
  }
}

async function askAndParse(client: LeanClient, request: Buffer) {
  const { startedAt, bytes, text } = await ask(client, request)
  JSON.parse(text)
  return { startedAt, endedAt: performance.now(), bytes }
}

/** The processes idle outside their own turns, so the difference over the whole phase is the cost of their calls. */
function addCpu(running: readonly Running[], before: readonly number[], calls: number, series: Series): void {
  for (const [i, { client, collected }] of running.entries()) {
    add(collected, series, ((cpuMs(client.pid) - (before[i] ?? 0)) * 1000) / calls)
  }
}

function checkBytes({ variant, client, answerBytes }: Running, calls: number, bytes: number): void {
  if (bytes === calls * answerBytes) return
  const found = `${calls} answers had ${bytes} bytes instead of ${calls * answerBytes}: refused or altered calls`
  throw new Error(`${variant.name}: ${found}. stderr:\n${client.stderr()}`)
}
