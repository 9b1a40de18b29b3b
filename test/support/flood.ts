// Many agents gone mad at once: real proxies, each before a witness of its own, sending held calls as fast as they are told to.
import { proxied } from './countersign.ts'
import { type RawClient, startRaw } from './raw-client.ts'
import { createWitness, type Witness } from './witness.ts'

export type Flood = {
  /** Sends `calls` different calls through each proxy, spread over `ms`. Resolves once all are sent. */
  send(calls: number, ms: number): Promise<void>
  /** How many answers there were so far, by what they decide (`too-many`, `released`, `refused`...). */
  answers(): Record<string, number>
  /** Resolves once so many answers have come, all proxies together. */
  answered(count: number): Promise<void>
  /** One of the answers, to see what is wrong with them. */
  sample(): string | undefined
  /** Calls that reached a witness, which none may. */
  forwarded(): number
  pids(): number[]
  stop(): Promise<void>
}

/** How often a proxy's agent gets to send, in milliseconds, when it spreads its calls. */
const tickMs = 100

export async function startFlood(proxies: number, env: Record<string, string>): Promise<Flood> {
  const agents: { client: RawClient; witness: Witness }[] = []
  for (let number = 1; number <= proxies; number++) {
    const witness = createWitness()
    // Longer than the flood: what is held stays held.
    const command = proxied(witness.command, ['--hold-budget', '600'])
    command[command.indexOf('--server') + 1] = `server-${number}`
    agents.push({ client: startRaw(command, { env: { ...env, ...witness.env }, timeoutMs: 60_000 }), witness })
  }
  const clientInfo = { name: 'flood', version: '1' }
  const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
  await Promise.all(agents.map(({ client }) => client.request('initialize', initialize, 'start')))

  const decisionOf = (message: unknown): string | undefined => {
    const { id, result } = (message ?? {}) as {
      id?: unknown
      result?: { isError?: boolean; _meta?: Record<string, { decision?: string }> }
    }
    if (typeof id !== 'number') return undefined
    return result?._meta?.['dev.countersign/decision']?.decision ?? 'answered by the server'
  }
  let sent = 0
  const all = (): string[] =>
    agents.flatMap(({ client }) => client.lines.flatMap(({ message }) => decisionOf(message) ?? []))

  return {
    send: async (calls, ms) => {
      const ticks = Math.max(1, Math.round(ms / tickMs))
      for (let tick = 0; tick < ticks; tick++) {
        const upTo = Math.round((calls * (tick + 1)) / ticks)
        const from = Math.round((calls * tick) / ticks)
        for (const { client } of agents) {
          for (let number = from; number < upTo; number++) {
            const params = { name: 'write_note', arguments: { text: `call ${sent + number}`, path: `/tmp/${number}` } }
            client.send({ jsonrpc: '2.0', id: sent + number, method: 'tools/call', params })
          }
        }
        if (ticks > 1) await new Promise((resolve) => setTimeout(resolve, tickMs))
      }
      sent += calls
    },
    answers: () => {
      const counts: Record<string, number> = {}
      for (const decision of all()) counts[decision] = (counts[decision] ?? 0) + 1
      return counts
    },
    answered: async (count) => {
      const started = all().length
      if (started >= count) return
      // Each line taken here is one answer: whichever proxy it comes from.
      let have = 0
      await new Promise<void>((resolve, reject) => {
        for (const { client } of agents) {
          const take = (): void => {
            client
              .next(({ message }) => decisionOf(message) !== undefined)
              .then(
                () => {
                  have += 1
                  if (have >= count) resolve()
                  else take()
                },
                (error: Error) => (have >= count ? undefined : reject(error)),
              )
          }
          take()
        }
      })
    },
    sample: () => agents[0]?.client.lines.find(({ message }) => decisionOf(message) !== undefined)?.text,
    forwarded: () => agents.reduce((sum, { witness }) => sum + witness.calls().length, 0),
    pids: () => agents.flatMap(({ client }) => client.pid ?? []),
    stop: async () => {
      for (const { client } of agents) client.end()
      await Promise.all(agents.map(({ client }) => client.closed))
      for (const { witness } of agents) witness.remove()
    },
  }
}
