// The person at a broker double: asked in turn, answering when the test says so.
import { expect } from 'vitest'
import type { BrokerDouble } from './broker-double.ts'
import { startBrokerDouble } from './broker-double.ts'

export type Person = {
  broker: BrokerDouble
  /** What was asked for, in order. */
  asked: Record<string, unknown>[]
  nth(n: number): Promise<Record<string, unknown>>
  reply(n: number, result: unknown): Promise<void>
  /** Why calls were taken back. */
  cancels(): Record<string, unknown>[]
}

export const approved = (more: object = {}) => ({ outcome: 'approved', approval: 'a', by: 'ada', ...more })

export async function startPerson(home: string, sign: (text: string) => string): Promise<Person> {
  const asked: Record<string, unknown>[] = []
  const replies: ((result: unknown) => void)[] = []
  const broker = await startBrokerDouble(home, sign, (heard) => {
    if (heard.method !== 'approval.request') return {}
    asked.push(heard.params)
    return new Promise((resolve) => replies.push(resolve))
  })
  const nth = async (n: number) => {
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(n)
    return asked[n] ?? {}
  }
  return {
    broker,
    asked,
    nth,
    reply: async (n, result) => {
      await nth(n)
      replies[n]?.(result)
    },
    cancels: () => broker.heard.flatMap(({ method, params }) => (method === 'approval.cancel' ? [params] : [])),
  }
}
