// Lines are the same however the bytes come, and one too long costs no memory.
import { describe, expect, it } from 'vitest'
import { createLineSplitter } from '../../proxy/lines.ts'

function split(chunks: Iterable<Buffer>, maxBytes = 10) {
  const lines: string[] = []
  const splitter = createLineSplitter(
    maxBytes,
    (line) => lines.push(line.toString()),
    (bytes) => lines.push(`too long: ${bytes}`),
  )
  for (const chunk of chunks) splitter.push(chunk)
  return { lines, rest: splitter.rest()?.toString() }
}

describe('createLineSplitter', () => {
  const stream = Buffer.from('{"a":1}\n\n0123456789\n0123456789x\r\nb\r\nlast')
  const expected = { lines: ['{"a":1}\n', '\n', '0123456789\n', 'too long: 12', 'b\r\n'], rest: 'last' }

  it('cuts two lines in one chunk', () => expect(split([stream])).toEqual(expected))
  it('cuts byte by byte', () => expect(split([...stream].map((byte) => Buffer.from([byte])))).toEqual(expected))
  it('cuts at every place', () => {
    for (let at = 1; at < stream.length; at++) {
      expect(split([stream.subarray(0, at), stream.subarray(at)])).toEqual(expected)
    }
  })

  it('keeps nothing of a line without end', () => {
    expect(split(Array.from({ length: 1000 }, () => Buffer.alloc(64, 'x'))).rest).toBeUndefined()
    expect(split([Buffer.from('x\n')]).rest).toBeUndefined()
  })
})
