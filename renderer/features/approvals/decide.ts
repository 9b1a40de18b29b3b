// Sends a person's answer to the broker and says what came of it.
import { useCallback, useState } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'
import { nameOf, thing } from './card-words.ts'

export type Answer = {
  readonly sending: boolean
  /** Why the last answer did not settle the card. */
  readonly note: string | undefined
  /** `typed`: what the person typed, for a card with `confirm`; the broker checks it. */
  readonly approve: (card: ApprovalCard, typed: string) => void
  readonly refuse: (card: ApprovalCard, reason: string) => void
}

const notes = {
  closed: 'This card had already closed when your answer arrived. Your answer changed nothing.',
  changed: 'The call changed while you were deciding. Your answer changed nothing: look again.',
  'not-confirmed': 'Countersign did not accept what was typed. Nothing was approved, and it still waits.',
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
        `No answer came back, so it is not certain that this was ${what}: look in Activity. (${problemText(error)})`,
      )
    } finally {
      setSending(false)
    }
  }, [])

  const approve = useCallback(
    (card: ApprovalCard, typed: string) => {
      const work = async (): Promise<string | undefined> => {
        const { outcome } = await request('approvals.approve', {
          id: card.id,
          binding: card.binding,
          ...(card.confirm === 'click' ? {} : { typed }),
        })
        if (outcome !== 'ran' && outcome !== 'granted') return notes[outcome]
        const call = thing(card) === 'call'
        const then =
          outcome === 'granted'
            ? `Ticket ${card.ticket}: the next identical ${call ? 'call runs' : 'request is passed on'}, once.`
            : call
              ? 'It runs now.'
              : 'It is passed on now.'
        showToast('allow', `Approved once: ${nameOf(card)}. ${then}`)
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
        const undone = thing(card) === 'call' ? 'It did not run.' : 'It was not passed on.'
        showToast('deny', `Refused: ${nameOf(card)}. ${undone}`)
        onSettled(card.id)
        return undefined
      }
      void send(work, 'refused')
    },
    [send, onSettled],
  )

  return { sending, note, approve, refuse }
}
