// Reads one rule of an Intercept policy. What Intercept would refuse to load, or what has another shape than it should,
// makes the rule `not-understood`: it denies until a person has looked at it.
import { describe, entryOf, type Located, type LocatedEntry, type Reporter } from '../located.ts'
import { code } from '../read-values.ts'
import { argumentPath } from './intercept-paths.ts'
import {
  type ArgumentCondition,
  type Counter,
  type InterceptRule,
  interceptOperators,
  type StateCondition,
  type Window,
  windows,
} from './intercept-policy.ts'
import { readOperand, readText, type SourceLines } from './intercept-scalars.ts'

const ruleKeys = ['name', 'action', 'rate_limit', 'conditions', 'on_deny', 'state', 'approval_timeout']
const conditionKeys = ['path', 'op', 'value']
const stateKeys = ['counter', 'window', 'increment', 'increment_from']

/** Why a rule is not understood. */
class Unclear extends Error {}

type Source = { readonly lines: SourceLines; readonly report: Reporter }

export function readRule(item: Located, lines: SourceLines, report: Reporter): InterceptRule {
  const at = { line: item.line, column: item.column }
  const source = { lines, report }
  const words = { name: '', onDeny: '' }
  try {
    if (item.kind !== 'map') throw new Unclear(`a rule must be a map, found ${describe(item)}`)
    words.name = textOf(entryOf(item, 'name'), source)
    words.onDeny = textOf(entryOf(item, 'on_deny'), source)
    onlyKnown(item, ruleKeys, 'a rule')
    return { ...at, ...words, ...readBody(item, source) }
  } catch (error) {
    if (!(error instanceof Unclear)) throw error
    return { ...at, ...words, action: 'not-understood', why: error.message }
  }
}

type Body<A = InterceptRule['action']> = A extends unknown
  ? Omit<Extract<InterceptRule, { action: A }>, 'line' | 'column' | 'name' | 'onDeny'>
  : never

function readBody(item: Located, source: Source): Body {
  const action = textOf(entryOf(item, 'action'), source) || 'evaluate'
  const rate = textOf(entryOf(item, 'rate_limit'), source)
  const conditions = entryOf(item, 'conditions')
  const state = entryOf(item, 'state')
  const counter = state && state.value.kind !== 'nothing' ? readCounter(state.value, source) : undefined
  const read = conditions ? readConditions(conditions.value, source) : []
  if (entryOf(item, 'approval_timeout') && action !== 'require_approval') {
    throw new Unclear(`\`approval_timeout\` cannot stand with the action ${code(action)}`)
  }
  if (rate !== '') {
    if (action !== 'evaluate') throw new Unclear(`\`rate_limit\` cannot stand with the action ${code(action)}`)
    if (read.length > 0 || counter) throw new Unclear('`rate_limit` cannot stand with `conditions` or `state`')
    return { action, conditions: [], state: [], counter: rateCounter(item, rate) }
  }
  switch (action) {
    case 'deny':
      if (read.length === 0) return { action }
      throw new Unclear('a rule whose action is `deny` cannot have conditions')
    case 'evaluate':
      if (read.length === 0) throw new Unclear('a rule that evaluates needs a condition')
      return {
        action,
        conditions: read.flatMap(ofArguments),
        state: read.flatMap(ofState),
        ...(counter && { counter }),
      }
    case 'require_approval': {
      if (counter || read.some((one) => 'key' in one))
        throw new Unclear('an approval that depends on a counter cannot be said')
      const timeout = textOf(entryOf(item, 'approval_timeout'), source)
      return { action, conditions: read.flatMap(ofArguments), ...(timeout === '' ? {} : { timeout }) }
    }
    default:
      throw new Unclear(`the action ${code(action)} is not known`)
  }
}

const ofArguments = (one: ArgumentCondition | StateCondition): ArgumentCondition | [] => ('key' in one ? [] : one)
const ofState = (one: ArgumentCondition | StateCondition): StateCondition | [] => ('key' in one ? one : [])

function readConditions(value: Located, source: Source): (ArgumentCondition | StateCondition)[] {
  if (value.kind === 'nothing') return []
  if (value.kind !== 'list') throw new Unclear(`\`conditions\` must be a list, found ${describe(value)}`)
  return value.items.map((item) => readCondition(item, source))
}

