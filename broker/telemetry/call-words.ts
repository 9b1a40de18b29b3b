// What spans and records of one call have in common: what it is about, in attributes and in words.
import type { Attributes } from '@opentelemetry/api'
import type { Action } from '../../core/schema/policy-words.ts'
import { own, standard } from './names.ts'

export type CallWords = {
  call: string
  session: string
  client: string
  server: string
  action: Action
  /** The tool, or what another action names: a prompt, a resource; the action itself where it names nothing. */
  tool: string
}

/** What a log record says. */
export type Said = { severity: 'INFO' | 'WARN' | 'ERROR'; body: string; attributes?: Attributes }

/** A name in the middle of a sentence or of a span's name is not read as a sentence. */
const longestShown = 200

/** Attributes without a value are left out. */
export const present = (values: Attributes): Attributes =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null))

/** A name as others wrote it, safe to stand in a line of text: what is not plain is written as JSON would. */
export function shown(name: string): string {
  const short = name.length > longestShown ? `${name.slice(0, longestShown).toWellFormed()}…` : name
  return /^[\p{L}\p{N} _./:@#+-]+$/u.test(short) ? short : JSON.stringify(short)
}

/** The address of a resource is an argument like any other: it is told with content only. */
export function callAttributes(
  { call, session, client, server, action, tool }: CallWords,
  content: boolean,
): Attributes {
  return present({
    [standard.method]: action,
    [standard.tool]: action === 'tools/call' ? tool : undefined,
    [standard.operation]: action === 'tools/call' ? standard.executeTool : undefined,
    [standard.prompt]: action === 'prompts/get' ? tool : undefined,
    [standard.resourceUri]: action === 'resources/read' && content ? tool : undefined,
    [standard.session]: session,
    [own.call]: call,
    [own.client]: client,
    [own.server]: server,
  })
}

/** `{method} {target}`, as the conventions for MCP want it: a resource's address is no target, there are too many. */
export function spanName({ action, tool }: CallWords): string {
  return action === 'tools/call' || action === 'prompts/get' ? `${action} ${shown(tool)}` : action
}

/** `write_file on files for cursor` */
export function callInWords({ client, server, action, tool }: CallWords): string {
  const what = action === 'tools/call' ? shown(tool) : action === 'prompts/get' ? `the prompt ${shown(tool)}` : action
  return `${what} on ${shown(server)} for ${shown(client)}`
}
