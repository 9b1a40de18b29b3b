// Calls through imported Intercept policies get the decision that Intercept's documented semantics give, or a stricter one
// that the table names. What those semantics are, and where they are documented, stands in intercept-interpreter.ts.
import { describe, expect, it } from 'vitest'
import { BothSides, strictness } from './both-sides.ts'
import { table } from './intercept-table.ts'

const start = Date.UTC(2026, 2, 1)

describe.each(table)('$about', ({ policy, calls }) => {
  it(`decides ${calls.length} calls as Intercept does, or more strictly where the table says so`, () => {
    const sides = new BothSides(policy)
    const decided = calls.map(({ tool, args, at }) => sides.judge(tool, args, start + at * 1000))
    const expected = calls.map(({ theirs, stricter }, index) => {
      const ours = decided[index]?.ours ?? 'allow'
      if (stricter === undefined) return { theirs, ours: theirs }
      return { theirs, ours: strictness[ours] > strictness[theirs] ? ours : `stricter than ${theirs}: ${stricter}` }
    })
    expect(decided.map((one, index) => ({ call: index, ...calls[index], ...one }))).toEqual(
      expected.map((one, index) => ({ call: index, ...calls[index], ...one })),
    )
  })
})

it('has more than 200 calls over more than 20 policies, some of each verdict and some stricter', () => {
  const calls = table.flatMap((one) => one.calls)
  expect(table.length).toBeGreaterThan(20)
  expect(calls.length).toBeGreaterThan(200)
  for (const verdict of ['allow', 'hold', 'deny']) expect(calls.some(({ theirs }) => theirs === verdict)).toBe(true)
  const stricter = calls.filter((one) => one.stricter !== undefined).length
  expect(stricter).toBeGreaterThan(10)
  console.log(`${calls.length} calls through ${table.length} imported policies; ${stricter} are deliberately stricter`)
})
