// The UI contract, implemented once for every host. Each request is parsed on the way in and ends with a value or an error.
import {
  type UiError,
  type UiMethod,
  type UiParams,
  type UiReply,
  type UiResult,
  uiRequests,
} from '../../core/wire/ui-contract.ts'

/**
 * A missing handler does not compile. `actor` names who asks, for the audit log. Parameters that make no sense although
 * they have the right shape: throw a RangeError.
 */
export type UiHandlers = {
  [M in UiMethod]: (params: UiParams<M>, actor: string) => UiResult<M> | Promise<UiResult<M>>
}

export function createRouter(handlers: UiHandlers, log: (line: string) => void) {
  return async (method: string, params: unknown, actor: string): Promise<UiReply> => {
    if (!Object.hasOwn(uiRequests, method))
      return fail('unknown-method', `there is no method ${JSON.stringify(method)}`)
    const known = method as UiMethod
    const parsed = uiRequests[known].params.safeParse(params)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const place = issue?.path.length ? ` ${issue.path.join('.')}:` : ''
      return fail('bad-params', `${known}:${place} ${issue?.message ?? 'invalid'}`)
    }
    try {
      const handle = handlers[known] as (params: unknown, actor: string) => unknown
      return { ok: true, value: await handle(parsed.data, actor) }
    } catch (error) {
      const { message } = error as Error
      if (error instanceof RangeError) return fail('bad-params', `${known}: ${message}`)
      log(`${known} failed: ${(error as Error).stack ?? message}`)
      return fail('internal', message)
    }
  }
}

function fail(code: UiError['code'], message: string): UiReply {
  return { ok: false, error: { code, message } }
}
