// How many characters on a card hide or pass for others: it raises the care that the card asks for.
import type { Action } from '../schema/policy-words.ts'
import { closeLook, deceptionsIn, type LookBudget } from '../text/deception.ts'
import { isPlainText } from '../text/visible-text.ts'

/** What a card shows of strangers' texts, as far as it says who asks for what. */
export type ShownTexts = {
  readonly action: Action
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly beside?: Readonly<Record<string, unknown>> | undefined
  readonly who: Readonly<Record<string, unknown>>
  readonly where: Readonly<Record<string, unknown>>
}

/** Where the name of what is asked for stands among the arguments too. */
const namingKeys: Partial<Record<Action, string>> = { 'resources/read': 'uri', 'prompts/get': 'name' }

/** What is named and is an argument too counts once. */
export function deceptiveIn(shown: ShownTexts): number {
  const { action, tool, arguments: args, beside, who, where } = shown
  const budget = closeLook()
  // The short texts first: nothing in the arguments may use up what they need.
  let sum = countIn(tool, false, budget) + countAll([where, who], budget)
  const naming = namingKeys[action]
  for (const key of Object.keys(args)) {
    if (key !== naming || args[key] !== tool) sum += countIn(key, false, budget) + countAll(args[key], budget)
  }
  return sum + countAll(beside, budget)
}

function countAll(value: unknown, budget: LookBudget): number {
  if (typeof value === 'string') return countIn(value, true, budget)
  if (typeof value !== 'object' || value === null) return 0
  let sum = 0
  if (Array.isArray(value)) {
    for (const element of value) sum += countAll(element, budget)
    return sum
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const key of Object.keys(members)) sum += countIn(key, false, budget) + countAll(members[key], budget)
  return sum
}

function countIn(text: string, multiline: boolean, budget: LookBudget): number {
  if (isPlainText(text, multiline)) return 0
  let sum = 0
  for (const _ of deceptionsIn(text, multiline, budget)) sum += 1
  return sum
}
