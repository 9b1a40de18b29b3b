// Where in its text a part of a policy stands. Rules keep only their line, because nothing but the tools needs more.
import { entryOf, type Located, type Place, reporter } from './located.ts'
import { readYaml } from './read-yaml.ts'

/** Keys and list positions from the top of the file: `['rules', 0, 'when', 'path', 'inside']`. */
export type PlacePath = readonly (string | number)[]

/** `quoted`: whether the value there is written in quotes. */
export type Written = { place: Place; quoted: boolean }

/** Finds the place of a part, or of the nearest thing around it that is written out. A key counts as the place of its value. */
export function placeFinder(text: string): (path: PlacePath) => Written {
  const root = readYaml(text, reporter(''))
  const lines = text.split('\n')
  return (path) => {
    let place: Place = { line: 1, column: 1 }
    let at: Located | undefined = root
    let value: Place = place
    for (const step of path) {
      if (at === undefined) break
      if (typeof step === 'number') {
        // One text stands for a list of one.
        at = at.kind === 'list' ? at.items[step] : undefined
        if (at) {
          place = placeOf(at)
          value = at
        }
        continue
      }
      const entry = entryOf(at, step)
      if (entry) {
        place = placeOf(entry.at)
        value = entry.value
      }
      at = entry?.value
    }
    return { place, quoted: /["']/.test(lines[value.line - 1]?.charAt(value.column - 1) ?? '') }
  }
}

const placeOf = ({ line, column }: Place): Place => ({ line, column })
