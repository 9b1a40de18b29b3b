// Sends a person's answer to the broker and says what came of it.
import { useCallback, useState } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'

export type Answer = {
  readonly sending: boolean
  /** Why the last answer did not settle the card. */
  readonly note: string | undefined
  readonly approve: (card: ApprovalCard) => void
  readonly refuse: (card: ApprovalCard, reason: string) => void
}

const notes = {
  closed: 'This card had already closed when your answer arrived. Your answer changed nothing.',
  changed: 'The call changed while you were deciding. Your answer changed nothing: look again.',
} as const

/** @param onSettled called after the card was answered, to move on */
export function useAnswer(onSettled: (id: string) => void): Answer {
  const [sending, setSending] = useState(false)
  const [note, setNote] = useState<string>()

  const send = useCallback(async (work: () => Promise<string | undefined>, what: string) => {
    setSending(true)
    setNote(undefined)
    try {
      setNote(await work())
    } catch (error) {
      setNote(
        `No answer came back, so it is not certain that the call was ${what}: look in Activity. (${problemText(error)})`,
      )
    } finally {
      setSending(false)
    }
  }, [])

  const approve = useCallback(
    (card: ApprovalCard) => {
      const work = async (): Promise<string | undefined> => {
        const { outcome } = await request('approvals.approve', { id: card.id, binding: card.binding })
        if (outcome === 'closed' || outcome === 'changed') return notes[outcome]
        const then = outcome === 'ran' ? 'It runs now.' : `Ticket ${card.ticket}: the next identical call runs, once.`
        showToast('allow', `Approved once: ${card.tool}. ${then}`)
        onSettled(card.id)
        return undefined
      }
      void send(work, 'approved')
    },
    [send, onSettled],
  )

  const refuse = useCallback(
    (card: ApprovalCard, reason: string) => {
      const work = async (): Promise<string | undefined> => {
        const params = {
          id: card.id,
          binding: card.binding,
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        }
        const { outcome } = await request('approvals.refuse', params)
        if (outcome !== 'refused') return notes[outcome]
        showToast('deny', `Refused: ${card.tool}. It did not run.`)
        onSettled(card.id)
        return undefined
      }
      void send(work, 'refused')
    },
    [send, onSettled],
  )

  return { sending, note, approve, refuse }
}
