// Keeps at most one link to the broker: made when a call first needs a person, made again after a loss.
import * as fs from 'node:fs'
import type { BrokerLink, LinkOptions } from './broker-link.ts'
import { log } from './log.ts'
import type { TrustedKey } from './policy-source.ts'

export type Linked = { ok: true; link: BrokerLink } | { ok: false; problem: string }

export type BrokerClient = {
  /** The link, made if need be; or the sentence that says why there is none. */
  link(): Promise<Linked>
  /** The link if there is one now. */
  linked(): BrokerLink | undefined
  close(): void
}

const notRunning = 'Countersign is not running'

export function createBrokerClient(
  options: Omit<LinkOptions, 'publicKey' | 'onClose'>,
  trusted: () => TrustedKey,
): BrokerClient {
  let current: Promise<Linked> | undefined
  let open: BrokerLink | undefined
  let ended = false
  let lastProblem = ''

  const connect = async (): Promise<Linked> => {
    if (process.platform !== 'win32' && !fs.existsSync(options.socket)) return { ok: false, problem: notRunning }
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
      return { ok: true, link }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const absent = code === 'ECONNREFUSED' || code === 'ENOENT'
      return { ok: false, problem: absent ? notRunning : message }
    }
  }

  return {
    link: async () => {
      current ??= connect()
      const trying = current
      const result = await trying
      if (!result.ok) {
        if (current === trying) current = undefined
        if (result.problem !== lastProblem) log(result.problem)
      }
      lastProblem = result.ok ? '' : result.problem
      return result
    },
    linked: () => open,
    close: () => {
      ended = true
      open?.close()
    },
  }
}
