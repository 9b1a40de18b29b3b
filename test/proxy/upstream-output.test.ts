// However the server's bytes are cut, and whenever policy begins or ends to have a word on them: what passes is what was
// written, in its order; what is taken is exactly one whole line; and answers are seen once.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineEdits, type LineEditor } from '../../proxy/line-edits.ts'
import { createUpstreamOutput, type UpstreamOutputOptions } from '../../proxy/upstream-output.ts'

function run(changes: Partial<UpstreamOutputOptions> = {}) {
  const chunks: Buffer[] = []
  const answers: string[] = []
  let open = false
  const output = createUpstreamOutput({
    writer: {
      pass: (chunk, midLine) => {
        chunks.push(chunk)
        open = midLine
      },
      line: (text) => {
        expect(open).toBe(false)
        chunks.push(Buffer.from(`${text}\n`))
      },
      upstreamEnded: () => undefined,
      finished: async () => undefined,
    },
    edits: createLineEdits(),
    reading: () => false,
    copying: () => false,
    read: () => undefined,
    harmless: () => false,
    tooLong: () => undefined,
    copied: () => undefined,
    uncopied: () => undefined,
    torn: () => true,
    interested: () => true,
    answered: ({ idKey }) => answers.push(idKey),
    asked: () => undefined,
    flush: () => undefined,
    ...changes,
  })
  return { output, answers, text: () => Buffer.concat(chunks).toString(), isOpen: () => open }
}

const line = fc.oneof(
  fc.nat({ max: 99 }).map((id) => `{"id":${id},"result":{"x":"é"}}`),
  fc.constantFrom(
    '',
    'noise',
    '{"method":"n"}',
    '{"id":1,"method":"elicitation/create","params":{}}',
    '[{"id":"b","result":1}]',
  ),
  fc.nat({ max: 200_000 }).map((size) => `{"id":7,"result":"${'x'.repeat(size)}"}`),
)
const stream = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('', 'open', '{"half":'))
  .map(([lines, rest]) => Buffer.from(`${lines.map((one) => `${one}\n`).join('')}${rest}`))
const cuts = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 70_000 }), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  { minLength: 1, maxLength: 40 },
)
/** Wants to see every line of up to 70,000 bytes. */
const onlooker = (changes: Partial<LineEditor> = {}): LineEditor => {
  return { longest: 70_000, concerns: () => true, edit: () => [], ...changes }
}

describe('what passes', () => {
  it('is what was written, and its answers are those of any other cutting', () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, steps) => {
        let [reading, copying] = [false, false]
        const edits = createLineEdits()
        const one = run({ reading: () => reading, copying: () => copying, edits })
        let remove: (() => void) | undefined
        let at = 0
        for (let n = 0; at < bytes.length; n++) {
          const [size, reads, copies, looks, edited] = steps[n % steps.length] ?? [1, false, false, false, false]
          remove?.()
          remove = edited ? edits.add(onlooker()) : undefined
          reading = reads
          copying = copies
          one.output.push(bytes.subarray(at, at + size))
          if (looks) one.output.lookAgain()
          at += size
        }
        one.output.end()
        const whole = run()
        whole.output.push(bytes)
        expect(one.text()).toBe(bytes.toString())
        expect(one.answers).toEqual(whole.answers)
        expect(one.isOpen()).toBe(whole.isOpen())
      }),
      { numRuns: 300 },
    )
  })

  it('is edited only where an editor says so, and answers are seen as they were written', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 5000 }), (bytes, size) => {
        const edits = createLineEdits()
        const one = run({ edits })
        // What is changed stands before a character of two bytes; the other one takes lines away.
        edits.add(
          onlooker({
            concerns: (text) => text.includes('é'),
            edit: (text) => [{ start: text.indexOf('"x"'), end: text.indexOf('"x"') + 3, text: '"ü"' }],
          }),
        )
        edits.add(onlooker({ concerns: (text) => text.includes('"method":"n"'), edit: () => 'taken' }))
        for (let at = 0; at < bytes.length; at += size) one.output.push(bytes.subarray(at, at + size))
        one.output.end()
        const whole = run()
        whole.output.push(bytes)
        const expected = bytes.toString().replaceAll('{"x":"é"}', '{"ü":"é"}').replaceAll('{"method":"n"}\n', '')
        expect(one.text()).toBe(expected)
        expect(one.answers).toEqual(whole.answers)
      }),
      { numRuns: 200 },
    )
  })

  it('is all but what is taken, and lines of ours come in its place', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 5000 }), (bytes, size) => {
        const one = run({
          reading: () => true,
          torn: () => false,
          read: (whole) => {
            expect(whole.indexOf(0x0a)).toBe(whole.length - 1)
            if (!whole.includes('elicitation')) return undefined
            return { act: () => one.line('taken'), answers: false }
          },
        }) as ReturnType<typeof run> & { line(text: string): void }
        const ours: string[] = []
        one.line = (text) => ours.push(text)
        for (let at = 0; at < bytes.length; at += size) one.output.push(bytes.subarray(at, at + size))
        one.output.end()
        const lines = bytes.toString().split('\n').slice(0, -1)
        const kept = lines.filter((text) => !text.includes('elicitation'))
        expect(one.text()).toBe(kept.map((text) => `${text}\n`).join(''))
        expect(ours).toHaveLength(lines.length - kept.length)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a line longer than can be read', () => {
  const long = Buffer.from(`{"id":1,"result":"${'x'.repeat(17 * 1024 * 1024)}"}\n{"id":2,"result":1}\n`)
  const push = ({ output }: ReturnType<typeof run>, size = 1_000_000) => {
    for (let at = 0; at < long.length; at += size) output.push(long.subarray(at, at + size))
  }

  it('is dropped and told with its id, and the next one passes', () => {
    const told: unknown[] = []
    const one = run({ reading: () => true, tooLong: (bytes, answer) => told.push([bytes, answer?.idKey]) })
    push(one)
    expect(told).toEqual([[long.indexOf(0x0a), '1']])
    expect(one.text()).toBe('{"id":2,"result":1}\n')
    expect(one.answers).toEqual(['1', '2'])
  })

  it('passes where its start shows that it does not matter', () => {
    const one = run({ reading: () => true, harmless: (head) => head.startsWith('{"id":1,') })
    push(one)
    expect(one.text()).toBe(long.toString())
    expect(one.answers).toEqual(['1', '2'])
  })

  it.each([long.length, 17 * 1024 * 1024 + 21])('is the same in chunks of %d bytes', (size) => {
    const one = run({ reading: () => true })
    push(one, size)
    expect(one.text()).toBe('{"id":2,"result":1}\n')
  })
})
