// What conditions need of libraries. Passed in, so that a proxy loads them only for a policy that uses them.

export type TextEngines = {
  /** A linear-time (RE2) search for a match anywhere in the text. Throws on a pattern that is not RE2 syntax. */
  regex(pattern: string): (text: string) => boolean
  /**
   * The programs a shell command line starts, in order, at least one: the bare name of what is found through PATH or lies
   * in a system folder, else the path as written. `undefined` where it cannot be told with certainty.
   */
  readonly shellPrograms: (line: string) => readonly string[] | undefined
}
