// Keeps at most one link to the broker: made when first needed, made again after a loss, never waited for by a call
// that needs no person.
import * as fs from 'node:fs'
import type { BrokerLink, LinkOptions } from './broker-link.ts'
import { log } from './log.ts'
import type { TrustedKey } from './policy-source.ts'

export type BrokerClient = {
  /** The link, made if need be; or the sentence that says why there is none. */
  link(): Promise<{ ok: true; link: BrokerLink } | { ok: false; problem: string }>
  /** Rings if connected; else tries to connect in the background, at most every two seconds. */
  ring(): void
  close(): void
}

const retryMs = 2_000
const ringDelayMs = 20

export function createBrokerClient(
  options: Omit<LinkOptions, 'publicKey' | 'onClose'>,
  trusted: () => TrustedKey,
  now: () => number,
): BrokerClient {
  let current: Promise<{ ok: true; link: BrokerLink } | { ok: false; problem: string }> | undefined
  let open: BrokerLink | undefined
  let lastTry = Number.NEGATIVE_INFINITY
  let ringing: NodeJS.Timeout | undefined
  let ended = false
  let lastProblem = ''

  const connect = async () => {
    lastTry = now()
    if (process.platform !== 'win32' && !fs.existsSync(options.socket)) {
      return { ok: false as const, problem: 'Countersign is not running' }
    }
    const key = trusted()
    if (!key.ok) return key
    try {
      const { openBrokerLink } = await import('./broker-link.ts')
      const link = await openBrokerLink({
        ...options,
        publicKey: key.key,
        onClose: () => {
          open = undefined
          current = undefined
        },
      })
      open = link
      if (ended) link.close()
      return { ok: true as const, link }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const absent = code === 'ECONNREFUSED' || code === 'ENOENT'
      return { ok: false as const, problem: absent ? 'Countersign is not running' : message }
    }
  }

  const link = async () => {
    current ??= connect()
    const attempt = current
    const result = await attempt
    if (!result.ok) {
      if (current === attempt) current = undefined
      if (result.problem !== lastProblem) log(result.problem)
      lastProblem = result.problem
    } else lastProblem = ''
    return result
  }

  return {
    link,
    ring: () => {
      if (ended || ringing) return
      ringing = setTimeout(() => {
        ringing = undefined
        if (open) open.ring()
        else if (now() - lastTry >= retryMs) {
          link().then(
            (result) => {
              if (result.ok) result.link.ring()
            },
            (error: Error) => log(error.message),
          )
        }
      }, ringDelayMs)
      ringing.unref()
    },
    close: () => {
      ended = true
      clearTimeout(ringing)
      open?.close()
    },
  }
}
