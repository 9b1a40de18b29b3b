// Loads pages of calls and follows live changes; new rows wait while the person has scrolled away from the top.
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { CallSummary } from '../../../core/wire/ui-contract.ts'
import { onEvent, request, useSession } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'
import { type CallFilter, countNew, mergeCalls } from './calls.ts'

const pageSize = 100

export type Calls = {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly problem: string
  readonly calls: readonly CallSummary[]
  readonly more: boolean
  readonly loadingMore: boolean
  /** New rows that wait above. */
  readonly held: number
  readonly loadMore: () => void
  readonly showHeld: () => void
  readonly reload: () => void
}

type Loaded = { readonly calls: readonly CallSummary[]; readonly next: string | undefined }

/** @param scroller the scrolling element; new rows are added at once only while it stands at its top */
export function useCalls(filter: CallFilter, scroller: RefObject<HTMLElement | null>): Calls {
  const { text, outcome } = filter
  const [loaded, setLoaded] = useState<Loaded>()
  const [problem, setProblem] = useState<string>()
  const [loadingMore, setLoadingMore] = useState(false)
  const [heldCalls, setHeldCalls] = useState<readonly CallSummary[]>([])
  const round = useRef(0)
  /** What changed while a page was on its way, which may not have it yet. */
  const meanwhile = useRef<CallSummary[]>(undefined)
  const connected = useSession(({ connection }) => connection.state === 'live')

  const load = useCallback(
    async (before: string | undefined) => {
      round.current += 1
      const mine = round.current
      meanwhile.current = []
      try {
        const page = await request('activity.list', {
          limit: pageSize,
          ...(before === undefined ? {} : { before }),
          ...(outcome === 'all' ? {} : { outcome: [outcome] }),
          ...(text.trim() === '' ? {} : { text: text.trim().slice(0, 200) }),
        })
        if (mine !== round.current) return
        setProblem(undefined)
        setHeldCalls([])
        const changed = meanwhile.current ?? []
        meanwhile.current = undefined
        setLoaded((old) => {
          const all = before === undefined ? page.calls : [...(old?.calls ?? []), ...page.calls]
          return { calls: mergeCalls(all, changed, { text, outcome }, page.next === undefined), next: page.next }
        })
      } catch (error) {
        if (mine === round.current) setProblem(problemText(error))
      } finally {
        if (mine === round.current) setLoadingMore(false)
      }
    },
    [text, outcome],
  )

  useEffect(() => {
    // Also after a reconnect: what changed meanwhile was not sent.
    if (connected) void load(undefined)
  }, [load, connected])

  useEffect(
    () =>
      onEvent((event) => {
        if (event.type !== 'calls.changed') return
        meanwhile.current?.push(...event.calls)
        const away = (scroller.current?.scrollTop ?? 0) > 0
        setLoaded((old) => {
          if (old === undefined) return old
          const known = new Set(old.calls.map(({ call }) => call))
          const now = away ? event.calls.filter(({ call }) => known.has(call)) : event.calls
          return { ...old, calls: mergeCalls(old.calls, now, { text, outcome }, old.next === undefined) }
        })
        if (away)
          setHeldCalls((held) => [
            ...held.filter(({ call }) => !event.calls.some((c) => c.call === call)),
            ...event.calls,
          ])
      }),
    [scroller, text, outcome],
  )

  const calls = loaded?.calls ?? []
  return {
    state: loaded === undefined ? (problem === undefined ? 'loading' : 'failed') : 'ready',
    problem: problem ?? '',
    calls,
    more: loaded?.next !== undefined,
    loadingMore,
    held: countNew(calls, heldCalls, { text, outcome }),
    loadMore: () => {
      setLoadingMore(true)
      void load(loaded?.next)
    },
    showHeld: () => {
      setLoaded((old) => old && { ...old, calls: mergeCalls(old.calls, heldCalls, { text, outcome }, true) })
      setHeldCalls([])
      scroller.current?.scrollTo({ top: 0 })
    },
    reload: () => {
      setProblem(undefined)
      void load(undefined)
    },
  }
}
