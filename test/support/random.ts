// Chance that can be repeated: a failure prints its seed, and the seed gives the same run again.

export type Random = {
  /** From 0 up to but not 1. */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  from(low: number, high: number): number
  pick<T>(choices: readonly [T, ...T[]]): T
}

/** mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const from = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    from,
    pick: (choices) => choices[from(0, choices.length - 1)] ?? choices[0],
  }
}
