// Keeps what a program can send over our socket within bounds: the JSON-RPC reader behind it would gather a frame of any
// announced length, a header without end, and loop for ever on a negative length.
import { Transform } from 'node:stream'
import { maxClientLineBytes } from '../core/wire/limits.ts'

const maxHeaderBytes = 4096
/** The longest call, once more escaped, and what is said about it. */
const maxBodyBytes = 2 * maxClientLineBytes
const headerEnd = '\r\n\r\n'

/** Passes well-formed frames of a bearable size unchanged; anything else is told to `refused`, and ends the stream. */
export function createFrameGuard(refused: (problem: string) => void): Transform {
  let header = ''
  let bodyLeft = 0

  const problemOf = (chunk: Buffer): string | undefined => {
    for (let at = 0; at < chunk.length; ) {
      if (bodyLeft > 0) {
        const skipped = Math.min(bodyLeft, chunk.length - at)
        bodyLeft -= skipped
        at += skipped
        continue
      }
      const had = header.length
      header += chunk.toString('latin1', at, Math.min(chunk.length, at + maxHeaderBytes + headerEnd.length))
      const end = header.indexOf(headerEnd)
      if (end > maxHeaderBytes || (end === -1 && header.length > maxHeaderBytes)) return 'its header has no end'
      if (end === -1) return undefined
      const length = /^content-length: *(\d{1,12})$/im.exec(header.slice(0, end))?.[1]
      if (length === undefined) return 'its header gives no length'
      if (Number(length) > maxBodyBytes) return `it has ${length} bytes, and ${maxBodyBytes} are allowed`
      at += end + headerEnd.length - had
      header = ''
      bodyLeft = Number(length)
    }
    return undefined
  }

  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      const problem = problemOf(chunk)
      if (problem === undefined) return done(null, chunk)
      refused(problem)
      done(new Error(problem))
    },
  })
}
