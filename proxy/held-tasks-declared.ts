// Whether a call may be answered by a task: only where its client asks for one, or can take one, and the server itself said
// that it gives them. Until 2025-11-25 that is said in `initialize`, since 2026-07-28 in `server/discover`.
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, isObject } from '../core/wire/governed-request.ts'
import { type Answer, idKeyOf } from './answers.ts'

/** A task that may stand for a call. `ttl`: how long the client wants it kept, in milliseconds. */
export type WantedTask = { modern: boolean; ttl?: number }

export type DeclaredTasks = {
  /** The client asks the server what it can: `initialize` or `server/discover`. */
  asked(method: 'initialize' | 'server/discover', idText: string): void
  /** Whether an answer to that is still to come. */
  pending(): boolean
  /** An answer of the server, whatever to. */
  heard(answer: Answer): void
  /** The task that may stand for this call, if one may. */
  wanted(rpc: GovernedRequest): WantedTask | undefined
}

/** The extension of 2026-07-28 (modelcontextprotocol/ext-tasks, specification/2026-07-28/tasks.md). */
const extension = 'io.modelcontextprotocol/tasks'
const clientCapabilities = 'io.modelcontextprotocol/clientCapabilities'
const maxAsked = 8

export function createDeclaredTasks(): DeclaredTasks {
  const asked = new Map<string, 'initialize' | 'server/discover'>()
  let legacy = false
  let modern = false

  return {
    asked: (method, idText) => {
      const oldest = asked.size >= maxAsked ? asked.keys().next().value : undefined
      if (oldest !== undefined) asked.delete(oldest)
      asked.set(idKeyOf(idText), method)
    },
    pending: () => asked.size > 0,
    heard: ({ idKey, value }) => {
      const method = asked.get(idKey)
      if (!asked.delete(idKey)) return
      const result = value as JsonValue | undefined // it came as JSON
      if (method === 'initialize') legacy = isObject(at(result, 'capabilities', 'tasks', 'requests', 'tools', 'call'))
      else modern = isObject(at(result, 'capabilities', 'extensions', extension))
    },
    wanted: (rpc) => {
      if (rpc.action !== 'tools/call') return undefined
      if (rpc.modern) {
        const can = isObject(at(rpc.meta, clientCapabilities, 'extensions', extension))
        return modern && can ? { modern } : undefined
      }
      if (!legacy || rpc.beside?.['task'] === undefined) return undefined
      // What stands beside the arguments can also come from beside `params`, where it asks for nothing.
      const task = at(JSON.parse(rpc.text) as JsonObject, 'params', 'task')
      if (!isObject(task)) return undefined
      const { ttl } = task
      if (ttl === undefined) return { modern: false }
      return typeof ttl === 'number' && ttl >= 0 ? { modern: false, ttl } : undefined
    },
  }
}

function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((found, key) => (isObject(found) ? found[key] : undefined), value)
}
