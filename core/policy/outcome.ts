// Three outcomes, because a test that cannot be made must never loosen a decision (three-valued logic after Kleene).

export type Outcome = 'held' | 'did-not-hold' | 'could-not-tell'

export const outcomeOf = (holds: boolean): Outcome => (holds ? 'held' : 'did-not-hold')

export function both(a: Outcome, b: Outcome): Outcome {
  if (a === 'did-not-hold' || b === 'did-not-hold') return 'did-not-hold'
  return a === 'could-not-tell' || b === 'could-not-tell' ? 'could-not-tell' : 'held'
}

export const opposite = (outcome: Outcome): Outcome =>
  outcome === 'could-not-tell' ? outcome : outcomeOf(outcome === 'did-not-hold')

export const either = (a: Outcome, b: Outcome): Outcome => opposite(both(opposite(a), opposite(b)))
