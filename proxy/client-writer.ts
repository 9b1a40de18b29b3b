// Everything that goes to the client: the upstream's bytes as they came, and lines of our own between them.
import type { Readable, Writable } from 'node:stream'

export type ClientWriter = {
  /** Passes on a chunk of the upstream's. `midLine`: it ends inside a line, so lines of ours must wait. */
  pass(chunk: Buffer, midLine: boolean): void
  /** Writes a line of ours, as soon as no line of the upstream's is open. */
  line(text: string | Buffer): void
  /** The upstream is gone: lets lines of ours through, after closing a line it left open; without any, it stays open. */
  upstreamEnded(): void
  /** Resolves when everything written has been taken by the operating system, or can no longer be. */
  finished(): Promise<void>
}

/** Pauses `source` while the client does not read. */
export function createClientWriter(out: Writable, source: Readable): ClientWriter {
  let open = false
  let torn = false
  let waiting: (string | Buffer)[] = []
  let gone = false
  out.on('drain', () => source.resume())
  out.on('error', () => {
    gone = true // EPIPE: the session ends by the client's other end
    source.resume() // an upstream that cannot write would not notice that its input has ended
  })

  const write = (data: Buffer | string) => {
    if (gone) return
    // What the operating system took at once is no reason to wait.
    if (!out.write(data) && out.writableLength > 0) source.pause()
  }
  const release = () => {
    open = false
    if (waiting.length === 0) return
    const lines = waiting
    waiting = []
    write(joined(lines))
  }

  return {
    pass: (chunk, midLine) => {
      write(chunk)
      open = midLine
      if (!midLine) release()
    },
    line: (text) => {
      if (open) {
        waiting.push(text)
        return
      }
      write(joined(torn ? ['', text] : [text]))
      torn = false
    },
    upstreamEnded: () => {
      torn = open && waiting.length === 0
      if (open && waiting.length > 0) write('\n')
      release()
    },
    finished: () =>
      new Promise((resolve) => {
        if (gone) resolve()
        else {
          out.once('error', () => resolve())
          out.end(() => resolve())
        }
      }),
  }
}

/** As lines, each with its line feed. */
function joined(lines: readonly (string | Buffer)[]): string | Buffer {
  if (lines.every((line) => typeof line === 'string')) return `${lines.join('\n')}\n`
  return Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
}
