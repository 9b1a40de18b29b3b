// The rows of the explorer apart from the screen: pages that are fetched where they are looked at, slots for more rows than
// an element can hold, and a pace for what news leads to.
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { everyCall } from '../../core/audit/call-filter.ts'
import type { UiParams, UiResult } from '../../core/wire/ui-contract.ts'
import { paced } from '../../renderer/features/activity/paced.ts'
import { pageSize, rowPages } from '../../renderer/features/activity/row-pages.ts'
import { aheadAfter, mostSlots, rowAt, slotOf, slotsFor } from '../../renderer/features/activity/row-slots.ts'
import { type LoggedCall, search } from './gallery/log-engine.ts'
import { manyCalls } from './gallery/many-calls.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A broker that answers when it is told to. */
function rig(length = 1_000) {
  const state: { calls: LoggedCall[]; broken: boolean } = { calls: manyCalls(length), broken: false }
  const asked: UiParams<'activity.search'>[] = []
  let waiting: (() => void)[] = []
  const pages = rowPages(
    (params) =>
      new Promise<UiResult<'activity.search'>>((resolve, reject) => {
        asked.push(params)
        // As the broker sees it when it is asked, told later.
        const answer = search(state.calls, params)
        waiting.push(() => (state.broken ? reject(new Error('The log is locked.')) : resolve(answer)))
      }),
  )
  return {
    ...{ pages, asked, state },
    /** Answers what was asked so far, and what that leads to. */
    answer: async () => {
      while (waiting.length > 0) {
        const now = waiting
        waiting = []
        for (const one of now) one()
        await settled()
      }
    },
    arrive: () => {
      const [newest] = state.calls
      if (newest === undefined) throw new Error('There is no call')
      state.calls = [
        { ...newest, call: `new.${state.calls.length}`, receivedAt: newest.receivedAt + 1 },
        ...state.calls,
      ]
    },
  }
}

describe('pages of rows', () => {
  it('are fetched where they are looked at, what is in sight first, each once', async () => {
    const { pages, asked, answer, state } = rig()
    void pages.take(everyCall, true)
    expect(pages.view().state).toBe('loading')
    await answer()
    expect(pages.view()).toMatchObject({ state: 'ready', total: 1_000 })
    pages.look(480, 520)
    pages.look(481, 521)
    await answer()
    expect(asked.map(({ offset }) => offset / pageSize)).toEqual([0, 4, 5])
    pages.look(640, 660)
    await answer()
    expect(asked.slice(3).map(({ offset }) => offset / pageSize)).toEqual([6, 7])
    expect([...new Set(asked.slice(1).map(({ asOf }) => asOf))]).toEqual([state.calls[0]?.call])
    expect(pages.row(500)?.call).toBe(state.calls[500]?.call)
    expect(pages.row(900)).toBeUndefined()
  })

  it('keep their order while new calls come, until they are taken anew', async () => {
    const { pages, answer, arrive, state } = rig()
    void pages.take(everyCall, true)
    await answer()
    const before = state.calls
    arrive()
    pages.look(300, 310)
    await answer()
    expect([pages.view().total, pages.row(300)?.call]).toEqual([1_000, before[300]?.call])
    void pages.take(everyCall, false)
    expect(pages.view().state).toBe('ready')
    await answer()
    expect([pages.view().total, pages.row(0)?.call]).toEqual([1_001, state.calls[0]?.call])
    expect(pages.row(301)?.call).toBe(before[300]?.call)
  })

  it('forget answers to an earlier filter', async () => {
    const { pages, answer } = rig()
    void pages.take(everyCall, true)
    void pages.take({ terms: [{ dimension: 'outcome', values: ['refused'] }], words: [] }, true)
    await answer()
    expect(pages.row(0)?.outcome).toBe('refused')
    expect(pages.view().total).toBeLessThan(100)
  })

  it('renew changed rows, also in an answer that was on its way', async () => {
    const { pages, answer, state } = rig()
    void pages.take(everyCall, true)
    await answer()
    const changed = { ...(state.calls[3] as LoggedCall), outcome: 'expired' as const }
    pages.renew([changed])
    expect(pages.row(3)?.outcome).toBe('expired')
    pages.look(200, 210)
    pages.renew([{ ...(state.calls[205] as LoggedCall), outcome: 'cancelled' }])
    await answer()
    expect(pages.row(205)?.outcome).toBe('cancelled')
  })

  it('keep what they have when a later look fails, and say so; a first failure is a screen', async () => {
    const { pages, answer, state } = rig()
    state.broken = true
    void pages.take(everyCall, true)
    await answer()
    expect(pages.view()).toMatchObject({ state: 'failed', problem: 'The log is locked.' })
    state.broken = false
    void pages.take(everyCall, true)
    await answer()
    state.broken = true
    pages.look(700, 720)
    await answer()
    expect(pages.view()).toMatchObject({ state: 'ready', problem: 'The log is locked.', total: 1_000 })
    expect(pages.row(0)).toBeDefined()
    state.broken = false
    pages.look(700, 720)
    await answer()
    expect(pages.view().problem).toBeUndefined()
    expect(pages.row(700)).toBeDefined()
  })

  it('are not kept without end', async () => {
    const { pages, answer, asked } = rig(20_000)
    void pages.take(everyCall, true)
    await answer()
    for (let row = 0; row < 20_000; row += 250) {
      pages.look(row, row + 20)
      await answer()
    }
    expect(pages.row(0)).toBeUndefined()
    expect(pages.row(19_750)).toBeDefined()
    const before = asked.length
    pages.look(0, 20)
    await answer()
    expect(asked.length).toBeGreaterThan(before)
  })
})

