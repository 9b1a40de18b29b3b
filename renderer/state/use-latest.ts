// Asks the broker about something that changes while it is asked: one question at a time, always about the newest, and
// an answer to an older one never passes for an answer to the newest.
import { useEffect, useRef, useState } from 'react'
import { problemText } from '../transport/request-error.ts'

export type Latest<Q, A> = {
  /** What was answered last, and to which question. */
  readonly asked: Q | undefined
  readonly answer: A | undefined
  /** Why the last question got no answer. */
  readonly problem: string | undefined
}

/**
 * @param question compared by identity; nothing where there is nothing to ask
 * @param ask must not change what it asks about
 * @returns `answer` is that to `question` only where `asked` is `question`
 */
export function useLatest<Q, A>(question: Q | undefined, ask: (question: Q) => Promise<A>): Latest<Q, A> {
  const [latest, setLatest] = useState<Latest<Q, A>>({ asked: undefined, answer: undefined, problem: undefined })
  const state = useRef<{ wanted: Q | undefined; busy: boolean; gone: boolean }>({
    wanted: undefined,
    busy: false,
    gone: false,
  })
  const asker = useRef(ask)
  asker.current = ask
  useEffect(() => {
    const now = state.current
    now.wanted = question
    const next = (): void => {
      const asked = now.wanted
      if (now.busy || now.gone || asked === undefined) return
      now.busy = true
      const done = (result: Omit<Latest<Q, A>, 'asked'>): void => {
        now.busy = false
        if (now.gone) return
        if (now.wanted === asked) setLatest({ asked, ...result })
        else next()
      }
      asker.current(asked).then(
        (answer) => done({ answer, problem: undefined }),
        (error: unknown) => done({ answer: undefined, problem: problemText(error) }),
      )
    }
    next()
  }, [question])
  useEffect(() => {
    const now = state.current
    now.gone = false
    return () => {
      now.gone = true
    }
  }, [])
  return latest
}
