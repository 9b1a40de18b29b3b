// Runs the whole shell on the shim with a broker in memory: real preload, real Chromium, a small page of the tests' own.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import type { StartBroker } from '../../broker/host-contract.ts'
import { type AppDeps, type AppOutcome, runApp } from '../../electron/app.ts'
import type { Clock } from '../../electron/clock.ts'
import { app, BrowserWindow, knowPicture, recorded, resetShim } from '../shim/electron.ts'
import { brokerThreads } from '../support/countersign.ts'
import { createFakeBroker, type FakeBroker } from './fake-broker.ts'

const repository = path.join(import.meta.dirname, '..', '..')
const assets = path.join(repository, 'electron', 'assets')

/** Time as a test wants it: nothing passes unless it says so. */
export type TestClock = Clock & {
  /** Goes forward, waking what waits, each at its moment. */
  pass(ms: number): void
  /** As a machine sleeps: the time of day goes on, timers stand still. */
  sleep(ms: number): void
}

/** @param start milliseconds since the epoch; cards of the tests are opened at 1000 */
export const createTestClock = (start = 2000): TestClock => {
  let now = start
  let slept = 0
  let timers: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now - slept + Math.max(ms, 0), run }
      timers.push(timer)
      return () => {
        timers = timers.filter((kept) => kept !== timer)
      }
    },
    pass: (ms) => {
      const end = now + ms
      for (;;) {
        const [next] = timers.filter(({ at }) => at + slept <= end).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        timers = timers.filter((kept) => kept !== next)
        now = Math.max(now, next.at + slept)
        next.run()
      }
      now = end
    },
    sleep: (ms) => {
      now += ms
      slept += ms
    },
  }
}

export const temporaryFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'countersign-shell-'))

/** The preload as the build makes it: one CommonJS file. */
export const buildPreload = async (folder: string): Promise<string> => {
  const outfile = path.join(folder, 'preload.cjs')
  await build({
    entryPoints: [path.join(repository, 'electron', 'preload.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    external: ['electron'],
    logLevel: 'error',
  })
  return outfile
}

export type RunningApp = {
  outcome: AppOutcome
  broker: FakeBroker
  clock: TestClock
  home: string
  log: string[]
  window(): BrowserWindow
  page(): Promise<Page>
  /** The page has its snapshot. */
  ready(): Promise<Page>
  signal(): void
  /** Quits and waits for the end; the home stays for the next start. */
  quit(): Promise<void>
}

export type Start = Partial<Pick<AppDeps, 'argv' | 'env' | 'platform'>> & {
  home: string
  /** The data folder the app is told, where it is another than `home`. */
  under?: string
  broker?: FakeBroker
  clock?: TestClock
  startBroker?: StartBroker
}

export const startApp = async ({
  home,
  under,
  broker = createFakeBroker(),
  clock = createTestClock(),
  startBroker,
  ...changes
}: Start): Promise<RunningApp> => {
  for (const file of readdirSync(path.join(assets, 'tray'))) {
    if (file.endsWith('@2x.png')) knowPicture(path.join(assets, 'tray', file))
  }
  const log: string[] = []
  let signal = () => {}
  const outcome = await runApp({
    startBroker: startBroker ?? broker.start,
    home: under ?? home,
    version: '0.0.0',
    files: {
      renderer: path.join(import.meta.dirname, 'page'),
      preload: await buildPreload(home),
      assets,
      starterPolicies: path.join(repository, 'policies'),
      reader: brokerThreads.readerFile,
      verify: brokerThreads.verifyFile,
    },
    clock,
    platform: 'linux',
    argv: [],
    env: {},
    onSignal: (ended) => {
      signal = ended
    },
    log: (line) => log.push(line),
    ...changes,
  })
  const window = () => {
    const [only] = BrowserWindow.getAllWindows()
    if (only === undefined) throw new Error('There is no window.')
    return only
  }
  const page = () => window().page()
  return {
    outcome,
    broker,
    clock,
    home,
    log,
    window,
    page,
    ready: async () => {
      const opened = await page()
      await opened.getByRole('heading', { name: /^\d+ waiting$/ }).waitFor()
      return opened
    },
    signal: () => signal(),
    quit: async () => {
      const { ended } = app
      if (recorded.exitCode === undefined) app.quit()
      await ended
      resetShim()
    },
  }
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** The only tray icon; throws when there is none or more. */
export const theTray = () => {
  const [tray, ...others] = recorded.trays
  if (tray === undefined || others.length > 0) throw new Error(`There are ${recorded.trays.length} tray icons.`)
  return tray
}
