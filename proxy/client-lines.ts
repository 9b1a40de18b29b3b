// What the proxy reads in the client's lines beside tool calls: whether they are text, who the client is, what it takes back.

/** The line as text, or nothing where two readers could see different text. A carriage return before the line feed goes. */
export function readableText(line: Buffer): string | undefined {
  if (line.includes(0) || (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf)) return undefined
  const text = line.toString('utf8')
  // U+FFFD is also what the decoder puts for invalid bytes; encoding it again tells which.
  if (text.includes('\ufffd') && !Buffer.from(text).equals(line)) return undefined
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

export type ClientInfo = { name: string; version: string; protocolVersion: string }

/** How the client introduces itself in `initialize`, if that is what the line is. `idText`: JSON text of the request's id. */
export function readInitialize(text: string): { idText: string; info?: ClientInfo } | undefined {
  const message = parse(text)
  if (message?.['method'] !== 'initialize') return undefined
  const idText = JSON.stringify(message['id'] ?? null)
  const params = message['params'] as Record<string, unknown> | undefined
  const info = params?.['clientInfo'] as Record<string, unknown> | undefined
  const words = [info?.['name'], info?.['version'], params?.['protocolVersion']]
  const [name, version, protocolVersion] = words.map((word) => (typeof word === 'string' ? word.slice(0, 200) : ''))
  if (!name) return { idText }
  return { idText, info: { name, version: version ?? '', protocolVersion: protocolVersion ?? '' } }
}

/** JSON texts of the ids that the line takes back: one for a cancellation, more for a batch of them. */
export function cancelledIds(text: string): string[] {
  const read = parse(text)
  const messages = (Array.isArray(read) ? read : [read]) as (Record<string, unknown> | null | undefined)[]
  return messages.flatMap((message) => {
    if (message?.['method'] !== 'notifications/cancelled') return []
    const id = (message['params'] as Record<string, unknown> | null | undefined)?.['requestId']
    return typeof id === 'string' || typeof id === 'number' ? [JSON.stringify(id)] : []
  })
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // passed on as it is: what to make of it is the upstream's to say
  }
}
