// The hash chain of a spool: each line carries the hash of its own text, which includes the hash of the line before.
// Hashing the text as written (not a parsed and re-serialised value) keeps verification independent of any serialiser.

/** SHA-256 of a UTF-8 text, as 64 lower-case hexadecimal digits. Passed in, so that core needs no platform. */
export type Sha256 = (text: string) => string

export const chainStart = '0'.repeat(64)

const suffixLength = ',"hash":""}'.length + 64

/** The line to append (without line feed) and its hash, which the next line names as `prev`. */
export function chainLine(
  event: { session: string; n: number; t: number; type: string; data: unknown },
  prev: string,
  sha256: Sha256,
): { line: string; hash: string } {
  const body = `{"v":1,"session":${JSON.stringify(event.session)},"n":${event.n},"t":${event.t},"type":"${event.type}","data":${JSON.stringify(event.data)},"prev":"${prev}"`
  const hash = sha256(body)
  return { line: `${body},"hash":"${hash}"}`, hash }
}

/** Checks one line against the hash of the line before it. Returns the line's own hash, or what is wrong with it. */
export function checkLine(
  line: string,
  prev: string,
  sha256: Sha256,
): { ok: true; hash: string } | { ok: false; problem: 'malformed' | 'hash-mismatch' | 'chain-broken' } {
  const body = line.slice(0, -suffixLength)
  const suffix = line.slice(-suffixLength)
  const match = /^,"hash":"([0-9a-f]{64})"\}$/.exec(suffix)
  if (!match?.[1]) return { ok: false, problem: 'malformed' }
  if (sha256(body) !== match[1]) return { ok: false, problem: 'hash-mismatch' }
  if (!body.endsWith(`,"prev":"${prev}"`)) return { ok: false, problem: 'chain-broken' }
  return { ok: true, hash: match[1] }
}
