// What of a client's `_meta` counts as its trace.
import { describe, expect, it } from 'vitest'
import { parseTraceparent, traceContextOf } from '../../../core/wire/trace-context.ts'

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const state = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'

describe('a trace context', () => {
  it.each([
    ['version 00', parent],
    ['a later version', parent.replace('00-', 'cc-')],
    ['flags that nobody knows yet', parent.replace(/01$/, 'ff')],
  ])('counts with %s', (_, traceparent) => {
    expect(traceContextOf({ traceparent, other: 1 })).toEqual({ traceparent })
    expect(parseTraceparent(traceparent)).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
    })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 1],
    ['upper case', parent.toUpperCase()],
    ['version ff', parent.replace(/^00/, 'ff')],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a span id of zeros', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['something before it', ` ${parent}`],
    ['something after it', `${parent}-extra`],
    ['a line feed after it', `${parent}\n`],
    ['a short id', parent.slice(0, -4)],
  ])('does not count with %s in the place of its parent', (_, traceparent) => {
    expect(traceContextOf({ traceparent: traceparent as never, tracestate: state })).toBeUndefined()
    expect(parseTraceparent(String(traceparent))).toBeUndefined()
  })

  it.each([
    ['two members', state],
    ['white space and nothing between commas', ' rojo=1 ,\t, congo=2,'],
    ['a tenant', 'fw529a3039@dt=FfD0zT0;x:y'],
    ['the longest there is', `a=${'x'.repeat(256)},b=${'y'.repeat(251)}`],
  ])('has a state with %s', (_, tracestate) => {
    expect(traceContextOf({ traceparent: parent, tracestate })).toEqual({ traceparent: parent, tracestate })
  })

  it.each<[string, unknown]>([
    ['no text', ['rojo=1']],
    ['empty', ''],
    ['commas only', ', ,'],
    ['without a value', 'rojo'],
    ['with an upper-case key', 'Rojo=1'],
    ['with a control character', 'rojo=1\u0007'],
    ['with a line feed at the end', 'rojo=1\n'],
    ['with a letter beyond ASCII', 'rojo=é'],
    ['too long', `a=${'x'.repeat(256)},b=${'y'.repeat(252)}`],
    ['of too many members', Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(',')],
  ])('has none that is %s', (_, tracestate) => {
    expect(traceContextOf({ traceparent: parent, tracestate: tracestate as never })).toEqual({ traceparent: parent })
  })
})
