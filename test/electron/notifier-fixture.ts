// The notifier alone on the stand-in, following a broker in memory, with time in the test's hands: no window, no browser.
import type { StartBroker } from '../../broker/host-contract.ts'
import { createNotifier } from '../../electron/notifier.ts'
import { followBroker } from '../../electron/shell-state.ts'
import { recorded } from '../shim/electron.ts'
import { createFakeBroker, type FakeBroker } from './fake-broker.ts'
import { createTestClock, type TestClock } from './harness.ts'

export type Noticing = {
  broker: FakeBroker
  clock: TestClock
  log: string[]
  /** What the person was led to: a card's id, or `queue`. */
  opened: string[]
  /** What the fallback window was told: how many wait, or `closed`. */
  fallback: (number | 'closed')[]
  /** What reached the broker, other than snapshots. */
  asked(): { method: string; params: unknown; actor: string }[]
  tell(title: string, body: string): void
  refresh(): Promise<void>
  closeAll(): void
}

export type NoticingOptions = {
  platform?: NodeJS.Platform
  broker?: FakeBroker
  clock?: TestClock
  /** Another broker than the one in memory. */
  started?: Awaited<ReturnType<StartBroker>>
}

export const startNoticing = async ({
  platform = 'darwin',
  broker = createFakeBroker(),
  clock = createTestClock(),
  started,
}: NoticingOptions = {}): Promise<Noticing> => {
  const log: string[] = []
  const opened: string[] = []
  const fallback: (number | 'closed')[] = []
  const write = (line: string) => log.push(line)
  const { api } =
    started ??
    (await broker.start({
      ...{ home: '/nowhere', host: 'desktop', version: '0.0.0', log: write },
      ...{ starterPolicies: '', readerFile: '', verifyFile: '' },
    }))
  const notifier = createNotifier({
    platform,
    clock,
    api,
    open: (id) => opened.push(id ?? 'queue'),
    fallback: {
      show: (waiting) => fallback.push(waiting),
      count: () => undefined,
      close: () => {
        if (fallback.length > 0 && fallback.at(-1) !== 'closed') fallback.push('closed')
      },
    },
    log: write,
  })
  const followed = await followBroker(api, notifier.update)
  return {
    broker,
    clock,
    log,
    opened,
    fallback,
    asked: () => broker.requests.filter(({ method }) => method !== 'snapshot'),
    tell: notifier.tell,
    refresh: followed.refresh,
    closeAll: () => {
      followed.stop()
      notifier.closeAll()
    },
  }
}

/** Title and body of every notification that was ever shown, oldest first. */
export const shownTexts = (): string[] => recorded.notifications.map(({ title, body }) => `${title} | ${body}`)

/** The newest notification; throws when there is none. */
export const newest = () => {
  const last = recorded.notifications.at(-1)
  if (last === undefined) throw new Error('Nothing was notified.')
  return last
}

/** Lets what a button set off come to its end: the fake broker answers within the same turn of the event loop. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
