// What a flood of held calls does to the person in front of the window, in one run.
//
//   node test/bench/approvals.ts [--quick] [--json]     (or: npm run bench -- approvals)
//
// How the figures are taken (Linux; this process is the twenty agents):
// - `countersign serve` in a process of its own, its page in a real Chromium; one proxy and one witness a server, all real.
// - 20 proxies send 500 calls each that policy holds, evenly over a minute (--quick: 4 send 50 each over 3 s).
// - Meanwhile somebody presses `j` and `k` in the window five times a second. Latency is that of the Event Timing API: from
//   the key to the next frame that shows what it did, in steps of 8 ms; the same for two seconds before the flood begins.
// - Memory of the broker's process before and after (RSS), and of the proxies together (RSS, largest of them).
// - Counted at the end: answers by kind, cards, and what reached a witness, which must be nothing.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { queueCaps } from '../../core/wire/limits.ts'
import { launchBrowser } from '../support/browser.ts'
import { createHome } from '../support/countersign.ts'
import { startFlood } from '../support/flood.ts'
import { atMost, finish, table } from './support/report.ts'
import { serve } from './support/serve.ts'
import { median, percentile } from './support/statistics.ts'

const policy = 'version: 1\ndefault: { "*": require-approval }\nrules: []\n'

const full = { proxies: 20, each: 500, ms: 60_000, calmMs: 2_000 }
const quick = { proxies: 4, each: 50, ms: 3_000, calmMs: 1_000 }
const pressEveryMs = 200

const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** Event Timing leaves out what took less than 16 ms: those presses count as 16. */
async function startListening(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: number[] = []
    const watching = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === 'keydown') seen.push(entry.duration)
    })
    watching.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
    Object.assign(globalThis, { keyLatencies: seen })
  })
}

/** Presses keys until told to stop; resolves with the latencies in milliseconds, one a press. */
async function press(page: Page, until: Promise<unknown>): Promise<number[]> {
  await page.evaluate(() => void (globalThis as unknown as { keyLatencies: number[] }).keyLatencies.splice(0))
  let over = false
  void until.then(() => {
    over = true
  })
  let presses = 0
  while (!over) {
    await page.keyboard.press(presses % 2 === 0 ? 'j' : 'k')
    presses += 1
    await new Promise((resolve) => setTimeout(resolve, pressEveryMs))
  }
  const slow = await page.evaluate(() => [...(globalThis as unknown as { keyLatencies: number[] }).keyLatencies])
  return [...slow, ...Array.from({ length: Math.max(0, presses - slow.length) }, () => 16)]
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  })
  const counts = options.quick ? quick : full
  const home = createHome({ 'policy.yaml': policy })
  const host = await serve(home.env)
  const browser = await launchBrowser()
  const flood = await startFlood(counts.proxies, home.env)
  try {
    const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1280, height: 800 } })
    await page.goto(host.link)
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    await startListening(page)
    const calm = await press(page, new Promise((resolve) => setTimeout(resolve, counts.calmMs)))
    const before = rssMb(host.pid)
    const all = counts.proxies * counts.each
    const started = performance.now()
    const sending = flood.send(counts.each, counts.ms)
    const flooded = await press(page, sending)
    const minutes = Math.ceil((performance.now() - started) / 60_000)
    await flood.answered(all - queueCaps.newCardsPerMinute * (minutes + 1))
    const answers = flood.answers()
    const after = rssMb(host.pid)
    const proxies = Math.max(...flood.pids().map(rssMb))
    const held = all - Object.values(answers).reduce((sum, count) => sum + count, 0)
    const latency = {
      calmMs: median(calm),
      medianMs: median(flooded),
      p95Ms: percentile(flooded, 95),
      worstMs: Math.max(...flooded),
    }
    console.log(
      table([
        ['flood of held calls', ''],
        ['calls, proxies', `${all}, ${counts.proxies}`],
        ['turned away at once', String(answers['too-many'] ?? 0)],
        ['held on cards', String(held)],
        ['reached a server', String(flood.forwarded())],
        ['key to frame, before (median)', `${latency.calmMs} ms`],
        [
          'key to frame, in the flood (median, 95 %, worst)',
          `${latency.medianMs}, ${latency.p95Ms}, ${latency.worstMs} ms`,
        ],
        ['broker before, after', `${before.toFixed(0)}, ${after.toFixed(0)} MB`],
        ['largest proxy', `${proxies.toFixed(0)} MB`],
      ]),
    )
    const figures = {
      calls: all,
      held,
      forwarded: flood.forwarded(),
      ...latency,
      brokerMb: after - before,
      proxyMb: proxies,
    }
    const goals = [
      atMost('worstMs', latency.worstMs, 100),
      atMost('forwarded', flood.forwarded(), 0),
      atMost('held', held, queueCaps.newCardsPerMinute * (minutes + 1)),
      atMost('brokerMb', after - before, 100),
    ]
    finish({ name: 'approvals', figures, goals }, options.json)
  } finally {
    await flood.stop()
    await browser.close()
    await host.stop()
    home.remove()
  }
}

await main()
