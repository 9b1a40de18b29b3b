// The options before the word that matters in a launch command. Options that are not listed end the reading: whether they
// take the next word as their value decides which word is the package.

export type OptionTable = {
  /** Options without a value, separated by spaces. */
  readonly flags: string
  /** Options that take the next word as their value, unless it is given with `=`. */
  readonly valued: string
  /** Options whose value is a package. */
  readonly packages?: string
  /** One-letter flags may be written as one word, the last of them with its value: `-it`, `-eA=b`. */
  readonly together?: boolean
}

export type SkippedOptions = { readonly rest: readonly string[]; readonly packages: readonly string[] }

/** The words after the options, or nothing if an option is not known. */
export function skipOptions(words: readonly string[], table: OptionTable): SkippedOptions | undefined {
  const flags = new Set(table.flags.split(' '))
  const valued = new Set(table.valued.split(' '))
  const packaged = new Set(table.packages?.split(' '))
  const packages: string[] = []
  let index = 0
  for (; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--') return { rest: words.slice(index + 1), packages }
    if (!word.startsWith('-') || word === '-') break
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    if (packaged.has(name)) {
      const value = equals < 0 ? words[++index] : word.slice(equals + 1)
      if (value === undefined) return undefined
      packages.push(value)
    } else if (valued.has(name)) {
      if (equals < 0) index++
    } else if (!flags.has(name) && !(table.together && flagsTogether(word, flags, valued, () => index++))) {
      return undefined
    }
  }
  return { rest: words.slice(index), packages }
}

function flagsTogether(
  word: string,
  flags: ReadonlySet<string>,
  valued: ReadonlySet<string>,
  takeNext: () => void,
): boolean {
  if (!/^-[A-Za-z]./.test(word)) return false
  for (let position = 1; position < word.length; position++) {
    const letter = `-${word[position]}`
    if (valued.has(letter)) {
      if (position === word.length - 1) takeNext()
      return true
    }
    if (!flags.has(letter)) return false
  }
  return true
}
