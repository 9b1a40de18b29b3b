// Intercept's dotted paths in our syntax. Every part is the key of an object, whatever characters it has.
import { parsePath } from '../argument-path.ts'

const plainKey = /^[^.[\]"*\s]+$/
const words = new Set(['any', 'all', 'not'])

/** Our path for what stands after `args.`; the empty text is the argument with the empty name. */
export function argumentPath(dotted: string): string | undefined {
  const keys = dotted.split('.')
  let path = ''
  for (const [index, key] of keys.entries()) {
    if (!plainKey.test(key) || (index === 0 && key.startsWith('$')))
      path += `${index === 0 ? '$' : ''}[${JSON.stringify(key)}]`
    else if (index === 0) path = words.has(key) ? `$.${key}` : key
    else path += `.${key}`
  }
  const read = parsePath(path)
  const same =
    read.ok &&
    read.steps.length === keys.length &&
    read.steps.every((step, index) => step.kind === 'key' && step.key === keys[index])
  return same ? path : undefined
}
