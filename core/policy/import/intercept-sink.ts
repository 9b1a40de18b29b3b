// Collects the rules an Intercept policy becomes: which of its tools each may name, and what happens to what cannot be said.
import type { JsonObject } from '../../schema/json.ts'
import { globProblem } from '../glob.ts'
import type { Place } from '../located.ts'
import type { ImportNotes } from './import-notes.ts'
import type { InterceptPolicy, InterceptRule } from './intercept-policy.ts'
import { type RuleDraft, ruleIds } from './policy-draft.ts'

/** Intercept's names are exact; in ours some characters are special. */
export const isExact = (name: string): boolean => !/[*?[\]{}\\]/.test(name)

/** A glob that matches the name itself, and where it has special characters perhaps more: for rules that make stricter. */
export const covering = (name: string): string => name.replace(/[[\]{}\\]/g, '?')

export class RuleSink {
  readonly id = ruleIds()
  readonly rules: RuleDraft[] = []
  readonly notes: ImportNotes
  readonly deniesByDefault: boolean
  /** Tools that a default of `deny` lets through; only names that no glob would widen. */
  readonly listed: readonly string[]

  constructor(policy: InterceptPolicy, notes: ImportNotes) {
    this.notes = notes
    this.deniesByDefault = policy.default === 'deny'
    this.listed = policy.tools.flatMap(({ name }) => (name === '*' || !isExact(name) ? [] : [name]))
  }

  /** A rule milder than `deny`: under a default of `deny` it may name only what the original lists. */
  add(tool: string, rule: Omit<RuleDraft, 'tools'>): void {
    const tools = tool === '*' && this.deniesByDefault ? this.listed : [covering(tool)]
    if (tools.length > 0) this.rules.push({ ...rule, tools })
  }

  deny(tool: string, rule: InterceptRule, comments: readonly string[], when?: JsonObject): void {
    this.rules.push({
      id: this.id(tool, rule.name),
      effect: 'deny',
      tools: [covering(tool)],
      ...(when && { when }),
      ...(rule.onDeny.trim() === '' ? {} : { reason: rule.onDeny }),
      comments,
    })
  }

  /** Denies all of a tool, because something about it cannot be said. */
  refuse(tool: string, at: Place, names: readonly string[], why: string, comment?: string): void {
    const what = tool === '*' ? 'every call is denied' : `every call of ${JSON.stringify(tool)} is denied`
    const start = `${why.charAt(0).toUpperCase()}${why.slice(1)}`
    const message = this.notes.warn(at, `${start}; ${what} until you decide what it was to mean`)
    this.rules.push({
      id: this.id(...names),
      effect: 'deny',
      tools: [covering(tool)],
      reason:
        'A rule of the imported policy could not be taken over, so this is denied until a person has looked at it.',
      comments: [...(comment === undefined ? [] : [comment]), message],
    })
  }

  checkName(name: string, at: Place): void {
    const problem = globProblem(covering(name))
    if (problem !== undefined) {
      this.notes.report.error(at, `The name of the tool ${JSON.stringify(name.slice(0, 40))} ${problem}`)
    } else if (name !== '*' && !isExact(name) && !this.deniesByDefault) {
      const words = 'here `*` is any text, and `?` stands for what our names cannot hold'
      this.notes.warn(at, `Intercept takes the name ${JSON.stringify(name)} as it stands; ${words}`)
    }
  }
}
