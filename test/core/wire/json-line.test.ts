// What two parsers could read differently never gets a verdict: each trick is a row, and a property ties the fast path to
// the strict one.
import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../core/schema/json.ts'
import { argumentsHash, canonicalJson, MalformedJson, parseFast, parseStrict } from '../../../core/wire/json-line.ts'

const nested = (levels: number, inner = '1') => '['.repeat(levels) + inner + ']'.repeat(levels)

describe('parseStrict finds what parsers read differently', () => {
  it.each([
    ['a duplicate key', '{"a":1,"a":2}', 'the key "a" stands twice in $'],
    ['a duplicate key by escapes', '{"a":1,"\\u0061":2}', 'the key "a" stands twice in $'],
    ['a duplicate key, deep', '{"p":[{"x":1,"x":1}]}', 'the key "x" stands twice in $.p[0]'],
    ['a prototype key', '{"__proto__":{}}', 'the key "__proto__" in $'],
    ['a prototype key by escapes', '{"\\u005f_proto__":{}}', 'the key "__proto__" in $'],
    ['the long way to a prototype', '{"constructor":{"prototype":{}}}', 'the key "prototype" in $.constructor'],
    ['an unsafe integer', '{"n":9007199254740993}', 'the number at $.n cannot be kept exactly'],
    ['1E400', '{"n":1E400}', 'the number at $.n cannot be kept exactly'],
    ['a number too small', '[1e-400]', 'the number at $[0] cannot be kept exactly'],
    ['too many decimals', '[0.1000000000000000055]', 'the number at $[0] cannot be kept exactly'],
    ['an id that is no whole number', '{"id":1.00000000000000000001}', 'the number at $.id cannot'],
    ['an endless id', '{"id":1E400}', 'the number at $.id cannot be kept exactly'],
    ['a lone surrogate', '["\\ud800"]', 'a lone surrogate in a string'],
    ['a lone surrogate in a key', '{"\\udc00":1}', 'a lone surrogate in a string'],
    ['surrogates in the wrong order', '["\\udc00\\ud800"]', 'a lone surrogate in a string'],
    ['depth 65', nested(65), 'nested deeper than 64 levels'],
  ])('%s', (_, text, ambiguity) => {
    expect(parseStrict(text).ambiguity).toContain(ambiguity)
    expect(parseFast(text)).toBeUndefined()
  })

  it.each([
    ['two spellings of one number', '[1.0,1E2,-0,0.10,100000000000000000000]', [1, 100, -0, 0.1, 1e20]],
    ['a whole surrogate pair', '["\\ud83d\\ude00"]', ['😀']],
    ['all escapes', '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"]', ['"\\/\b\f\n\r\tA']],
    ['a key that only contains the word', '{"x.constructor":{"prototype":1}}', { 'x.constructor': { prototype: 1 } }],
    ['white space', ' {\t"a" : [ ] ,\r\n"b":{ } } ', { a: [], b: {} }],
    ['U+2028 in a string', '["\u2028"]', ['\u2028']],
    ['depth 64', nested(64), JSON.parse(nested(64))],
  ])('%s is no reason to doubt', (_, text, value) => {
    const read = parseStrict(text)
    expect(read.ambiguity).toBeUndefined()
    expect(read.value).toEqual(value)
  })

  it('keeps all digits of a whole id, and a prototype key as a key', () => {
    const read = parseStrict('{"id":123456789012345678901234567890}')
    expect(read.ambiguity).toBeUndefined()
    expect(read.inexact.get('$.id')).toBe('123456789012345678901234567890')
    const { value } = parseStrict('{"__proto__":{"polluted":true}}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect('polluted' in (value as object)).toBe(false)
  })

  it('says no more about a long key than fits on a line', () => {
    const key = 'k'.repeat(100_000)
    expect(parseStrict(`{"${key}":1,"${key}":2}`).ambiguity?.length).toBeLessThan(250)
  })

  it.each([
    ['nothing', ''],
    ['text after the end', '{} {}'],
    ['a string without an end', '"abc'],
    ['a raw line feed in a string', '"a\nb"'],
    ['a NUL in a string', '"a\0b"'],
    ['an unknown escape', '"\\x41"'],
    ['a short escape', '"\\u00"'],
    ['an escape named after a method of objects', '"\\constructor"'],
    ['a leading zero', '[01]'],
    ['a trailing comma', '[1,]'],
    ['a comment', '[1/**/]'],
    ['single quotes', "['a']"],
    ['NaN', '[NaN]'],
    ['a byte order mark', '\ufeff{}'],
    ['U+2028 between tokens', '{\u2028}'],
    ['depth 10,000', nested(10_000)],
    ['depth 10,000 of objects', '{"a":'.repeat(10_000)],
  ])('%s is malformed', (_, text) => {
    expect(() => parseStrict(text)).toThrow(MalformedJson)
    expect(parseFast(text)).toBeUndefined()
  })
})

/** JSON text as different writers write it: odd white space, escapes, numbers, repeated keys. */
const text = fc.letrec<{ value: string }>((tie) => {
  const space = fc.constantFrom('', '', '', ' ', '\t', '\r')
  const string = fc.oneof(
    fc.string({ unit: 'binary' }).map((s) => JSON.stringify(s)),
    fc.constantFrom('"__proto__"', '"constructor"', '"prototype"', '"\\u0061"', '"a"', '"\\ud800"', '"\\/"', '"é"'),
  )
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
    fc.bigInt().map(String),
    fc.constantFrom('1.0', '-0', '1E2', '1e400', '0.1', '9007199254740993', '1e21', '5e-324'),
  )
  const list = (inner: fc.Arbitrary<string>) => fc.array(inner, { maxLength: 4 }).map((all) => all.join(','))
  const member = fc.tuple(string, space, tie('value')).map(([key, gap, value]) => `${key}:${gap}${value}`)
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      string,
      number,
      fc.constantFrom('true', 'false', 'null'),
      fc.tuple(list(tie('value')), space).map(([inner, gap]) => `[${gap}${inner}]`),
      fc.tuple(list(member), space).map(([inner, gap]) => `{${inner}${gap}}`),
    ),
  }
}).value

