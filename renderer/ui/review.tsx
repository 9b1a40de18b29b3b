// Keeps track of what a person has not seen yet: each end of a long text reports once it was on screen.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'

/** The same thing shown in two ways: seeing one of them to its end is enough. */
export type ReviewSide = 'diff' | 'raw'

type Review = {
  add(id: string, element: HTMLElement, side: ReviewSide | undefined): void
  remove(id: string): void
  see(id: string): void
}

const ReviewContext = createContext<Review | undefined>(undefined)

export type ReviewState = {
  readonly review: Review
  /** Whether every end was on screen. False until the first end has reported. */
  readonly complete: boolean
  /** Moves to the first text whose end was not on screen yet. */
  readonly continueReading: () => void
}

type End = { element: HTMLElement; seen: boolean; side: ReviewSide | undefined }

/** What still has to be seen, in the order it was drawn. */
export function unseen<T extends Pick<End, 'seen' | 'side'>>(ends: readonly T[]): T[] {
  const whole = (side: ReviewSide): boolean => {
    const mine = ends.filter((end) => end.side === side)
    return mine.length > 0 && mine.every(({ seen }) => seen)
  }
  const either = whole('diff') || whole('raw')
  return ends.filter(({ seen, side }) => !seen && (side === undefined || !either))
}

/** The innermost region around `element` that has something left below its edge. */
function scrollableAround(element: HTMLElement): HTMLElement | undefined {
  for (let around = element.parentElement; around !== null; around = around.parentElement) {
    const left = around.scrollHeight - around.clientHeight - around.scrollTop
    if (left > 1 && getComputedStyle(around).overflowY === 'auto') return around
  }
  return undefined
}

/** Tracks one card; give the component that calls this a new key for another card. */
export function useReview(): ReviewState {
  const ends = useRef(new Map<string, End>())
  const [complete, setComplete] = useState(false)
  const recount = useCallback(() => {
    const all = [...ends.current.values()]
    setComplete(all.length > 0 && unseen(all).length === 0)
  }, [])
  const review = useMemo<Review>(
    () => ({
      add: (id, element, side) => {
        // An end that was seen stays seen, also when its text is folded differently.
        ends.current.set(id, { element, seen: ends.current.get(id)?.seen ?? false, side })
        recount()
      },
      remove: (id) => {
        ends.current.delete(id)
        recount()
      },
      see: (id) => {
        const end = ends.current.get(id)
        if (end === undefined || end.seen) return
        end.seen = true
        recount()
      },
    }),
    [recount],
  )
  const continueReading = useCallback(() => {
    const next = unseen([...ends.current.values()])[0]?.element
    if (next === undefined) return
    const scroller = scrollableAround(next)
    const passed =
      next.getBoundingClientRect().bottom < (scroller?.getBoundingClientRect().top ?? Number.POSITIVE_INFINITY)
    if (passed) {
      // Scrolled past faster than it could be seen: back to it.
      next.scrollIntoView({ block: 'center' })
      return
    }
    scroller?.scrollIntoView({ block: 'nearest' })
    scroller?.focus({ preventScroll: true })
    // Less than a page, so that the last lines read stay in view.
    scroller?.scrollBy({ top: scroller.clientHeight * 0.9 })
  }, [])
  return { review, complete, continueReading }
}

export function ReviewProvider({ review, children }: { review: Review; children: ReactNode }) {
  return <ReviewContext value={review}>{children}</ReviewContext>
}

/** Stands at the end of a text. `ready` is false while parts of the text wait behind an expander. */
export function ReviewEnd({ id, ready = true, side }: { id: string; ready?: boolean; side?: ReviewSide | undefined }) {
  const review = useContext(ReviewContext)
  const element = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const end = element.current
    if (review === undefined || end === null) return
    review.add(id, end, side)
    return () => review.remove(id)
  }, [review, id, side])
  useEffect(() => {
    const end = element.current
    if (review === undefined || end === null || !ready) return
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) review.see(id)
    })
    observer.observe(end)
    return () => observer.disconnect()
  }, [review, id, ready])
  return <span ref={element} data-review-end={id} aria-hidden="true" className="block h-px" />
}
