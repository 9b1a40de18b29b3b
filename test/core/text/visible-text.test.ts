// Nothing from outside may be invisible or pass for something else: a table of what hides and what is honest.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countDeceptive, type VisibleText, visibleText } from '../../../core/text/visible-text.ts'

/** `text|[mark label]` as one line. */
const flat = ({ parts }: VisibleText): string =>
  parts
    .map((part) =>
      part.kind === 'text' ? part.text : `⟦${part.shape === undefined ? '' : `${part.shape} `}${part.label}⟧`,
    )
    .join('')

describe('visibleText', () => {
  it.each([
    ['right-to-left override', 'in\u202evoice', 'in⟦U+202E RLO⟧voice'],
    ['isolates', 'a\u2066b\u2069c', 'a⟦U+2066 LRI⟧b⟦U+2069 PDI⟧c'],
    ['direction marks', 'a\u200eb\u200fc\u061cd', 'a⟦U+200E LRM⟧b⟦U+200F RLM⟧c⟦U+061C ALM⟧d'],
    ['zero-width space', 'pass\u200bword', 'pass⟦U+200B zero-width space⟧word'],
    ['joiner between Latin letters', 'a\u200db', 'a⟦U+200D joiner⟧b'],
    ['byte order mark', '\ufeffx', '⟦U+FEFF BOM⟧x'],
    ['soft hyphen', 'rm\u00ad', 'rm⟦U+00AD soft hyphen⟧'],
    ['Hangul filler', 'a\u3164', 'a⟦U+3164⟧'],
    ['variation selector on a letter', 'a\ufe0f', 'a⟦U+FE0F⟧'],
    ['supplementary variation selector', 'a\u{e0101}', 'a⟦U+E0101⟧'],
    ['tag characters', 'hi\u{e0072}\u{e006d}!', 'hi⟦hidden text “rm”⟧!'],
    ['ANSI colour', '\u001b[31mred\u001b[0m', '⟦ESC [31m⟧red⟦ESC [0m⟧'],
    ['other escape', '\u001b]8;;x\u0007', '⟦U+001B ESC⟧]8;;x⟦U+0007 BEL⟧'],
    ['NUL and DEL', 'a\u0000b\u007f', 'a⟦U+0000 NUL⟧b⟦U+007F DEL⟧'],
    ['C1 control', 'a\u0085', 'a⟦U+0085⟧'],
    ['line separator', 'a\u2028b', 'a⟦U+2028 line separator⟧b'],
    ['line break in one line', 'a\nb', 'a⟦U+000A LF⟧b'],
    ['lone carriage return', 'safe\rrm', 'safe⟦U+000D CR⟧rm'],
    ['lone surrogate', 'a\ud800b', 'a⟦U+D800⟧b'],
    ['private use', 'a\ue000', 'a⟦U+E000⟧'],
    ['Cyrillic among Latin', 'p\u0430ypal', 'p⟦а Cyrillic⟧ypal'],
    ['Greek among Latin', 'f\u03bfo', 'f⟦ο Greek⟧o'],
    ['a word of twins only', '\u0440\u0430\u0443.com', '⟦р Cyrillic⟧⟦а Cyrillic⟧⟦у Cyrillic⟧.com'],
    ['fullwidth Latin', '\uff52m', '⟦ｒ styled Latin⟧m'],
    ['a slash that is none', 'etc\u2215passwd', 'etc⟦∕ division slash⟧passwd'],
    ['stacked marks', `a${'\u0301'.repeat(6)}`, `a${'\u0301'.repeat(4)}⟦U+0301⟧⟦U+0301⟧`],
  ])('marks %s', (_, text, expected) => {
    const seen = visibleText(text)
    expect(flat(seen)).toBe(expected)
    expect(seen.deceptive).toBeGreaterThan(0)
  })

  it.each([
    ['plain', 'notes.md'],
    ['accents', 'café naïve Žižek'],
    ['German', 'Straße ÄÖÜ'],
    ['Arabic', 'مرحبا بكم'],
    ['Hebrew', 'שלום'],
    ['Russian', 'Привет, мир'],
    ['Greek', 'Καλημέρα κόσμε'],
    ['Japanese', 'こんにちは漢字'],
    ['Thai', 'สวัสดี'],
    ['emoji with joiners', '👩‍🚀 ⚓️ 1️⃣ 👍🏽'],
    ['Russian beside Latin words', 'файл notes.md готов'],
  ])('leaves %s alone', (_, text) => {
    expect(visibleText(text)).toEqual({ parts: [{ kind: 'text', text }], deceptive: 0 })
  })

  it.each([
    ['no-break space', 'a\u00a0b', 'a⟦U+00A0 no-break space⟧b'],
    ['ideographic space', '漢\u3000字', '漢⟦U+3000 wide space⟧字'],
    ['Persian non-joiner', 'می\u200cخواهم', 'می⟦U+200C non-joiner⟧خواهم'],
  ])('shows %s without alarm', (_, text, expected) => {
    const seen = visibleText(text)
    expect(flat(seen)).toBe(expected)
    expect(seen.deceptive).toBe(0)
  })

  it('keeps line breaks and tabs as layout where text has lines, and shows a CRLF as a line end', () => {
    expect(visibleText('a\n\tb', true)).toEqual({ parts: [{ kind: 'text', text: 'a\n\tb' }], deceptive: 0 })
    expect(visibleText('a\r\nb', true).deceptive).toBe(0)
    expect(visibleText('a\rb', true).deceptive).toBe(1)
  })

  it('loses no character of any string', () => {
    const hostile = fc.constantFrom(
      '\u202e',
      '\u200b',
      '\u{e0041}',
      '\u001b[1m',
      '\ud800',
      'а',
      'a',
      ' ',
      'é',
      '\n',
      '👩‍🚀',
      '\u2215',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, fc.string({ unit: 'binary' })), { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const { parts } = visibleText(text)
        const plain = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('')
        const invisible =
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u
        // A joiner or presentation selector inside an emoji is the one ordinary invisible character.
        expect(invisible.test(plain.replaceAll(/\u200d/g, ''))).toBe(false)
        expect(parts.length === 0).toBe(text === '')
        let rest = text
        for (const part of parts) {
          const piece = part.kind === 'text' ? part.text : (part.shape ?? '')
          const at = rest.indexOf(piece)
          expect(at).toBeGreaterThanOrEqual(0)
          rest = rest.slice(at + piece.length)
        }
      }),
      { numRuns: 400 },
    )
  })
})

describe('countDeceptive', () => {
  it('counts in keys and at any depth', () => {
    expect(countDeceptive({ 'a\u200b': [{ b: 'c\u202ed' }, 'fine', 3, null] })).toBe(2)
    expect(countDeceptive({ text: 'line\nline', n: 1 })).toBe(0)
  })
})
