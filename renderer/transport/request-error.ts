// Why a request to the broker did not give a value, in a form the screens can tell apart.
import type { UiError } from '../../core/wire/ui-contract.ts'

/** The broker's own codes, and two of ours: nobody answered; the answer is not what the contract says. */
export type UiRequestErrorCode = UiError['code'] | 'unreachable' | 'bad-reply'

export class UiRequestError extends Error {
  readonly code: UiRequestErrorCode

  constructor(code: UiRequestErrorCode, message: string) {
    super(message)
    this.name = 'UiRequestError'
    this.code = code
  }
}

/** The sentence to show for anything thrown on the way to the broker. */
export function problemText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
