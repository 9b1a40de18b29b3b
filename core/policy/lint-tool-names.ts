// Names of tools as other programs write them: with the server before it, as a regular expression, or with spaces around.
// No tool is called so here, and a rule about none is a rule that does nothing.
import { serverByAlias } from '../risk/catalogue.ts'
import { compileGlob } from './glob.ts'
import { literalServers } from './lint-known.ts'
import type { Finding, LintedRule } from './lint-rule.ts'
import { entryText } from './lint-words.ts'

export function oddNames(linted: LintedRule): Finding[] {
  const { rule, known } = linted
  return rule.tools.flatMap((tool, index): Finding[] => {
    if ([...(known?.tools.keys() ?? [])].some(compileGlob(tool))) return []
    const odd = withSpaces(tool) ?? asPattern(tool) ?? withServer(tool, linted)
    return odd ? [{ at: ['tools', index], ...odd }] : []
  })
}

type Odd = Omit<Finding, 'at'>

function withSpaces(tool: string): Odd | undefined {
  const name = tool.trim()
  if (name === tool) return undefined
  return {
    message: `The name ${JSON.stringify(tool)} has spaces around it, which count`,
    suggestion: name === '' ? 'For all tools write `tools: "*"`.' : `Write \`${name}\`.`,
  }
}

function asPattern(tool: string): Odd | undefined {
  const [, slashed, anchored] = /^\/(.+)\/[a-z]*$|^(\^.*|.*\$|\.\*.*|.*[_-]\.\*.*|.*\.\+.*)$/.exec(tool) ?? []
  const pattern = slashed ?? anchored
  if (pattern === undefined) return undefined
  const glob = pattern.replace(/^\^|\$$/g, '').replace(/\.[*+]/g, '*')
  const open = `${pattern.startsWith('^') ? '' : '*'}${glob}${pattern.endsWith('$') ? '' : '*'}`.replace(/\*+/g, '*')
  return {
    message: `\`${tool}\` is read as a name or glob, not as a regular expression`,
    suggestion: /^[\w*-]+$/.test(open)
      ? `Write \`${entryText('tools', open)}\`.`
      : 'Write the names, or a glob, in which `*` is any text.',
  }
}

function withServer(tool: string, { policy, rule }: LintedRule): Odd | undefined {
  const [, prefix, server = '', name = ''] = /^(mcp__)?([\w-]+?)(?:__|[./:])(.+)$/.exec(tool) ?? []
  if (name === '') return undefined
  const own = literalServers(policy, rule) ?? []
  if (prefix === undefined && !own.includes(server) && serverByAlias(server)?.tools[name] === undefined)
    return undefined
  return {
    message: `\`${tool}\` has the server in it; rules name tools as their server does`,
    suggestion: own.includes(server)
      ? `Write \`${entryText('tools', name)}\`.`
      : `Write \`${entryText('server', server)}\` and \`${entryText('tools', name)}\`.`,
  }
}
