// A policy file as people write it, shorthands and all, for the JSON Schema that editors complete and check with
// (policies/policy.schema.json, made by scripts/generate.mjs). What is in force is decided by core/policy/read-*.ts alone;
// what a schema cannot say, only they see.
import * as z from 'zod'
import { argumentPath, conditions } from './policy-text-conditions.ts'
import { fails, glob, ifThen, keys, largestNumber, oneOrMore } from './policy-text-parts.ts'
import { actions, confirmations, effects, limitGroups, otherActions } from './policy-words.ts'
import { type RiskClass, riskClasses } from './risk-class.ts'

const effect = z.enum(effects)
const duration = z.string().regex(/^(?!0+[smhd])\d{1,6}[smhd]$/)
/** Not empty; spaces around it are not counted. */
const text = (longest: number) => z.string().max(longest).regex(/\S/)

const limit = z
  .strictObject({
    max: z.number().min(0).max(largestNumber).describe('How many calls, or how much of `sum`, within the window.'),
    per: duration.describe('The rolling window, such as `1h` or `1d`, up to 7 days.'),
    sum: argumentPath.describe('The argument that is added up; without it calls are counted.').optional(),
    by: oneOrMore(z.enum(limitGroups)).describe('Keeps a count of its own for each of these.').optional(),
    then: z
      .enum(['require-approval', 'deny'])
      .describe('The effect once the limit is reached; `require-approval` unless told otherwise.')
      .optional(),
  })
  .meta({ allOf: [ifThen({ properties: { sum: false } }, { properties: { max: { type: 'integer' } } })] })

const approval = z
  .strictObject({
    timeout: duration.describe('How long the question may stay open, such as `5m`, up to 7 days.').optional(),
    confirm: z
      .enum(confirmations)
      .describe('What approving takes: a click, typing the name of the tool, or proving to the system who you are.')
      .optional(),
  })
  .meta({ minProperties: 1 })

const on = z.union([z.enum(actions), z.array(z.enum(otherActions)).min(1), z.array(z.literal('tools/call')).min(1)])
/** Through `lazy`, so that it is told once and referred to. */
const someConditions = z.lazy(() => conditions)

const isOther = {
  anyOf: [{ enum: otherActions }, { type: 'array', contains: { enum: otherActions } }],
}
const has = (key: string, schema: object | true = true) => ({
  type: 'object',
  properties: { [key]: schema },
  required: [key],
})

