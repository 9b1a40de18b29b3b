// One entry of a Claude Code permission list. Claude Code names an MCP tool `mcp__SERVER__TOOL`, with `_` for every
// character of either name that is no letter, digit, `-` or `_`, and takes the first `__` after `mcp__` for the separator.

export type Pattern = { readonly server: string; readonly tools: string }

export type Entry =
  /** `patterns`: globs over our names; of several, each. */
  | { readonly kind: 'mcp'; readonly patterns: readonly Pattern[]; readonly remark?: string }
  /** About another tool of Claude Code, not about MCP. */
  | { readonly kind: 'other' }
  /** About MCP, but not to be taken over; Claude Code itself makes nothing of it either. */
  | { readonly kind: 'idle'; readonly why: string }

const prefix = 'mcp__'
const nameParts = /^[A-Za-z0-9_*-]+$/

/** `milder`: the entry allows. Then it means the names as written; otherwise everything that could be meant. */
export function readEntry(text: string, milder: boolean): Entry {
  const [, name = '', specifier] = /^([^(]*)(\(.*)?$/s.exec(text.trim()) ?? []
  if (!mayBeMcp(name)) return { kind: 'other' }
  if (milder && specifier !== undefined) return { kind: 'idle', why: 'Claude Code skips MCP rules with parentheses' }
  const remark =
    specifier === undefined
      ? undefined
      : 'Claude Code skips MCP rules with parentheses; here it is about the whole tool'
  if (!nameParts.test(name)) return { kind: 'idle', why: 'no MCP tool can have this name in Claude Code' }
  const patterns = milder ? allowed(name) : covered(name)
  if (patterns === undefined)
    return {
      kind: 'idle',
      why: 'Claude Code allows MCP tools only by `mcp__SERVER`, `mcp__SERVER__TOOL` or `mcp__SERVER__*`',
    }
  return { kind: 'mcp', patterns, ...(remark === undefined ? {} : { remark }) }
}

/** Names that begin as MCP tools do, and globs that could become one. */
function mayBeMcp(name: string): boolean {
  const star = name.indexOf('*')
  const head = star < 0 ? name : name.slice(0, star)
  return head.startsWith(prefix) || (star >= 0 && prefix.startsWith(head))
}

function allowed(name: string): readonly Pattern[] | undefined {
  const [, server, tools = '*'] = /^mcp__((?:(?!__)[^*])+)(?:__(.+))?$/.exec(name) ?? []
  return server === undefined ? undefined : [{ server, tools: tools.replace(/\*+/g, '*') }]
}

function covered(name: string): readonly Pattern[] {
  if (!name.startsWith(prefix)) return [{ server: '*', tools: '*' }]
  const rest = name.slice(prefix.length)
  const star = rest.indexOf('*')
  const separator = rest.indexOf('__')
  if (star >= 0 && (separator < 0 || star <= separator + 1)) {
    // The star may reach over the separator, so only the ends are certain.
    const server = rest.slice(0, star).replace(/_+$/, '')
    const end = rest.slice(rest.lastIndexOf('*') + 1)
    return [
      {
        server: `${anyFor(server)}*`,
        tools: `*${anyFor(end.slice(end.lastIndexOf('__') < 0 ? 0 : end.lastIndexOf('__') + 2))}`,
      },
    ]
  }
  if (separator < 0) return [{ server: anyFor(rest), tools: '*' }]
  // Either name can hold `__` itself.
  const patterns: Pattern[] = [{ server: anyFor(rest), tools: '*' }]
  for (let at = separator; at >= 0; at = rest.indexOf('__', at + 1)) {
    const server = rest.slice(0, at)
    const tools = rest.slice(at + 2)
    if (server !== '' && tools !== '' && !server.includes('*'))
      patterns.push({ server: anyFor(server), tools: anyFor(tools) })
  }
  return patterns.length > 1 ? patterns.slice(1) : patterns
}

/** Every name that Claude Code would write like this. Two `_` can be one character, of those that UTF-16 writes as two. */
const anyFor = (written: string): string => written.replace(/_{2,}/g, '?*').replaceAll('_', '?').replace(/\*+/g, '*')
