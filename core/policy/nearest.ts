// "Did you mean": the known word nearest to a mistyped one.

/** What people coming from other tools write, where spelling alone does not lead to ours. */
const synonyms: Record<string, string> = {
  action: 'effect',
  decision: 'effect',
  ask: 'require-approval',
  approve: 'require-approval',
  approval: 'require-approval',
  hold: 'require-approval',
  prompt: 'require-approval',
  block: 'deny',
  forbid: 'deny',
  reject: 'deny',
  permit: 'allow',
  eq: 'equals',
  neq: 'not_equals',
  regex: 'matches',
  prefix: 'starts_with',
  suffix: 'ends_with',
  if: 'when',
  conditions: 'when',
  except: 'unless',
  delete: 'destructive',
  ne: 'not_equals',
  regexp: 'matches',
  pattern: 'matches',
  one_of: 'in',
  integer: 'number',
  int: 'number',
  float: 'number',
  text: 'string',
  bool: 'boolean',
  map: 'object',
  dict: 'object',
  list: 'array',
  nil: 'null',
  none: 'null',
  tool_call: 'tools/call',
  rate_limit: 'limit',
  or: 'any',
  and: 'all',
  window: 'per',
  // What a test expects is what becomes of the call.
  require_approval: 'hold',
}

/** The nearest of `known`, if it is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = plainWord(word)
  const synonym = synonymOf(plain)
  if (synonym !== undefined && known.includes(synonym)) return synonym
  // One of an effect may be one of an outcome too: `ask` to `require-approval` to `hold`.
  const second = synonym && synonymOf(plainWord(synonym))
  if (second !== undefined && known.includes(second)) return second
  if (plain.length > 40) return undefined
  let best: string | undefined
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(plain, candidate.toLowerCase().replace(/-/g, '_'))
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

const plainWord = (word: string): string => word.toLowerCase().replace(/[\s-]/g, '_')
const synonymOf = (plain: string): string | undefined => (Object.hasOwn(synonyms, plain) ? synonyms[plain] : undefined)

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
