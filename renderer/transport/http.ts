// The headless host's transport: requests by POST with a CSRF token, events by server-sent events. The session itself is
// an HttpOnly cookie that this code never sees.
import * as z from 'zod'
import type { UiTransport } from '../../core/wire/ui-contract.ts'
import { readEvent, readReply } from './reply.ts'
import { problemText, UiRequestError } from './request-error.ts'

const session = z.object({ csrf: z.string().min(1) })

/** A host that does not answer within this time is treated as gone, in milliseconds. */
const requestTimeout = 15_000
/** Pause before a closed event stream is opened again, in milliseconds. */
const reopenDelay = 2_000

async function fetchJson(path: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(requestTimeout) }).catch(
    (error: unknown) => {
      throw new UiRequestError('unreachable', problemText(error))
    },
  )
  if (response.status === 401) throw new UiRequestError('unauthorized', 'This session is not known to Countersign.')
  return response.json().catch(() => {
    throw new UiRequestError('bad-reply', `${path} answered ${response.status} without JSON`)
  })
}

export function httpTransport(): UiTransport {
  let csrf: Promise<string> | undefined
  const token = (): Promise<string> => {
    csrf ??= fetchJson('/api/session', { cache: 'no-store' }).then((body) => {
      const parsed = session.safeParse(body)
      if (!parsed.success) throw new UiRequestError('bad-reply', '/api/session answered without a token')
      return parsed.data.csrf
    })
    csrf.catch(() => {
      csrf = undefined
    })
    return csrf
  }

  return {
    request: async (method, params) => {
      const raw = await fetchJson('/api/request', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-countersign-csrf': await token() },
        body: JSON.stringify({ method, params }),
      }).catch((error: unknown) => {
        // A restarted host knows neither the old token nor its session: ask for both again.
        csrf = undefined
        throw error
      })
      return readReply(method, raw)
    },

    subscribe: (listener, onGap) => {
      let source: EventSource | undefined
      let reopen: number | undefined
      const open = (): void => {
        const stream = new EventSource('/api/events')
        source = stream
        // Also on the first opening: what happened between the snapshot and this moment was not sent to us.
        stream.addEventListener('open', onGap)
        stream.addEventListener('message', (message: MessageEvent<string>) => {
          const envelope = parseEvent(message.data)
          if (envelope === undefined) onGap()
          else listener(envelope)
        })
        stream.addEventListener('error', () => {
          onGap()
          if (stream.readyState !== EventSource.CLOSED) return
          reopen = window.setTimeout(open, reopenDelay)
        })
      }
      open()
      return () => {
        source?.close()
        window.clearTimeout(reopen)
      }
    },
  }
}

function parseEvent(text: string): ReturnType<typeof readEvent> {
  try {
    return readEvent(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
