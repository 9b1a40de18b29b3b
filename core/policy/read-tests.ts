// Reading `tests:`, the examples a file brings along: a call, and what must become of it.
import type { JsonObject } from '../schema/json.ts'
import type { PolicyRule } from '../schema/policy.ts'
import type { PolicyTestCase } from '../schema/policy-test.ts'
import { type OtherAction, otherActions } from '../schema/policy-words.ts'
import type { Located, LocatedEntry, Place, Reporter } from './located.ts'
import { code, didYouMean, knownEntries, readJson, readText, readTexts, readWord, wrong } from './read-values.ts'

const testKeys = ['name', 'call', 'expect', 'rule', 'exhausted'] as const
const toolKeys = ['tool', 'arguments', 'server', 'client'] as const
const actionKeys = ['on', 'params', 'server', 'client'] as const
const kinds = ['allow', 'deny', 'hold'] as const
const maxName = 200
const maxText = 2000

type Call = Pick<PolicyTestCase, 'action' | 'tool' | 'server' | 'client' | 'arguments'>

/** `rules`: those of the same file, which tests may name. */
export function readTests({ value }: LocatedEntry, rules: readonly PolicyRule[], report: Reporter): PolicyTestCase[] {
  if (value.kind !== 'list') {
    wrong(value, '`tests`', 'a list', report, value.kind === 'map' ? 'Begin each test with `- `.' : undefined)
    return []
  }
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const cases: PolicyTestCase[] = []
  for (const item of value.items) {
    if (report.full) break
    const one = readTest(item, byId, report)
    if (one) cases.push(one)
  }
  return cases
}

function readTest(item: Located, rules: ReadonlyMap<string, PolicyRule>, report: Reporter): PolicyTestCase | undefined {
  if (item.kind !== 'map') return wrong(item, 'A test', 'a map', report, 'For example `{ call: x, expect: deny }`.')
  const found = knownEntries(item, 'a test', testKeys, report)
  for (const key of ['call', 'expect'] as const) if (!found[key]) report.error(item, `The test has no ${code(key)}`)
  const name = found.name && readText(found.name, maxName, report)
  const call = found.call && readCall(found.call, report)
  const expect = found.expect && readWord(found.expect.value, '`expect`', kinds, report)
  const rule = found.rule && readRuleId(found.rule, rules, report)
  const exhausted = found.exhausted ? readExhausted(found.exhausted, rules, report) : []
  if (!call || !expect || !exhausted) return undefined
  return {
    line: item.line,
    ...(name === undefined ? {} : { name }),
    ...call,
    expect,
    ...(rule === undefined ? {} : { rule }),
    exhausted,
  }
}

function readCall(entry: LocatedEntry, report: Reporter): Call | undefined {
  const { value } = entry
  if (value.kind === 'text') {
    const tool = readText(entry, maxText, report)
    return tool === undefined ? undefined : { action: 'tools/call', tool, arguments: {} }
  }
  if (value.kind !== 'map') return wrong(value, '`call`', 'the name of a tool or a map', report)
  return value.entries.some(({ key }) => key === 'on') ? readAction(value, report) : readToolCall(value, report)
}

function readToolCall(value: Extract<Located, { kind: 'map' }>, report: Reporter): Call | undefined {
  const found = knownEntries(value, '`call`', toolKeys, report)
  if (!found.tool) report.error(value, '`call` has no `tool`', 'For another request than a tool call write `on`.')
  const tool = found.tool && readText(found.tool, maxText, report)
  const args = readObject(found.arguments, report)
  if (tool === undefined || !args) return undefined
  return { action: 'tools/call', tool, ...readParties(found, report), arguments: args }
}

function readAction(value: Extract<Located, { kind: 'map' }>, report: Reporter): Call | undefined {
  const found = knownEntries(value, '`call`', actionKeys, report)
  const action = found.on && readWord(found.on.value, '`on`', otherActions, report)
  const params = readObject(found.params, report)
  if (!action || !params) return undefined
  const naming = nameIn[action]
  const named = naming === undefined ? action : params[naming]
  if (typeof named !== 'string') {
    const at = found.params?.value ?? value
    report.error(at, `${code(action)} needs a text as ${code(String(naming))} in its \`params\``)
    return undefined
  }
  return { action, tool: named, ...readParties(found, report), arguments: params }
}

/** Which of the params says what the request is about. */
const nameIn: Record<OtherAction, string | undefined> = {
  'resources/read': 'uri',
  'prompts/get': 'name',
  'sampling/createMessage': undefined,
  'elicitation/create': undefined,
}

function readParties(
  { server, client }: { server?: LocatedEntry; client?: LocatedEntry },
  report: Reporter,
): Pick<Call, 'server' | 'client'> {
  const serverName = server && readText(server, maxName, report)
  const clientName = client && readText(client, maxName, report)
  return {
    ...(serverName === undefined ? {} : { server: serverName }),
    ...(clientName === undefined ? {} : { client: clientName }),
  }
}

function readObject(entry: LocatedEntry | undefined, report: Reporter): JsonObject | undefined {
  if (!entry) return {}
  if (entry.value.kind !== 'map') return wrong(entry.value, code(entry.key), 'a map', report)
  const object = readJson(entry.value, report)
  return typeof object === 'object' && object !== null && !Array.isArray(object) ? object : undefined
}

function readRuleId(entry: LocatedEntry, rules: ReadonlyMap<string, PolicyRule>, report: Reporter): string | undefined {
  const id = readText(entry, maxName, report)
  if (id === undefined || rules.has(id)) return id
  noSuchRule(id, entry.value, rules, report)
  return undefined
}

function readExhausted(
  entry: LocatedEntry,
  rules: ReadonlyMap<string, PolicyRule>,
  report: Reporter,
): string[] | undefined {
  const texts = readTexts(entry, 'the id of a rule, or a list of them', report)
  if (!texts) return undefined
  for (const { text, at } of texts) {
    const rule = rules.get(text)
    if (!rule) noSuchRule(text, at, rules, report)
    else if (!rule.limit) report.error(at, `The rule ${code(text)} has no \`limit\` that could be exhausted`)
  }
  return texts.map(({ text }) => text)
}

/** More than this many ids are not searched for the nearest. */
const fewIds = 200

function noSuchRule(id: string, at: Place, rules: ReadonlyMap<string, PolicyRule>, report: Reporter): void {
  if (report.full) return
  const near = rules.size > fewIds ? undefined : didYouMean(id, [...rules.keys()])
  report.error(at, `The file has no rule ${code(id)}`, near)
}
