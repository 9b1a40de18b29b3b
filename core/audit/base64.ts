// Base64 as text, to see whether a secret stands in it. Core has neither Node's decoder nor the browser's.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const values = new Map<number, number>([
  ...Array.from(alphabet, (char, value): [number, number] => [char.charCodeAt(0), value]),
  ['-'.charCodeAt(0), 62],
  ['_'.charCodeAt(0), 63],
])

/** One character a byte; what is no Base64 ends it. Meant for looking for ASCII in it. */
export function decodeBase64(text: string): string {
  const parts: string[] = []
  let chunk: number[] = []
  let bits = 0
  let held = 0
  for (let at = 0; at < text.length; at++) {
    const value = values.get(text.charCodeAt(at))
    if (value === undefined) break
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    chunk.push((held >> bits) & 0xff)
    if (chunk.length < 4096) continue
    parts.push(String.fromCharCode(...chunk))
    chunk = []
  }
  return parts.join('') + String.fromCharCode(...chunk)
}
