// A newer broker may publish words this proxy knows nothing of. Ignoring one could loosen a rule, so it is an error.

export const keysOf = <T extends object>(keys: { [K in keyof Required<T>]: true }) => new Set(Object.keys(keys))

export function onlyKnown(value: object, known: ReadonlySet<string>, what: string): void {
  if (typeof value !== 'object' || value === null) throw new Error(`policy ${what} is not an object`)
  for (const key of Object.keys(value)) {
    if (!known.has(key)) throw new Error(`policy ${what} has \`${key}\`, which this version does not know`)
  }
}

/** The word if it is one of the list. `what` is what it should be, for the error. */
export function knownWord<T extends string>(word: string, words: readonly T[], what: string): T {
  const known = words.find((one) => one === word)
  if (known === undefined) throw new Error(`policy ${what} \`${String(word)}\` is not known to this version`)
  return known
}
