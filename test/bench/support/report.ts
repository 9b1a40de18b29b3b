// How every benchmark prints: a table for people, goals met or not, and with --json one object as the last line.

export type Goal = { figure: string; value: number; goal: string; met: boolean }
export type Figures = { [name: string]: number | Figures }
export type Report = { name: string; figures: Figures; goals: Goal[] }

export const atMost = (figure: string, value: number, limit: number): Goal => ({
  figure,
  value: rounded(value),
  goal: `<= ${limit}`,
  met: value <= limit,
})

export const atLeast = (figure: string, value: number, limit: number): Goal => ({
  figure,
  value: rounded(value),
  goal: `>= ${limit}`,
  met: value >= limit,
})

/** Three significant digits after the point at most; JSON figures stay numbers. */
export function rounded(value: number): number {
  return Number(value.toPrecision(value >= 1000 ? Math.ceil(Math.log10(value + 1)) : 4))
}

/** Columns are padded; the first is left-aligned, the others right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  const pad = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** Prints the goals, and the JSON line last when asked for. */
export function finish(report: Report, json: boolean): void {
  if (report.goals.length > 0) {
    const rows = report.goals.map((goal) => [goal.figure, String(goal.value), goal.goal, goal.met ? 'met' : 'NOT MET'])
    console.log(`\n${table([['goal', 'value', 'wanted', ''], ...rows])}`)
  }
  if (json) console.log(JSON.stringify(report))
}
