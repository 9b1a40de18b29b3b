// What on a card hides, passes for something else, or would do something where it is shown as more than text: it raises the
// care that the card asks for.
import type { Action } from '../schema/policy-words.ts'
import { closeLook, deceptionsIn, type LookBudget } from '../text/deception.ts'
import { isPlainText } from '../text/visible-text.ts'
import { hasActiveMarkup } from './active-markup.ts'
import { type ArgumentText, eachText } from './argument-texts.ts'
import { fileEditOf } from './file-edit.ts'
import { type LookedAt, lookedAt } from './looked-at.ts'

/** What a card shows of strangers' texts, as far as it says who asks for what. */
export type ShownTexts = {
  readonly action: Action
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly beside?: Readonly<Record<string, unknown>> | undefined
  readonly who: Readonly<Record<string, unknown>>
  readonly where: Readonly<Record<string, unknown>>
}

export type Deceptions = {
  /** How many characters hide or pass for others. */
  readonly characters: number
  /** Arguments have markup that runs, loads or leads elsewhere. */
  readonly markup: boolean
  /** There is more of it than can be looked at: what is not seen is not known to be honest. */
  readonly unseen: boolean
}

/** Where the name of what is asked for stands among the arguments too. */
const namingKeys: Partial<Record<Action, string>> = { 'resources/read': 'uri', 'prompts/get': 'name' }

/** More are not counted. */
const mostCounted = 20_000

type Look = { readonly budget: LookBudget; count: number }

/** What is named and is an argument too counts once. */
export function deceptionsOf(shown: ShownTexts): Deceptions {
  const { action, tool, who, where } = shown
  const looked = lookedAt(shown)
  // What hides is looked for in all of a long text: that takes little time.
  const { arguments: args, beside } = looked.crowded ? looked : shown
  const look: Look = { budget: closeLook(), count: 0 }
  // The short texts first: nothing in the arguments may use up what they need.
  countIn(tool, false, look)
  countAll([where, who], look)
  const naming = namingKeys[action]
  for (const key of Object.keys(args)) {
    if (key === naming && args[key] === tool) continue
    countIn(key, false, look)
    countAll(args[key], look)
  }
  countAll(beside, look)
  return { characters: look.count, markup: hasMarkup(shown, looked), unseen: !looked.whole }
}

/** Markup is what files are made of, and nothing shows a file as a page only because it was written. */
function hasMarkup({ action, tool }: ShownTexts, { arguments: args, beside }: LookedAt): boolean {
  if (action === 'tools/call' && fileEditOf(tool, args) !== undefined && beside === undefined) return false
  let found = false
  const look = ({ text }: ArgumentText) => {
    found ||= hasActiveMarkup(text)
  }
  eachText(args, look)
  eachText(beside, look)
  return found
}

/** How many signs there are that the card asks for more care than the class of its call does. */
export function deceptiveIn(shown: ShownTexts): number {
  const { characters, markup, unseen } = deceptionsOf(shown)
  return characters + (markup ? 1 : 0) + (unseen ? 1 : 0)
}

function countAll(value: unknown, look: Look): void {
  if (typeof value === 'string') countIn(value, true, look)
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const element of value) countAll(element, look)
    return
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const key of Object.keys(members)) {
    countIn(key, false, look)
    countAll(members[key], look)
  }
}

function countIn(text: string, multiline: boolean, look: Look): void {
  if (look.count >= mostCounted || isPlainText(text, multiline)) return
  for (const _ of deceptionsIn(text, multiline, look.budget)) {
    look.count += 1
    if (look.count >= mostCounted) return
  }
}
