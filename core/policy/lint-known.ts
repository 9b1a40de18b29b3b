// Which tools the servers of a rule are known to have: from the catalogue by alias, and from what was seen. Checks that
// need to know say nothing where a server could be one that nobody knows.
import { type CataloguedTool, serverByAlias, serverById } from '../risk/catalogue.ts'
import type { PolicyFile, PolicyRule } from '../schema/policy.ts'
import { compileGlobs, isLiteral } from './glob.ts'

/** Names of tools by server alias, as they were seen in calls or tool lists. */
export type SeenTools = ReadonlyMap<string, readonly string[]>

export type KnownServers = {
  servers: string[]
  /** By name; `undefined` for one that was seen but is not catalogued. */
  tools: ReadonlyMap<string, CataloguedTool | undefined>
}

/**
 * The servers that a rule names without globs, within what its file governs. `undefined`: it may be about servers that
 * cannot be listed. An empty list: the rule is about none.
 */
export function literalServers(policy: PolicyFile, rule: PolicyRule): string[] | undefined {
  const narrowed = rule.servers ?? ['*']
  const [listed, other] = narrowed.every(isLiteral) ? [narrowed, policy.servers] : [policy.servers, narrowed]
  return listed.every(isLiteral) ? [...new Set(listed)].filter(compileGlobs(other)) : undefined
}

/** Tells the tools of a rule's servers; `undefined` unless every one of the servers is known. */
export function knownFinder(seen?: SeenTools): (policy: PolicyFile, rule: PolicyRule) => KnownServers | undefined {
  const remembered = new Map<string, KnownServers | undefined>()
  return (policy, rule) => {
    const servers = literalServers(policy, rule)
    if (!servers || servers.length === 0) return undefined
    const key = JSON.stringify(servers)
    if (!remembered.has(key)) remembered.set(key, toolsOf(servers, seen))
    return remembered.get(key)
  }
}

function toolsOf(servers: string[], seen: SeenTools | undefined): KnownServers | undefined {
  const tools = new Map<string, CataloguedTool | undefined>()
  for (const alias of servers) {
    const catalogued = catalogueTools(alias)
    const names = seen?.get(alias) ?? []
    if (catalogued.size === 0 && names.length === 0) return undefined
    for (const name of names) if (!tools.has(name)) tools.set(name, undefined)
    for (const [name, tool] of catalogued) tools.set(name, tool)
  }
  return { servers, tools }
}

/** The tools of every server that goes by this alias: a renamed one and its older package may both be in use. */
function catalogueTools(alias: string): Map<string, CataloguedTool> {
  const tools = new Map<string, CataloguedTool>()
  const id = serverByAlias(alias)?.id.replace(/-npm$/, '')
  if (id === undefined) return tools
  for (const server of [serverById(id), serverById(`${id}-npm`)]) {
    for (const [name, tool] of Object.entries(server?.tools ?? {})) tools.set(name, both(tools.get(name), tool))
  }
  return tools
}

function both(one: CataloguedTool | undefined, other: CataloguedTool): CataloguedTool {
  if (one === undefined) return other
  const { arguments: names, ...rest } = one
  return names && other.arguments ? { ...rest, arguments: [...names, ...other.arguments] } : rest
}
