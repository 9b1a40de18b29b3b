// The published policy as it lies on disk: one header line, one payload line. The signature covers the payload's text
// as written, so nothing needs to be re-serialised to check it.

export type PublishedHeader = {
  format: 1
  /** SHA-256 of the payload text: names this revision everywhere. */
  revision: string
  /** Ed25519 over `signedText(payload)`, base64. */
  signature: string
}

/** What the signature covers. The prefix keeps a signature made for another purpose from passing here. */
export const signedText = (payload: string) => `countersign-policy:${payload}`

export function joinPublished(header: PublishedHeader, payload: string): string {
  return `${JSON.stringify(header)}\n${payload}\n`
}

/** Splits the file's text, or says what is wrong with it. Checks neither signature nor payload. */
export function splitPublished(
  text: string,
): { ok: true; header: PublishedHeader; payload: string } | { ok: false; problem: string } {
  const [first = '', payload = '', rest] = text.split('\n')
  let header: unknown
  try {
    header = JSON.parse(first)
  } catch {
    return { ok: false, problem: 'its first line is not JSON' }
  }
  if (typeof header !== 'object' || header === null) return { ok: false, problem: 'its first line is not a header' }
  const { format, revision, signature } = header as Record<string, unknown>
  if (format !== 1) return { ok: false, problem: `its format is ${String(format)}; this program reads format 1` }
  if (typeof revision !== 'string' || typeof signature !== 'string' || payload === '' || rest !== '') {
    return { ok: false, problem: 'it is cut short' }
  }
  return { ok: true, header: { format, revision, signature }, payload }
}
