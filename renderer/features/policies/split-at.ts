// Where in a line of text a mark goes.

/** Cuts `row` before each of the 1-based UTF-16 columns: one piece more than there are columns, their text all of it. */
export function splitAt(row: string, columns: readonly number[]): string[] {
  const ends = [...new Set(columns)]
    .sort((a, b) => a - b)
    .map((column) => {
      const end = Math.min(column - 1, row.length)
      // Never between the halves of a surrogate pair.
      return end > 0 && end < row.length && (row.codePointAt(end - 1) ?? 0) > 0xffff ? end - 1 : end
    })
  return [...ends, row.length].map((end, index) => row.slice(ends[index - 1] ?? 0, end))
}
