// `when` and `unless` as people write them: argument paths, operators, and `any`, `all`, `not` around them.
import * as z from 'zod'
import { glob, largestNumber, oneOrMore } from './policy-text-parts.ts'
import { jsonTypes, type nestedOperators, type Operator } from './policy-words.ts'

const name = '[^.[\\]"*\\s]+'
const bracket = '\\[(?:\\d{1,9}|\\*|"(?:[^"\\\\]|\\\\.)*")\\]'
/** What core/policy/argument-path.ts reads, up to escapes in quoted names. */
const pathPattern = (end: string) =>
  new RegExp(
    `^(?!\\$\\.?$)(?:\\$\\.?(?=\\[)|(?:\\$\\.)?${name}${end && `|(?:\\$\\.)?\\*\\*$`})(?:${bracket}|\\.${name})*${end}$`,
  )

/** A path that leads to an argument; `**` does not. */
export const argumentPath = z.string().max(1000).regex(pathPattern(''))

const number = z.number().min(-largestNumber).max(largestNumber)
const some = z.string().min(1)
const anything = z.unknown()
const folder = some.regex(/^(?!~[^/\\])/)
const notEmpty = { minProperties: 1 }

/** What each operator does, in one sentence. */
const about: Record<Operator, string> = {
  equals: 'Holds if the value is the same JSON value; `1` is not `"1"`.',
  not_equals: 'Holds if the value is there and another one.',
  in: 'Holds if the value is one of the list.',
  not_in: 'Holds if the value is there and none of the list.',
  gt: 'Holds if the number is larger.',
  gte: 'Holds if the number is at least this.',
  lt: 'Holds if the number is smaller.',
  lte: 'Holds if the number is at most this.',
  contains: 'Holds if the text contains this text, or the array this member.',
  starts_with: 'Holds if the text starts with this.',
  ends_with: 'Holds if the text ends with this.',
  glob: 'Holds if the whole text fits; `*` is any text, `?` any one character.',
  exists: 'Holds if the argument is present (`true`) or absent (`false`).',
  inside: 'Holds if the path lies within one of these folders, links resolved.',
  outside: 'Holds if the path lies within none of these folders, links resolved.',
  matches: 'Holds if the regular expression (RE2) is found anywhere in the text; anchor it with `^` and `$`.',
  length: 'Tests the length of a text (in characters), an array or an object.',
  type: 'Holds if the value has this JSON type.',
  host: 'Tests the host of a URL, without port and user, in lower case.',
  command: 'Tests every program that a shell command line starts; all of them must pass.',
}

type Tests<O extends Operator> = Record<O, z.ZodType>
function testMap<O extends Operator>(tests: Tests<O>) {
  const entries = Object.entries<z.ZodType>(tests).map(([operator, operand]) => [
    operator,
    operand.describe(about[operator as Operator]).optional(),
  ])
  return z.strictObject(Object.fromEntries(entries) as Record<O, z.ZodOptional<z.ZodType>>).meta(notEmpty)
}

const wholeLength = z.int().min(0)
const lengthTests = testMap<(typeof nestedOperators)['length'][number]>({
  equals: wholeLength,
  not_equals: wholeLength,
  in: z.array(wholeLength).min(1),
  not_in: z.array(wholeLength).min(1),
  gt: wholeLength,
  gte: wholeLength,
  lt: wholeLength,
  lte: wholeLength,
})

type TextTests = Tests<(typeof nestedOperators)['host'][number]>
const textTests = (whole: z.ZodType, part: z.ZodType, pattern: z.ZodType): TextTests => ({
  equals: whole,
  not_equals: whole,
  in: z.array(whole).min(1),
  not_in: z.array(whole).min(1),
  starts_with: part,
  ends_with: part,
  glob: pattern,
  matches,
})

const matches = some.max(1000)
const wholeHost = some.regex(/^(?:[^/?#@\\\s:%]+|\[?[\dA-Fa-f:.]*:[\dA-Fa-f.]*:[\dA-Fa-f:.]*\]?)$/)
const partOfHost = some.regex(/^(?:(?![/?#@\\:%])[\x21-\x7e])+$/)
const hostGlob = some.max(1000).regex(/^(?:(?![/#@\\:%{}[\]])[\x21-\x7e])+$/)
const program = some.regex(/^\S+$/)
const programGlob = some.max(1000).regex(/^[^[\]{}\\\s]+$/)

const tests = testMap<Operator>({
  equals: anything,
  not_equals: anything,
  in: z.array(anything).min(1),
  not_in: z.array(anything).min(1),
  gt: number,
  gte: number,
  lt: number,
  lte: number,
  contains: anything.meta({ not: { const: '' } }),
  starts_with: some,
  ends_with: some,
  glob,
  exists: z.boolean(),
  inside: oneOrMore(folder),
  outside: oneOrMore(folder),
  matches,
  length: z.union([wholeLength, lengthTests]),
  type: z.enum(jsonTypes),
  host: z.union([wholeHost, z.array(wholeHost).min(1), testMap(textTests(wholeHost, partOfHost, hostGlob))]),
  command: z.union([program, z.array(program).min(1), testMap(textTests(program, program, programGlob))]),
})

const oneTest = z
  .union([z.string(), number, z.boolean(), tests])
  .describe('A test of the argument: a value it must equal, or a map of operators.')

/** A map of conditions, of which all must hold. */
export const conditions = z
  .object({
    get any(): z.ZodOptional<z.ZodArray<z.ZodType>> {
      return groups('Maps of conditions, one of which must hold; an argument of that name is written `$.any`.')
    },
    get all(): z.ZodOptional<z.ZodArray<z.ZodType>> {
      return groups('Maps of conditions, all of which must hold; an argument of that name is written `$.all`.')
    },
    get not(): z.ZodOptional<z.ZodType> {
      const about = 'Conditions that must not hold together; an argument of that name is written `$.not`.'
      return z
        .lazy(() => conditions)
        .describe(about)
        .optional()
    },
  })
  .catchall(oneTest)
  .meta({
    id: 'conditions',
    minProperties: 1,
    propertyNames: { maxLength: 1000, pattern: pathPattern('(?:\\.\\*\\*)?').source },
  })

function groups(about: string): z.ZodOptional<z.ZodArray<z.ZodType>> {
  return z
    .array(z.lazy(() => conditions))
    .min(1)
    .describe(about)
    .optional()
}
