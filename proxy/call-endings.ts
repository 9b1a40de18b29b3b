// How calls end by what others do: the upstream answers or dies, the client takes them back or goes away.
import { type Answer, idKeyOf } from './answers.ts'
import type { Desk } from './call-desk.ts'
import type { TakenBackId } from './client-lines.ts'
import { resultExcerpt } from './excerpt.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import type { HeldTasks } from './held-tasks.ts'
import type { InputRequests } from './input-requests.ts'

export type CallEndings = {
  /** An answer of the upstream; the caller calls `flush` before the answer's line feed goes out. */
  answered(answer: Answer): void
  /** The client took a call back. True if the upstream has it and must be told. */
  cancelled(taken: TakenBackId): boolean
  /** True while the upstream owes the answer to a governed call, or one that tells of its tasks. */
  anyRunning(): boolean
  /**
   * Nothing more comes from the client: what waits for a person may no longer run. Resolves once everything that policy
   * allowed has been sent.
   */
  inputEnded(): Promise<void>
  /** The client is gone: nothing that waits, for whatever, may still run. */
  clientGone(): void
  /** The upstream is gone: answers every call that waits for it. */
  upstreamGone(how: string): void
}

/** Calls taken back after they were sent whose answers are still looked for. */
const maxTakenBack = 32

export function createCallEndings(desk: Desk, inputs: InputRequests, tasks: HeldTasks): CallEndings {
  const { spool, calls, dispatch } = desk
  const takenBack: GovernedCall[] = []

  /** Its answer, which the caller has found to be one to it. */
  const finish = (call: GovernedCall, answer: Answer) => {
    advance(call, 'running', 'ended')
    desk.end(call)
    const { outcome, bytes } = answer
    // It said itself that nothing came of it, so nothing was used.
    // In a long answer the word can stand in what the result is about.
    const surely = outcome === 'protocol-error' || answer.head === undefined
    if (outcome !== 'ok' && surely) call.giveBack?.()
    const durationMs = Math.round((desk.monotonic() - (call.sentAt ?? call.receivedAt)) * 1000) / 1000
    const result = resultExcerpt(answer, call.hidden)
    spool.add('call.answered', { call: call.id, outcome, bytes, durationMs, result })
  }

  const stoppedWithUpstream = (call: GovernedCall, how: string) => {
    if (call.followed) {
      // Its client has its answer: a task, which is gone with its server.
      const last = tasks.sessionOver(call)
      if (last) finish(call, last)
      else if (advance(call, 'running', 'ended')) desk.end(call)
    } else if (call.origin !== 'client' && advance(call, 'running', 'ended')) {
      spool.add('call.cancelled', { call: call.id, by: 'disconnect', forwarded: true })
      desk.end(call)
    } else if (advance(call, 'running', 'ended')) {
      const durationMs = Math.round(desk.monotonic() - (call.sentAt ?? call.receivedAt))
      spool.add('call.answered', { call: call.id, outcome: 'upstream-exited', bytes: 0, durationMs })
      const reason = `the MCP server ${how} before it answered`
      if (call.takenBack) desk.end(call)
      else desk.refuse(call, { decision: 'unknown-outcome', reason, retry: 'never' })
    } else if (advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) {
      spool.add('call.cancelled', { call: call.id, by: 'disconnect', forwarded: false })
      desk.refuse(call, { decision: 'cancelled', reason: `the MCP server ${how}`, retry: 'later' })
    }
  }

  return {
    answered: (answer) => {
      const over = tasks.heard(answer)
      if (over) finish(over.call, over.answer)
      const call = calls.get(answer.idKey)
      if (call?.state !== 'running' || tasks.begins(call, answer)) return
      if (inputs.noticed(call, answer)) desk.resulted(call, answer.value)
      finish(call, answer)
    },
    cancelled: ({ idText, timedOut }) => {
      if (inputs.cancelled(idText)) return false
      const call = calls.get(idKeyOf(idText))
      if (!call || call.takenBack) return true
      const forwarded = call.state === 'running'
      spool.add('call.cancelled', { call: call.id, by: 'client', forwarded })
      if (forwarded) {
        call.takenBack = true
        takenBack.push(call)
        // Most servers do not answer what was taken back: only the latest are waited for.
        const oldest = takenBack.length > maxTakenBack ? takenBack.shift() : undefined
        if (oldest && advance(oldest, 'running', 'ended')) desk.end(oldest)
      } else {
        if (call.state === 'holding') desk.holder.withdraw(call, timedOut ? 'timed-out' : 'client')
        advance(call, ['deciding', 'holding', 'forwarding'], 'ended')
        desk.end(call)
      }
      return forwarded
    },
    anyRunning: () => {
      if (tasks.pending()) return true
      for (const call of calls.values()) if (call.origin === 'client' && call.state === 'running') return true
      return false
    },
    inputEnded: async () => {
      desk.inputOver = true
      for (const call of [...calls.values()]) if (call.state === 'holding') desk.drop(call)
      await dispatch.settled()
    },
    clientGone: () => {
      desk.inputOver = true
      for (const call of [...calls.values()]) desk.drop(call)
    },
    upstreamGone: (how) => {
      for (const call of [...calls.values()]) stoppedWithUpstream(call, how)
      dispatch.flush()
    },
  }
}