describe('slots', () => {
  const totals = fc.integer({ min: mostSlots + 1, max: 50_000_000 })

  it('are the rows themselves where an element can hold them', () => {
    for (const total of [0, 1, 1_000, mostSlots]) {
      expect(slotsFor(total)).toBe(total)
      expect(rowAt(total - 1, total)).toBe(total - 1)
      expect(aheadAfter(5, 0, 400, 20, total)).toBe(0)
    }
  })

  it('lead to both ends, in order, and back', () => {
    fc.assert(
      fc.property(totals, fc.nat(), fc.nat(), (total, one, other) => {
        const [a, b] = [one % total, other % total].sort((x, y) => x - y) as [number, number]
        expect(slotOf(a, total)).toBeLessThanOrEqual(slotOf(b, total))
        expect(slotOf(0, total)).toBe(0)
        expect(slotOf(total - 1, total)).toBe(mostSlots - 1)
        const slot = one % mostSlots
        expect(slotOf(rowAt(slot, total), total)).toBe(slot)
        expect([rowAt(0, total), rowAt(mostSlots - 1, total)]).toEqual([0, total - 1])
      }),
    )
  })

  it('go by as many rows as the wheel says, and far with the bar', () => {
    const total = 1_000_000
    const middle = rowAt(125_000, total) - 125_000
    expect(aheadAfter(middle, 125_000, 125_003, 20, total)).toBe(middle)
    expect(aheadAfter(0, 0, 125_000, 20, total)).toBe(middle)
    expect(aheadAfter(middle, 10, 0, 20, total)).toBe(0)
    expect(aheadAfter(0, 10, mostSlots - 20, 20, total)).toBe(total - mostSlots)
  })
})

describe('a pace', () => {
  it('runs at once, then not before its time, and never twice at once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      const ends: (() => void)[] = []
      const run = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)))
      const pace = paced(250, run)
      pace.poke()
      pace.poke()
      expect(run).toHaveBeenCalledTimes(1)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(run).toHaveBeenCalledTimes(1)
      ends[0]?.()
      await vi.advanceTimersByTimeAsync(0)
      expect(run).toHaveBeenCalledTimes(2)
      pace.poke()
      ends[1]?.()
      await vi.advanceTimersByTimeAsync(249)
      expect(run).toHaveBeenCalledTimes(2)
      await vi.advanceTimersByTimeAsync(1)
      expect(run).toHaveBeenCalledTimes(3)
      pace.poke()
      pace.stop()
      ends[2]?.()
      await vi.advanceTimersByTimeAsync(1_000)
      expect(run).toHaveBeenCalledTimes(3)
    } finally {
      vi.useRealTimers()
    }
  })
})
