// Carries the broker's events to open pages as server-sent events. A page that does not keep up is cut off instead of
// being buffered for: it comes back and takes a fresh snapshot.
import type { ServerResponse } from 'node:http'
import type { UiApi } from '../host-contract.ts'

export type EventStreams = {
  /** Answers with a stream of all events from now on. False, and untouched, where too many are open already. */
  open(response: ServerResponse, headers: Record<string, string>): boolean
  /** Ends all streams. */
  stop(): void
}

const maxStreams = 50
/** Bytes that may wait for one page: some dozens of cards. */
const maxWaiting = 4 * 1024 * 1024
/** Keeps proxies and sleeping network stacks from dropping an idle stream, in milliseconds. */
const heartbeatMs = 15_000

export function createEventStreams(api: UiApi): EventStreams {
  const streams = new Set<ServerResponse>()
  const send = (response: ServerResponse, text: string) => {
    response.write(text)
    if (response.writableLength > maxWaiting) response.destroy()
  }
  const heartbeat = setInterval(() => {
    for (const response of streams) send(response, ': alive\n\n')
  }, heartbeatMs)
  heartbeat.unref()

  return {
    open: (response, headers) => {
      if (streams.size >= maxStreams) return false
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      // Subscribed before the page can see the stream open: whatever happens after that moment reaches it.
      const unsubscribe = api.subscribe((envelope) => send(response, `data: ${JSON.stringify(envelope)}\n\n`))
      streams.add(response)
      response.once('close', () => {
        unsubscribe()
        streams.delete(response)
      })
      response.write('retry: 2000\n\n')
      return true
    },
    stop: () => {
      clearInterval(heartbeat)
      for (const response of streams) response.end()
    },
  }
}
