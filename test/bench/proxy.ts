// What the proxy costs, beside going to the server directly and beside a bare Node pipe, in one interleaved run.
//
//   node test/bench/proxy.ts [--quick] [--json] [--floor-only]     (or: npm run bench -- proxy)
//
// How the figures are taken (support/proxy-rounds.ts; Linux; this process is the client):
// - Variants take turns within every round, and each round starts with another one, so drift hits all alike.
// - Start-up: 30 fresh processes each, from just before spawn to the newline of the `initialize` answer.
// - First call: of each session below, right after `tools/list`; it includes what is only set up by a call.
// - All else in 10 sessions with fresh processes: whether two processes wake each other on one core or across two
//   moves a round trip by a factor of four on small machines and tends to stay for seconds, so one session is luck.
//   `addedP50Us` is the difference of the p50s over all sessions; its quartiles over the sessions say how steady it is.
// - Calls: 4,000 one at a time (400 a session after 300 to warm up), from write to newline. Throughput: median of 20
//   floods of 1,000 calls, requests due in one turn written together, the server writing each answer by itself.
// - Results of 1 MB and 10 MB: median of 20 each, from write to newline; the client counts bytes and parses nothing,
//   which leaves direct little to do and makes the ratio harsh. "Client parses": until its JSON.parse is done.
// - CPU: user and system time of the one process between client and server over the phase, from /proc/PID/stat
//   (all threads, resolution 10 ms), per 1,000 calls. For direct it is 0 by definition: nothing stands between.
// - RSS and PSS: median over sessions of that process (for direct: the server), from smaps_rollup, with all variants'
//   processes alive: PSS shares the Node binary's pages among them. Processes a variant keeps beside it and the
//   server are its helpers; the ratios count them in.
// - Every answer's length is checked against one whose content was checked: refused calls cannot pass for fast ones.
// - The spool is on a real disk. "Synced writes" are calls of a write tool, which reach the disk before the server.

import { existsSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  comparisons,
  comparisonTable,
  figuresTable,
  goals,
  jsonFigures,
  variantFigures,
} from './support/proxy-figures.ts'
import { type Collected, type SessionCounts, session, startUpRounds } from './support/proxy-rounds.ts'
import { preparePolicyHome, proxyBundle, variants } from './support/proxy-variants.ts'
import { finish } from './support/report.ts'

type Counts = SessionCounts & { startUps: number; sessions: number }

const full: Counts = {
  startUps: 30,
  sessions: 10,
  warmUp: 300,
  rounds: 8,
  callsPerRound: 50,
  floods: 2,
  callsPerFlood: 1000,
  results: 2,
}
const quick: Counts = { ...full, startUps: 2, sessions: 1, warmUp: 20, rounds: 2, callsPerFlood: 300, results: 1 }

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'floor-only': { type: 'boolean', default: false },
    },
  })
  const floorOnly = options['floor-only']
  if (!floorOnly && !existsSync(proxyBundle)) {
    throw new Error('out/bin/countersign-proxy.cjs is missing: run npm run build (or pass --floor-only).')
  }
  const counts = options.quick ? quick : full
  const home = floorOnly ? undefined : preparePolicyHome()
  // On exit and not in a finally, so that Ctrl+C leaves nothing behind either.
  process.once('exit', () => {
    if (home !== undefined) rmSync(home.folder, { recursive: true, force: true })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

  const subjects = variants(home).map((variant) => ({ variant, collected: new Map() as Collected }))
  await startUpRounds(subjects, counts.startUps)
  for (let number = 0; number < counts.sessions; number++) await session(subjects, counts, number)

  const all = subjects.map(({ variant, collected }) => variantFigures(variant, collected))
  const compared = comparisons(all)
  console.log(`${figuresTable(all)}\n\n${comparisonTable(compared)}`)
  finish({ name: 'proxy', figures: jsonFigures(all, compared), goals: goals(compared) }, options.json)
}

await main()
