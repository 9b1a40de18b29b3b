// Every reply and event is parsed here, whichever transport carried it: a broker of another version must show up as a
// clear error, never as a half-drawn card.
import * as z from 'zod'
import {
  type UiEventEnvelope,
  type UiMethod,
  type UiResult,
  uiEventEnvelope,
  uiRequests,
} from '../../core/wire/ui-contract.ts'
import { UiRequestError } from './request-error.ts'

const reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.enum(['unknown-method', 'bad-params', 'unauthorized', 'internal']),
      message: z.string(),
    }),
  }),
])

function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue === undefined ? 'unreadable' : `${issue.path.join('.') || 'reply'}: ${issue.message}`
}

/** @throws UiRequestError with the broker's code, or `bad-reply` where the reply breaks the contract. */
export function readReply<M extends UiMethod>(method: M, raw: unknown): UiResult<M> {
  const envelope = reply.safeParse(raw)
  if (!envelope.success) throw new UiRequestError('bad-reply', `${method} answered ${firstProblem(envelope.error)}`)
  if (!envelope.data.ok) throw new UiRequestError(envelope.data.error.code, envelope.data.error.message)
  const value = uiRequests[method].result.safeParse(envelope.data.value)
  if (!value.success) throw new UiRequestError('bad-reply', `${method} answered ${firstProblem(value.error)}`)
  return value.data as UiResult<M>
}

/** An event, or nothing where it breaks the contract; the caller then treats the stream as having a gap. */
export function readEvent(raw: unknown): UiEventEnvelope | undefined {
  const parsed = uiEventEnvelope.safeParse(raw)
  return parsed.success ? parsed.data : undefined
}
