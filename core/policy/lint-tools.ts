// Checks of what a rule names: tools nobody has, globs that could be names, servers its file does not govern, and leave
// to do what cannot be undone.
import type { CataloguedTool } from '../risk/catalogue.ts'
import { classifyTool } from '../risk/classify.ts'
import type { RiskClass } from '../schema/risk-class.ts'
import { compileGlob, isLiteral } from './glob.ts'
import { literalServers } from './lint-known.ts'
import type { Finding, LintedRule } from './lint-rule.ts'
import { oddNames } from './lint-tool-names.ts'
import { nameList } from './lint-words.ts'
import { nearest } from './nearest.ts'

const everything = /^\*+$/
const grave: readonly RiskClass[] = ['destructive', 'execute', 'money', 'credentials']

export function toolFindings(linted: LintedRule): Finding[] {
  const { policy, rule } = linted
  if (literalServers(policy, rule)?.length === 0) {
    const governed = nameList(policy.servers)
    return [
      {
        at: ['server'],
        message: `The rule never applies: its file governs ${governed}, and the rule only ${nameList(rule.servers ?? [])}`,
        suggestion: `Name a server that the file governs, or move the rule to a file for ${nameList(rule.servers ?? [])}.`,
      },
    ]
  }
  if (rule.on) return []
  const odd = oddNames(linted)
  const told = new Set(odd.map(({ at }) => at[1]))
  return [...odd, ...unknownTools(linted).filter(({ at }) => !told.has(at[1])), ...unconditional(linted)]
}

function unknownTools({ rule, known }: LintedRule): Finding[] {
  if (!known) return []
  const names = [...known.tools.keys()]
  const servers = nameList(known.servers)
  return rule.tools.flatMap((tool, index): Finding[] => {
    if (everything.test(tool)) return []
    const at = ['tools', index]
    const matched = names.filter(compileGlob(tool))
    const [only] = matched
    if (only === undefined) {
      const meant = isLiteral(tool) ? nearest(tool, names) : undefined
      const suggestion =
        meant === undefined
          ? `Known tools: ${nameList(names, 8)}. If the server is newer than this list, keep the rule.`
          : `Did you mean \`${meant}\`?`
      return [{ at, message: `No known tool of ${servers} matches \`${tool}\``, suggestion }]
    }
    // `?` is how imports write what they cannot know of a name; of several such names each has to be meant.
    if (isLiteral(tool) || tool.includes('?') || matched.length > 1) return []
    return [
      {
        at,
        message: `\`${tool}\` matches one known tool of ${servers} only: \`${only}\``,
        suggestion: `Write \`${only}\`, so that a tool that is added later is not caught by surprise.`,
      },
    ]
  })
}

/** An `allow` that asks nothing of the arguments, of tools that may do what cannot be undone. */
function unconditional({ rule, known }: LintedRule): Finding[] {
  if (rule.effect !== 'allow' || rule.when || rule.unless || rule.limit) return []
  const classes = grave.filter((risk) => rule.risk?.includes(risk) ?? true)
  if (classes.length === 0) return []
  const found = new Map<string, RiskClass>()
  for (const tool of rule.tools) {
    const matched = [...(known?.tools ?? [])].filter(([name]) => compileGlob(tool)(name))
    if (matched.length > 0) for (const [name, catalogued] of matched) found.set(name, classOf(name, catalogued))
    else if (everything.test(tool)) {
      const which = rule.risk ? `every ${classes.join(', ')} tool` : 'every tool, whatever it does'
      return [unconditionalFinding(`This allows ${which}, with any arguments`)]
    } else found.set(tool, classOf(isLiteral(tool) ? tool : tool.replace(/[*?]+/g, '_'), undefined))
  }
  const risky = [...found].filter(([, risk]) => classes.includes(risk))
  if (risky.length === 0) return []
  const kinds = [...new Set(risky.map(([, risk]) => risk))].join(', ')
  const names = nameList(risky.map(([name]) => name))
  return [unconditionalFinding(`This allows ${names} (${kinds}) with any arguments`)]
}

const unconditionalFinding = (message: string): Finding => ({
  at: ['effect'],
  message,
  suggestion: 'Say in `when:` which arguments are harmless, or write `effect: require-approval`.',
})

const classOf = (tool: string, catalogued: CataloguedTool | undefined): RiskClass =>
  classifyTool(tool, undefined, { catalogued }).class
