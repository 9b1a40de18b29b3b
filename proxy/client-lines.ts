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
  const name = word(info?.['name'])
  if (name === '') return { idText }
  return {
    idText,
    info: { name, version: word(info?.['version']), protocolVersion: word(params?.['protocolVersion']) },
  }
}

/** Where a request of 2026-07-28 says who sends it; and by which version of the protocol. */
export const clientInfoKey = 'io.modelcontextprotocol/clientInfo'
const versionKey = 'io.modelcontextprotocol/protocolVersion'

/** How the client introduces itself in the `_meta` of each of its requests. */
export function readModernInfo(meta: unknown): ClientInfo | undefined {
  const { [clientInfoKey]: info, [versionKey]: protocolVersion } = (meta ?? {}) as Record<string, unknown>
  const { name, version } = (info ?? {}) as Record<string, unknown>
  const read = { name: word(name), version: word(version), protocolVersion: word(protocolVersion) }
  return read.name === '' ? undefined : read
}

/** `params._meta` of the message in the line. */
export function metaOf(text: string): unknown {
  const params = parse(text)?.['params'] as Record<string, unknown> | null | undefined
  return params?.['_meta']
}

const word = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')

/** A request that the client takes back; `timedOut` where it gives its own time-out as the reason. */
export type TakenBackId = { idText: string; timedOut: boolean }

/** In the words of the SDKs, and whatever else others write for it. */
const timeOut = /tim(?:ed?|e)[ -]?out/i

/** What the line takes back: one for a cancellation, more for a batch of them. */
export function cancelledIds(text: string): TakenBackId[] {
  const read = parse(text)
  const messages = (Array.isArray(read) ? read : [read]) as (Record<string, unknown> | null | undefined)[]
  return messages.flatMap((message) => {
    if (message?.['method'] !== 'notifications/cancelled') return []
    const { requestId, reason } = (message['params'] ?? {}) as Record<string, unknown>
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return []
    return [{ idText: JSON.stringify(requestId), timedOut: typeof reason === 'string' && timeOut.test(reason) }]
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