const rule = z
  .strictObject({
    id: z
      .string()
      .regex(/^\s*[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\s*$/)
      .describe('A name of its own for the rule, shown wherever it decides.'),
    effect: effect.describe('What becomes of the call; `deny` beats `require-approval`, which beats `allow`.'),
    tools: oneOrMore(glob).describe('The tools it is about: names or globs; `"*"` is all.').optional(),
    server: oneOrMore(glob).describe('Only these servers of those the file governs: names or globs.').optional(),
    client: oneOrMore(glob).describe('Only calls of these clients: names or globs.').optional(),
    risk: oneOrMore(z.enum(riskClasses)).describe('Only calls of these risk classes.').optional(),
    on: on
      .describe('The request it is about where that is not a tool call; conditions then look at its params.')
      .optional(),
    when: someConditions.describe('Conditions on the arguments; the rule applies only if all of them hold.').optional(),
    unless: someConditions.describe('Conditions that cancel the rule if all of them hold.').optional(),
    limit: limit.describe('How often the rule may apply before it turns stricter.').optional(),
    hide: z.literal(true).describe('Also leaves the tools out of the list the client is shown.').optional(),
    redact: oneOrMore(argumentPath).describe('Arguments that are kept out of the audit log.').optional(),
    reason: text(2000).describe('Why, in your words; the model reads this.').optional(),
    approval: approval.describe('How a person is asked.').optional(),
  })
  .meta({
    allOf: [
      ifThen(has('effect', { const: 'deny' }), fails('limit', 'approval')),
      ifThen(has('effect', { const: 'require-approval' }), { properties: { limit: has('then', { const: 'deny' }) } }),
      ifThen(
        {
          ...has('effect', { const: 'allow' }),
          not: has('limit', { type: 'object', properties: { then: { const: 'require-approval' } } }),
        },
        fails('approval'),
      ),
      ifThen(has('hide'), {
        properties: { effect: { const: 'deny' }, ...fails('when', 'unless', 'risk', 'limit').properties },
      }),
      ifThen(has('on', isOther), fails('tools', 'risk', 'hide', 'limit'), has('tools')),
    ],
  })

const parties = {
  server: text(200).describe('The server it is made to; the one the file governs if left out.').optional(),
  client: text(200).describe('The client that makes it; `example` if left out.').optional(),
}
const anyObject = z.looseObject({})
const call = z.union([
  text(2000),
  z.strictObject({
    tool: text(2000).describe('The name of the tool.'),
    arguments: anyObject.describe('The arguments of the call; none if left out.').optional(),
    ...parties,
  }),
  z.strictObject({
    on: z.literal('resources/read').describe('The method of the request.'),
    params: z.looseObject({ uri: z.string().describe('The resource.') }).describe('The params of the request.'),
    ...parties,
  }),
  z.strictObject({
    on: z.literal('prompts/get').describe('The method of the request.'),
    params: z.looseObject({ name: z.string().describe('The prompt.') }).describe('The params of the request.'),
    ...parties,
  }),
  z.strictObject({
    on: z.enum(['sampling/createMessage', 'elicitation/create']).describe('The method of the request.'),
    params: anyObject.describe('The params of the request.').optional(),
    ...parties,
  }),
])

const test = z.strictObject({
  name: text(200).describe('What the test shows.').optional(),
  call: call.describe('The call: the name of a tool, or a map with its arguments.'),
  expect: z.enum(['allow', 'deny', 'hold']).describe('What must become of it; `hold` is waiting for a person.'),
  rule: text(200).describe('The id of a rule of this file that must have decided.').optional(),
  exhausted: oneOrMore(z.string().min(1)).describe('Ids of rules whose limits count as used up.').optional(),
})

const aboutRisk: Record<RiskClass | '*', string> = {
  read: 'Calls that only look.',
  write: 'Calls that create or change something.',
  destructive: 'Calls that delete or overwrite.',
  execute: 'Calls that run programs or code.',
  network: 'Calls that reach other machines.',
  credentials: 'Calls that touch keys and passwords.',
  money: 'Calls that pay or transfer.',
  unknown: 'Calls of which nothing is known.',
  '*': 'All risk classes that are not named.',
}
const defaults = z.union([
  effect,
  z
    .strictObject(keys([...riskClasses, '*'] as const, (risk) => effect.describe(aboutRisk[risk]).optional()))
    .meta({ minProperties: 1 }),
])

const policyText = z
  .strictObject({
    version: z.literal(1).describe('The version of the policy language.'),
    name: text(200).describe('What the file is called where people see it.').optional(),
    server: oneOrMore(glob).describe('The servers it governs: names or globs; all of them if left out.').optional(),
    default: defaults
      .describe('What becomes of calls that no rule names: one effect, or one for each risk class.')
      .optional(),
    rules: z.array(rule).describe('The rules; their order never matters.').optional(),
    tests: z.array(test).describe('Calls and what must become of them, for `countersign policy test`.').optional(),
  })
  .meta({
    title: 'Countersign policy',
    description: 'Which tool calls are fine, which need a look, and which never happen.',
  })

/** The JSON Schema (2020-12) of a policy file. */
export function policyJsonSchema(): object {
  const { $schema, title, description, ...schema } = z.toJSONSchema(policyText, { target: 'draft-2020-12' })
  return { $schema, $id: 'urn:countersign:policy:1', title, description, ...schema }
}
