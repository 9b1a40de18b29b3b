// Calls alike: of one tool (or of what another action names) of one server, by one client. As SQL has them.
import type { Action } from '../../core/schema/policy-words.ts'
import type { Db } from './driver.ts'
import { namesOf } from './names.ts'

export type Alike = { client: string; server: string; action: Action; tool: string }

/** Parameters of `isAlike`. `action` is null for `tools/call`, as in the table. */
export type AlikeIds = { client: number; server: number; tool: number; action: number | null }

/** Nothing where no call can be alike: one of the words is in no row. */
export function alikeIds(db: Db, { client, server, tool, action }: Alike): AlikeIds | undefined {
  const names = namesOf(db)
  const [clientId, serverId, toolId] = [names.find(client), names.find(server), names.find(tool)]
  const actionId = action === 'tools/call' ? null : names.find(action)
  if (clientId === undefined || serverId === undefined || toolId === undefined || actionId === undefined)
    return undefined
  return { client: clientId, server: serverId, tool: toolId, action: actionId }
}

/** The condition on a row of `call` by that name; for the indexes call_alike and call_asked, in which rows stand by time. */
export const isAlike =
  'call.tool = @tool AND call.server = @server AND call.client = @client AND call.action IS @action'
