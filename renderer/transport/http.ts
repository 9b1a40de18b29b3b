// The headless host's transport: requests by POST, events by server-sent events. Half of the session is an HttpOnly
// cookie that this code never sees; the other half is a key that only pages of this origin can have.
import type { UiTransport } from '../../core/wire/ui-contract.ts'
import { readEvent, readReply } from './reply.ts'
import { problemText, UiRequestError } from './request-error.ts'

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

const keyPlace = 'countersign-key'

/**
 * The session's key: from the fragment of the launch's redirect, once, then from storage that belongs to this origin.
 * The fragment is taken out of the address at once, so that it is neither seen nor bookmarked.
 */
function sessionKey(): string | undefined {
  const given = /^#key=([\w-]+)$/.exec(location.hash)?.[1]
  if (given !== undefined) {
    localStorage.setItem(keyPlace, given)
    history.replaceState(undefined, '', '/')
  }
  return localStorage.getItem(keyPlace) ?? undefined
}

export function httpTransport(): UiTransport {
  const key = sessionKey()
  return {
    request: async (method, params) => {
      if (key === undefined) throw new UiRequestError('unauthorized', 'This browser has no session.')
      const raw = await fetchJson('/api/request', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-countersign-key': key },
        body: JSON.stringify({ method, params }),
      })
      return readReply(method, raw)
    },

    subscribe: (listener, onGap) => {
      let source: EventSource | undefined
      let reopen: number | undefined
      const open = (): void => {
        const stream = new EventSource(`/api/events?key=${encodeURIComponent(key ?? '')}`)
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
