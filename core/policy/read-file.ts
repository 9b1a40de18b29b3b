// From a located tree to a policy file. Everything unknown is an error: a rule half understood is worse than none.
import type { PolicyFile } from '../schema/policy.ts'
import type { PolicyTestCase } from '../schema/policy-test.ts'
import { effects } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { entryOf, type Located, type LocatedEntry, type Reporter } from './located.ts'
import { readRules } from './read-rule.ts'
import { readTests } from './read-tests.ts'
import { code, knownEntries, readGlobs, readText, readWord, wrong } from './read-values.ts'

const fileKeys = ['version', 'name', 'server', 'default', 'rules', 'tests'] as const
const maxName = 200

/** The policy of a file and its tests. Only to be used if nothing was reported: what was wrong is left out of it. */
export function readPolicyFile(root: Located, report: Reporter): { policy: PolicyFile; tests: PolicyTestCase[] } {
  const policy: PolicyFile = { version: 1, servers: ['*'], defaults: {}, rules: [] }
  if (root.kind !== 'map') {
    const message = root.kind === 'nothing' ? 'The file is empty' : 'A policy file must be a map'
    report.error(root, `${message}; it must at least say \`version: 1\``)
    return { policy, tests: [] }
  }
  const { version, name, server, rules, tests, ...rest } = knownEntries(root, 'a policy file', fileKeys, report)
  if (!version) report.error(root, '`version` is missing', 'Add `version: 1`.')
  else if (version.value.kind !== 'number' || version.value.value !== 1) wrong(version.value, '`version`', '1', report)
  const servers = server && readGlobs(server, report)
  const title = name && readText(name, maxName, report)
  if (rest.default) policy.defaults = readDefaults(rest.default, report)
  if (title !== undefined) policy.name = title
  if (servers) policy.servers = servers
  if (rules) policy.rules = readRules(rules, report)
  return { policy, tests: tests ? readTests(tests, policy.rules, report) : [] }
}

/**
 * The servers a broken file surely governs; `['*']` when that is in doubt, because whatever the file was to forbid must
 * stay forbidden.
 */
export function governedServers(root: Located | undefined, report: Reporter): string[] {
  if (root?.kind !== 'map') return ['*']
  const named = root.entries.filter((entry) => entry.key.toLowerCase().startsWith('serv'))
  const entry = entryOf(root, 'server')
  if (!entry || named.length !== 1) return ['*']
  const before = report.diagnostics.length
  const servers = readGlobs(entry, report)
  report.diagnostics.length = before
  return servers ?? ['*']
}

function readDefaults({ value }: LocatedEntry, report: Reporter): PolicyFile['defaults'] {
  if (value.kind === 'text') {
    const effect = readWord(value, '`default`', effects, report)
    return effect ? { '*': effect } : {}
  }
  if (value.kind !== 'map' || value.entries.length === 0) {
    wrong(value, '`default`', 'an effect or a map from risk classes to effects', report)
    return {}
  }
  const classes = [...riskClasses, '*'] as const
  const entries = knownEntries(value, '`default`', classes, report)
  const defaults: PolicyFile['defaults'] = {}
  for (const risk of classes) {
    const entry = entries[risk]
    const effect = entry && readWord(entry.value, `The default for ${code(risk)}`, effects, report)
    if (effect) defaults[risk] = effect
  }
  return defaults
}
