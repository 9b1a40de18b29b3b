// For a moment after a card appears, changes, or the window takes focus, nothing can be approved: a click or key press
// meant for what was there before must not land on this.
import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { RiskLevel } from '../../../core/approval/risk-level.ts'

/** How long Approve stays inert, in milliseconds. */
export const inertTimes: Record<RiskLevel, number> = { low: 700, elevated: 700, critical: 2000 }

export type InertGate = {
  /** Closes the gate for `ms` milliseconds from now; never shortens a lock. */
  lock(ms: number): void
  /** Milliseconds until it opens; 0 when open. */
  left(): number
}

/** @param now monotonic milliseconds */
export function createInertGate(now: () => number): InertGate {
  let until = Number.NEGATIVE_INFINITY
  return {
    lock: (ms) => {
      until = Math.max(until, now() + ms)
    },
    left: () => Math.max(0, until - now()),
  }
}

/**
 * @param content what the person would be approving; the lock starts anew whenever it changes
 * @returns `inert` for drawing, and `isInert` to ask at the very moment of a decision
 */
export function useInert(content: string, level: RiskLevel): { inert: boolean; isInert: () => boolean } {
  const gate = useRef<InertGate>(null)
  gate.current ??= createInertGate(() => performance.now())
  const [inert, setInert] = useState(true)

  // biome-ignore lint/correctness/useExhaustiveDependencies: changed content is what starts the lock
  useLayoutEffect(() => {
    let timer: number | undefined
    const settle = (): void => {
      const left = gate.current?.left() ?? 0
      setInert(left > 0)
      // One millisecond more than asked, so that the timer never fires on the closed side.
      if (left > 0) timer = window.setTimeout(settle, left + 1)
    }
    const lock = (): void => {
      window.clearTimeout(timer)
      gate.current?.lock(inertTimes[level])
      settle()
    }
    const onVisible = (): void => {
      if (document.visibilityState === 'visible') lock()
    }
    lock()
    window.addEventListener('focus', lock)
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      window.clearTimeout(timer)
      window.removeEventListener('focus', lock)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [content, level])

  const isInert = useCallback(() => (gate.current?.left() ?? 1) > 0, [])
  return { inert, isInert }
}
