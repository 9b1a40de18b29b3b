// What is wrong with a text that hosts or programs are compared with. It must look like one, or it would silently never be
// found, and a rule that denies would deny nothing.
import type { Operator } from '../schema/policy-words.ts'
import { plainHost } from './host.ts'
import { quoted } from './located.ts'
import { code } from './read-values.ts'
import { programName } from './shell-names.ts'

type Problem = { message: string; suggestion?: string }

const didYouMean = (text: string | undefined): Pick<Problem, 'suggestion'> =>
  text === undefined || text === '' || text.length > 200 ? {} : { suggestion: `Did you mean ${code(text)}?` }

const isPart = (operator: Operator): boolean =>
  operator === 'starts_with' || operator === 'ends_with' || operator === 'glob'

/** Of a text within `host`: a whole host, or a part or glob of one. */
export function hostProblem(operator: Operator, text: string): Problem | undefined {
  if (!isPart(operator) && plainHost(text) !== undefined) return undefined
  if (operator === 'glob' ? /[/#@\\\s:%]/.test(text) : /[/?#@\\\s:%]/.test(text)) {
    const [host] = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').split(/[/#\\\s:%]/, 1)
    return {
      message: `${quoted(text)} is more than a host; write only the host`,
      ...didYouMean(host?.replace(/^.*@/, '')),
    }
  }
  if (!isPart(operator)) {
    const message = `${quoted(text)} is not the name of a host`
    return text.includes('*') ? { message, suggestion: `Write ${code(`{ glob: ${quoted(text)} }`)}.` } : { message }
  }
  if (/^[\x21-\x7e]+$/.test(text)) return undefined
  return { message: `A part of a host is compared in plain letters, not ${quoted(text)}`, suggestion: 'Write `xn--…`.' }
}

/** Of a text within `command`: a whole program, or a part or glob of one. */
export function programProblem(operator: Operator, text: string): Problem | undefined {
  if (/\s/.test(text)) {
    const [program] = text.trim().split(/\s/, 1)
    return {
      message: '`command` looks at programs without their arguments; name the program only',
      ...didYouMean(program),
    }
  }
  if (isPart(operator)) return undefined
  const name = programName(text)
  if (name === text) return undefined
  if (name === undefined) {
    const lower = text.toLowerCase()
    return {
      message: `No program is known as ${quoted(text)}`,
      ...didYouMean(programName(lower) === lower ? lower : undefined),
    }
  }
  return {
    message: `Programs in ${code(text.slice(0, text.lastIndexOf('/')))} are known by their bare name`,
    ...didYouMean(name),
  }
}
