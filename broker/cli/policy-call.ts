// The call that `policy explain` is asked about, made from its options as a proxy would make it from a message.
import { readFileSync } from 'node:fs'
import { nearest } from '../../core/policy/nearest.ts'
import { offlineRequest } from '../../core/policy/run-tests.ts'
import type { AccessRequest } from '../../core/schema/access-request.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { actions } from '../../core/schema/policy-words.ts'
import { readRequest } from '../../core/wire/governed-request.ts'
import { PlainError, UsageError } from './command.ts'

/** What the options of the command line say of it. */
export type CallOptions = {
  server?: string | undefined
  tool?: string | undefined
  args?: string | undefined
  'args-file'?: string | undefined
  client?: string | undefined
  on?: string | undefined
  params?: string | undefined
}

/** The call, or a UsageError or PlainError that says what is wrong with it. */
export function readCall(values: CallOptions): AccessRequest {
  const { server, tool, client, on: method } = values
  if (!server) throw new UsageError('--server is missing.')
  if (method !== undefined) return otherRequest(method, server, values)
  if (values.params !== undefined) throw new UsageError('--params needs --on; the arguments of a tool are --args.')
  if (!tool) throw new UsageError('--tool is missing.')
  if (values.args !== undefined && values['args-file'] !== undefined) {
    throw new UsageError('--args and --args-file exclude each other.')
  }
  const args =
    values['args-file'] === undefined
      ? jsonObject('--args', values.args ?? '{}')
      : jsonObject('--args-file', readWhole(values['args-file']))
  return offlineRequest({ action: 'tools/call', server, tool, arguments: args, ...(client ? { client } : {}) })
}

function otherRequest(
  method: string,
  server: string,
  { tool, args, client, params = '{}' }: CallOptions,
): AccessRequest {
  const action = actions.find((one) => one === method)
  if (action === undefined) {
    const meant = nearest(method, actions)
    const hint = meant === undefined ? `It is one of ${actions.join(', ')}.` : `Did you mean ${meant}?`
    throw new UsageError(`No rule can be about ${JSON.stringify(method)}. ${hint}`)
  }
  if (tool !== undefined || args !== undefined) {
    throw new UsageError('--on goes with --params, not with --tool and --args.')
  }
  const message = { jsonrpc: '2.0', id: 1, method, params: jsonObject('--params', params) }
  const read = readRequest(action, message, '1', JSON.stringify(message))
  if (!read.ok) throw new UsageError(`No server is sent that: ${read.problem}.`)
  const { request } = read
  return offlineRequest({
    action,
    server,
    tool: request.tool,
    arguments: request.arguments,
    ...(client ? { client } : {}),
  })
}

function jsonObject(option: string, text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${option} is no JSON: ${(error as Error).message}.`)
  }
  if (isObject(value)) return value
  throw new UsageError(`${option} needs a JSON object such as {"path": "notes.txt"}.`)
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readWhole(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new PlainError(`${file} cannot be read: ${(error as Error).message}`)
  }
}
