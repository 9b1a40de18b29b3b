// Values of an Intercept file as its own reader (Go, yaml.v3) takes them. Where that reads something else than YAML 1.2
// does, the value is refused: taken the wrong way it could allow what was forbidden.
import type { JsonObject, JsonValue } from '../../schema/json.ts'
import type { Located, Place, Reporter } from '../located.ts'
import type { Operand } from './intercept-policy.ts'

/** The text of a file by lines, to see how a value was written. */
export type SourceLines = readonly string[]

/** What stands at a place; nothing for what is quoted, a block, or has a tag or an anchor before it. */
function plainAt(lines: SourceLines, { line, column }: Place): string | undefined {
  const rest = (lines[line - 1] ?? '').slice(column - 1)
  return /^["'|>&!*]/.test(rest) ? undefined : rest
}

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

/** Numbers and dates to yaml.v3, texts to YAML 1.2. */
const readDifferently =
  /^[-+]?(?=.*_)[.\d][\d._]*(?:[eE][-+]?[\d_]+)?$|^[-+]?0[bBoOxX][\da-fA-F_]+$|^\d{4}-\d\d?-\d\d?(?:$|[Tt\s])/

/** A value that conditions compare with. Reports what cannot be taken exactly. */
export function readOperand(value: Located, lines: SourceLines, report: Reporter): Operand | undefined {
  const json = readValue(value, lines, report)
  if (json === undefined) return undefined
  const written = value.kind === 'number' ? /^-?\d+$/.test(numberSource(value, lines) ?? '') : true
  return { value: json, whole: written }
}

function readValue(value: Located, lines: SourceLines, report: Reporter): JsonValue | undefined {
  switch (value.kind) {
    case 'nothing':
      return null
    case 'boolean':
      return value.value
    case 'number':
      if (!value.exact) {
        report.error(value, 'This number cannot be kept exactly', 'If the argument is a text, put it in quotes.')
        return undefined
      }
      if (!decimal.test(numberSource(value, lines) ?? '')) {
        report.error(
          value,
          'This number is written in a form that YAML readers take differently',
          'Write it in plain decimal digits.',
        )
        return undefined
      }
      return value.value === 0 ? 0 : value.value
    case 'text': {
      if (plainAt(lines, value) === undefined || !readDifferently.test(value.value)) return value.value
      report.error(
        value,
        `Intercept reads ${JSON.stringify(value.value.slice(0, 40))} as a number or a date, not as this text`,
        'Put it in quotes if it is a text.',
      )
      return undefined
    }
    case 'list': {
      const items = value.items.map((item) => readValue(item, lines, report))
      return items.every((item) => item !== undefined) ? items : undefined
    }
    case 'map': {
      const object: JsonObject = {}
      for (const { key, at, value: inner } of value.entries) {
        const read = readValue(inner, lines, report)
        if (key === '__proto__') report.error(at, 'No call can have a `__proto__` key')
        if (read === undefined || key === '__proto__') return undefined
        object[key] = read
      }
      return object
    }
  }
}

function numberSource(at: Place, lines: SourceLines): string | undefined {
  return /^[^\s,\]}#]+/.exec(plainAt(lines, at) ?? '')?.[0]
}

/** A field that Intercept keeps as a text; it takes numbers and booleans as they are written. `undefined`: no text. */
export function readText(value: Located, lines: SourceLines): string | undefined {
  switch (value.kind) {
    case 'text':
      return value.value
    case 'number':
      return numberSource(value, lines)
    case 'boolean':
      return String(value.value)
    case 'nothing':
      return ''
    case 'list':
    case 'map':
      return undefined
  }
}
