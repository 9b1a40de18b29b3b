// Whether arguments that a person edited fit the tool's input schema. The schema is the server's, and hostile: it gets a
// library without a way to the network, patterns that cannot backtrack, and little time.
import * as vm from 'node:vm'
import { Ajv, type ErrorObject, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { patternSize } from '../core/policy/pattern-size.ts'
import { regex } from '../core/policy/regex-engine.ts'
import { maxJsonDepth } from '../core/wire/limits.ts'
import type { SchemaProblem } from '../core/wire/ui-contract.ts'

export type EditCheck = {
  problems: SchemaProblem[]
  /** Why the schema, or a part of it, says nothing about them: a sentence. */
  unchecked?: string
}

type Schema = Record<string, unknown>

/** Longer than the schema of any tool; what the broker is sent at most (core/wire/broker-contract.ts). */
const maxSchemaLength = 64 * 1024
const maxPatternSize = 10_000
const mostProblems = 20
const longestMessage = 300
/** Making the check and doing it, in milliseconds: a schema can be made that takes longer than the sun will shine. */
const patienceMs = 500

const unusable =
  'The schema that the server gave for this tool cannot be used, so the edited arguments were not checked.'
const tooSlow =
  'Checking by the schema that the server gave for this tool took too long, so the edited arguments were not checked.'
const none = 'The server gave no schema for this tool, so the edited arguments were not checked.'
const partly = 'The schema that the server gave has patterns that cannot be tested; those were not checked.'

/** Edited arguments must be JSON of the depth a client could send. What cannot be checked is said, and is no problem. */
export function checkEdit(inputSchema: Schema | undefined, edited: Record<string, unknown>): EditCheck {
  const bad = notJson(edited, '', 1)
  if (bad) return { problems: [bad] }
  if (!inputSchema) return { problems: [], unchecked: none }
  // On the way to here it was JSON; as a text its size is known, and nothing of ours is changed.
  const text = JSON.stringify(inputSchema)
  if (text.length > maxSchemaLength) return { problems: [], unchecked: unusable }
  try {
    return inTime(() => check(text, edited))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return { problems: [], unchecked: code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? tooSlow : unusable }
  }
}

function check(text: string, edited: Record<string, unknown>): EditCheck {
  const skipped: string[] = []
  const options: Options = {
    strict: false,
    allErrors: true,
    logger: false,
    // A `required` that names what every object inherits is not met by that.
    ownProperties: true,
    // Formats are words here: none of them is ours to know.
    validateFormats: false,
    // References that are written out grow the code without end.
    inlineRefs: false,
    addUsedSchema: false,
    code: { regExp: Object.assign((pattern: string) => searcher(pattern, skipped), { code: 'pattern' }) },
  }
  const schema = JSON.parse(text) as Schema
  // An asynchronous check would end after we have looked.
  if (text.includes('"$async"')) throw new Error('asynchronous')
  const validate = compiled(schema, options)
  const valid = validate(edited)
  const problems = valid ? [] : (validate.errors ?? []).slice(0, mostProblems).map(problemOf)
  return { problems, ...(skipped.length === 0 ? {} : { unchecked: partly }) }
}

/** By the dialect that the schema names; MCP says 2020-12 where it names none, and older servers mean draft 7 then. */
function compiled(schema: Schema, options: Options) {
  if (/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test(String(schema['$schema']))) {
    return new Ajv(options).compile(schema)
  }
  try {
    return new Ajv2020(options).compile(schema)
  } catch (error) {
    if (schema['$schema'] !== undefined) throw error
    return new Ajv(options).compile(schema)
  }
}

/** What the library takes for a regular expression: it only tests, and names it by its text. */
function searcher(pattern: string, skipped: string[]): RegExp {
  const test = searchOf(pattern)
  if (!test) skipped.push(pattern)
  return { test: test ?? (() => true), toString: () => `/${pattern}/` } as RegExp
}

function searchOf(pattern: string): ((text: string) => boolean) | undefined {
  if (patternSize(pattern) > maxPatternSize) return undefined
  try {
    return regex(pattern)
  } catch {
    // Not RE2 syntax, as where it looks ahead.
    return undefined
  }
}

function problemOf({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject): SchemaProblem {
  const named =
    keyword === 'additionalProperties' ? [(params as { additionalProperty?: unknown }).additionalProperty] : []
  const allowed = keyword === 'enum' ? (params as { allowedValues?: unknown[] }).allowedValues : undefined
  const detail = allowed ? `: ${JSON.stringify(allowed)}` : named.map((name) => `: ${JSON.stringify(name)}`).join('')
  const whole = `${message}${detail}`
  return {
    at: instancePath,
    message: whole.length > longestMessage ? `${whole.slice(0, longestMessage).toWellFormed()}…` : whole,
  }
}

/** Runs `work` here and now, and ends it where it takes too long. */
function inTime<T>(work: () => T): T {
  const results: T[] = []
  const run = () => void results.push(work())
  vm.runInNewContext('run()', { run }, { timeout: patienceMs })
  const [result] = results
  if (result === undefined) throw new Error('it gave no result')
  return result
}

/** The first part that no JSON text could have brought: what a window sends need not be JSON. */
function notJson(value: unknown, at: string, depth: number): SchemaProblem | undefined {
  if (value === null || typeof value === 'boolean') return undefined
  if (typeof value === 'string') {
    return value.isWellFormed() ? undefined : { at, message: 'must be JSON text: it has half of a character' }
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { at, message: 'must be a number that JSON can carry' }
  }
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (typeof value !== 'object' || (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)) {
    return { at, message: 'must be JSON' }
  }
  if (depth > maxJsonDepth) return { at, message: `must not be nested deeper than ${maxJsonDepth} levels` }
  for (const [key, inner] of Object.entries(value)) {
    // As from a client: programs that read such a name make different things of it.
    if (key === '__proto__' || !key.isWellFormed()) {
      return { at, message: `must be JSON that all programs read alike: the name ${JSON.stringify(key)} is not` }
    }
    const problem = notJson(inner, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1)
    if (problem) return problem
  }
  return undefined
}
