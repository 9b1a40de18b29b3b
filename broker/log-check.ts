// The check of the whole log that a person begins in a window: one at a time, and every window sees how far it is.
import type { VerifyProgress } from '../core/wire/log-contract.ts'
import type { UiEvent } from '../core/wire/ui-contract.ts'
import type { AuditReader } from './audit/reader-contract.ts'

export type LogCheck = {
  /** Begins one unless one runs. Returns how far it is. */
  begin(): VerifyProgress
  state(): VerifyProgress
}

export type LogCheckOptions = {
  reader: Pick<AuditReader, 'verify'>
  emit(event: Extract<UiEvent, { type: 'verify.changed' }>): void
  /** Milliseconds since the epoch. */
  now(): number
}

export function createLogCheck({ reader, emit, now }: LogCheckOptions): LogCheck {
  let current: VerifyProgress = { state: 'none' }
  const say = (verify: VerifyProgress) => {
    current = verify
    emit({ type: 'verify.changed', verify })
  }
  const run = async (startedAt: number) => {
    try {
      say(await reader.verify((done, total) => say({ state: 'running', startedAt, done, total })))
    } catch (error) {
      say({ state: 'failed', at: now(), problem: (error as Error).message })
    }
  }
  return {
    begin() {
      if (current.state === 'running') return current
      const startedAt = now()
      say({ state: 'running', startedAt, done: 0, total: 0 })
      void run(startedAt)
      return current
    },
    state: () => current,
  }
}
