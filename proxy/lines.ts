// Cutting the client's byte stream into lines, with a cap on what one line may hold in memory.

const LF = 0x0a

export type LineSplitter = {
  /** Takes a chunk as it came; calls back for every line that it completes. */
  push(chunk: Buffer): void
  /** What came after the last line feed; nothing where that was empty or too long to be kept. */
  rest(): Buffer | undefined
}

/**
 * `onLine` gets each complete line with its line feed. A line longer than `maxBytes` is dropped as it streams by and reported once, with
 * its length, when it ends.
 */
export function createLineSplitter(
  maxBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: (bytes: number) => void,
): LineSplitter {
  let parts: Buffer[] = []
  let bytes = 0

  const keep = (part: Buffer) => {
    bytes += part.length
    if (bytes > maxBytes + 1) parts = []
    else parts.push(part)
  }

  return {
    rest: () => (parts.length === 0 ? undefined : Buffer.concat(parts, bytes)),
    push: (chunk) => {
      let from = 0
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
        if (bytes === 0 && end - from <= maxBytes) {
          onLine(chunk.subarray(from, end + 1))
        } else {
          keep(chunk.subarray(from, end + 1))
          const whole = bytes > maxBytes + 1 ? undefined : Buffer.concat(parts, bytes)
          const length = bytes - 1
          parts = []
          bytes = 0
          if (whole) onLine(whole)
          else onTooLong(length)
        }
        from = end + 1
      }
      if (from < chunk.length) keep(chunk.subarray(from))
    },
  }
}
