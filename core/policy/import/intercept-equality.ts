// When Intercept takes two values for the same. It compares numbers as numbers and everything else by how Go prints it, so
// that the text "5" is the number 5; we compare JSON. An assertion may pass only for what is surely the same to Intercept,
// and must stop everything that may be.
import type { JsonObject, JsonValue } from '../../schema/json.ts'
import type { Operand } from './intercept-policy.ts'

/** `surely`: the same in every reading. `maybe` and `shapes` (tests of an argument) cover all that can be the same. */
export type SameAs = {
  readonly surely: readonly JsonValue[]
  readonly maybe: readonly JsonValue[]
  readonly shapes: readonly JsonObject[]
}

export function sameAs({ value, whole }: Operand): SameAs {
  if (value === null) return exactly(null, '<nil>')
  switch (typeof value) {
    case 'boolean':
      return exactly(value, String(value))
    case 'number':
      if (whole) return exactly(value, String(value))
      return printsPlainly(value)
        ? exactly(value, String(value))
        : { surely: [value], maybe: [value, String(value), withExponent(value)], shapes: [] }
    case 'string':
      return sameAsText(value)
    default: {
      const surely = printsTheSame(value) ? [value] : []
      const list = Array.isArray(value)
      // Another list can print alike: ["a b"] and ["a", "b"].
      return { surely, maybe: [], shapes: [{ type: list ? 'array' : 'object' }, { starts_with: list ? '[' : 'map[' }] }
    }
  }
}

const exactly = (...values: JsonValue[]): SameAs => ({ surely: values, maybe: values, shapes: [] })

function sameAsText(text: string): SameAs {
  const surely: JsonValue[] = [text]
  const maybe: JsonValue[] = [text]
  const shapes: JsonObject[] = []
  if (text === '<nil>') both(null)
  if (text === 'true' || text === 'false') both(text === 'true')
  if (text.startsWith('[')) shapes.push({ type: 'array' })
  if (text.startsWith('map[')) shapes.push({ type: 'object' })
  const number = /^[-+]?[\d.][\d.eE+-]*$/.test(text) ? Number(text) : Number.NaN
  if (Number.isFinite(number)) {
    if (printsPlainly(number) && String(number) === text) both(number)
    else if (Number.isSafeInteger(number)) maybe.push(number === 0 ? 0 : number)
    else shapes.push({ type: 'number' })
  }
  return { surely, maybe, shapes }

  function both(value: JsonValue): void {
    surely.push(value)
    maybe.push(value)
  }
}

/** Whether Go's `%v` surely prints the number as JavaScript does: neither uses an exponent there. */
const printsPlainly = (value: number): boolean =>
  !Object.is(value, -0) && (value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6))

/** Go writes at least two digits of an exponent. */
const withExponent = (value: number): string => value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2')

/** Whether a value prints the same from a YAML file, with its whole numbers, as from the JSON of a call. */
function printsTheSame(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && printsPlainly(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(printsTheSame)
}

/** Of several operands: what is the same as one of them. */
export function sameAsOneOf(operands: readonly Operand[]): SameAs {
  const all = operands.map(sameAs)
  return {
    surely: distinct(all.flatMap((one) => one.surely)),
    maybe: distinct(all.flatMap((one) => one.maybe)),
    shapes: distinct(all.flatMap((one) => one.shapes)),
  }
}

function distinct<T extends JsonValue>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}