const strictOrError = (json: string) => {
  try {
    return parseStrict(json)
  } catch (error) {
    if (error instanceof MalformedJson) return undefined
    throw error
  }
}

describe('properties', () => {
  const runs = { numRuns: 3000 }

  it('what parseFast takes, parseStrict takes without doubt and with the same value', () => {
    let taken = 0
    const compact = fc.oneof(
      text,
      fc.jsonValue().map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(compact, (json) => {
        const fast = parseFast(json)
        if (!fast) return
        taken += 1
        const strict = parseStrict(json)
        expect(strict.ambiguity).toBeUndefined()
        expect(strict.value).toEqual(fast.value)
        expect(canonicalJson(strict.value)).toBe(canonicalJson(fast.value))
      }),
      runs,
    )
    expect(taken).toBeGreaterThan(500)
  })

  it('parseStrict accepts exactly the texts JSON.parse accepts, and without doubt reads the same', () => {
    const broken = fc
      .tuple(text, fc.nat(), fc.constantFrom('', '"', ',', '}', '\\', '0', ' '))
      .map(([json, at, put]) => {
        const cut = at % (json.length + 1)
        return json.slice(0, cut) + put + json.slice(cut + 1)
      })
    fc.assert(
      fc.property(fc.oneof(text, broken), (json) => {
        let value: JsonValue | undefined
        try {
          value = JSON.parse(json) as JsonValue
        } catch {
          expect(strictOrError(json)).toBeUndefined()
          return
        }
        const strict = strictOrError(json)
        expect(strict).toBeDefined()
        if (strict && strict.ambiguity === undefined && strict.inexact.size === 0) expect(strict.value).toEqual(value)
      }),
      runs,
    )
  })

  it('the canonical form depends on the value alone', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, shuffled(inner)]),
      )
    }
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        if (JSON.stringify(value).includes('__proto__')) return
        const once = canonicalJson(value as JsonValue)
        expect(canonicalJson(shuffled(value) as JsonValue)).toBe(once)
        expect(canonicalJson(JSON.parse(once) as JsonValue)).toBe(once)
      }),
      runs,
    )
  })
})

describe('canonicalJson is RFC 8785', () => {
  it('serialises its example (section 3.2.2)', () => {
    const { value } = parseStrict(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    )
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts keys by UTF-16 code units (section 3.2.3)', () => {
    const { value } = parseStrict(
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
    )
    const order = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  // Appendix B: IEEE 754 bits and the text they must become.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('number %s', (bits, written) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(written)
  })

  it('hashes arguments by their canonical form: one changed byte, another hash', () => {
    const sha256 = (json: string) => hash('sha256', json)
    const one = argumentsHash({ b: 1, a: 'x' }, sha256)
    expect(one).toBe(sha256('{"a":"x","b":1}'))
    expect(argumentsHash({ a: 'x', b: 1 }, sha256)).toBe(one)
    expect(argumentsHash({ a: 'X', b: 1 }, sha256)).not.toBe(one)
  })
})