function readCondition(item: Located, source: Source): ArgumentCondition | StateCondition {
  if (item.kind !== 'map') throw new Unclear(`a condition must be a map, found ${describe(item)}`)
  onlyKnown(item, conditionKeys, 'a condition')
  const path = textOf(entryOf(item, 'path'), source)
  const word = textOf(entryOf(item, 'op'), source)
  const op = interceptOperators.find((one) => one === word)
  if (op === undefined) throw new Unclear(`the operator ${code(word)} is not known`)
  const value = entryOf(item, 'value')?.value ?? { kind: 'nothing', line: item.line, column: item.column }
  const list = op === 'in' || op === 'not_in'
  if (list && value.kind !== 'list') throw new Unclear(`${code(op)} needs a list, found ${describe(value)}`)
  const number = op === 'lt' || op === 'lte' || op === 'gt' || op === 'gte'
  if (number && value.kind !== 'number') throw new Unclear(`${code(op)} needs a number, found ${describe(value)}`)
  if (op === 'exists' && value.kind !== 'boolean')
    throw new Unclear(`\`exists\` needs \`true\` or \`false\`, found ${describe(value)}`)
  if (op === 'regex' && value.kind !== 'text') throw new Unclear(`\`regex\` needs a text, found ${describe(value)}`)
  const values = list && value.kind === 'list' ? value.items : [value]
  const operands = values.map((one) => readOperand(one, source.lines, source.report))
  if (!operands.every((operand) => operand !== undefined)) throw new Unclear('a value cannot be taken exactly')
  const at = { line: item.line, column: item.column }
  if (path.startsWith('state.'))
    return { ...at, key: path.slice('state.'.length), op, bound: operands[0]?.value ?? null }
  return { ...at, path: ourPath(path), op, operands }
}

function ourPath(path: string): string {
  if (!path.startsWith('args.'))
    throw new Unclear(`the path ${code(path)} begins with neither \`args.\` nor \`state.\``)
  const read = argumentPath(path.slice('args.'.length))
  if (read === undefined) throw new Unclear(`the path ${code(path)} cannot be said`)
  return read
}

function readCounter(value: Located, source: Source): Counter {
  if (value.kind !== 'map') throw new Unclear(`\`state\` must be a map, found ${describe(value)}`)
  onlyKnown(value, stateKeys, '`state`')
  const name = textOf(entryOf(value, 'counter'), source)
  if (name === '') throw new Unclear('the counter has no name')
  const from = textOf(entryOf(value, 'increment_from'), source)
  return {
    line: value.line,
    column: value.column,
    name,
    window: readWindow(textOf(entryOf(value, 'window'), source)),
    increment: readIncrement(entryOf(value, 'increment')),
    ...(from === '' ? {} : { sum: ourPath(from) }),
  }
}

function readIncrement(entry: LocatedEntry | undefined): number {
  if (!entry || entry.value.kind === 'nothing') return 1
  const { value } = entry
  if (value.kind !== 'number' || !Number.isSafeInteger(value.value)) {
    throw new Unclear(`\`increment\` must be a whole number, found ${describe(value)}`)
  }
  if (value.value < 0) throw new Unclear('a counter that counts down cannot be said')
  return value.value === 0 ? 1 : value.value
}

function rateCounter(item: Located, rate: string): Counter {
  const [, count, window = ''] = /^(\d{1,15})\/(.*)$/s.exec(rate) ?? []
  if (count === undefined || Number(count) === 0) {
    throw new Unclear(`\`rate_limit\` must look like \`5/hour\`, found ${JSON.stringify(rate.slice(0, 40))}`)
  }
  const { line, column } = entryOf(item, 'rate_limit')?.value ?? item
  return { line, column, name: `_rate_${window}`, window: readWindow(window), increment: 1, rate: Number(count) }
}

function readWindow(word: string): Window {
  if (word === 'minute' || word === 'hour' || word === 'day') return word
  throw new Unclear(
    `a window is one of ${Object.keys(windows).map(code).join(', ')}, found ${JSON.stringify(word.slice(0, 40))}`,
  )
}

function textOf(entry: LocatedEntry | undefined, { lines }: Source): string {
  if (!entry) return ''
  const text = readText(entry.value, lines)
  if (text === undefined) throw new Unclear(`${code(entry.key)} must be a text, found ${describe(entry.value)}`)
  return text
}

function onlyKnown(map: Extract<Located, { kind: 'map' }>, known: readonly string[], what: string): void {
  const strange = map.entries.find(({ key }) => !known.includes(key))
  if (strange) throw new Unclear(`nobody knows what ${code(strange.key)} means in ${what}`)
}
