// What a web page that reaches for localhost is stopped by, before a session is even looked at: the Host it rebound to
// us, the Origin it came from, and what the browser itself says about the request (Fetch Metadata).
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** A request that is answered with this status and sentence, and goes no further. */
export type RequestRefusal = { status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 421; problem: string }

const loopbackNames = ['127.0.0.1', 'localhost']
const anyAddress = ['0.0.0.0', '::']

/**
 * Refuses a Host that is not ours. A page that had its own name rebound to 127.0.0.1 still sends that name. Where the
 * host was told to listen on every address, any literal address is ours: a rebound name never is one.
 */
export function checkHost(
  host: string | undefined,
  listening: { bind: string; port: number },
): RequestRefusal | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d+))?$/i.exec(host ?? '')
  const name = match?.[1]?.toLowerCase().replace(/^\[|\]$/g, '')
  const port = Number(match?.[2] ?? 80)
  const known = [...loopbackNames, listening.bind]
  const ours =
    name !== undefined &&
    port === listening.port &&
    (known.includes(name) || (anyAddress.includes(listening.bind) && isIP(name) !== 0))
  return ours ? undefined : { status: 421, problem: 'This host name is not served here.' }
}

/**
 * Refuses requests that another page caused. `mustBeProven`: one of the two headers has to be there, as browsers send
 * them with every POST.
 */
export function checkOrigin(
  { headers }: Pick<IncomingMessage, 'headers'>,
  mustBeProven: boolean,
): RequestRefusal | undefined {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  const foreign =
    (origin !== undefined && origin !== `http://${headers.host}`) || (site !== undefined && site !== 'same-origin')
  if (foreign) return { status: 403, problem: 'Only the page that this host serves may ask.' }
  if (mustBeProven && origin === undefined && site === undefined) {
    return { status: 403, problem: 'The request does not say which page it comes from.' }
  }
  return undefined
}

/** The value of one cookie, or nothing. */
export function cookieOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const cut = part.indexOf('=')
    if (cut !== -1 && part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim()
  }
  return undefined
}

/** True for `application/json`, with or without parameters: a foreign form can send no such thing without a preflight. */
export const isJson = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() === 'application/json'

/** The body as text (UTF-8, checked), or why it is refused. Stops reading as soon as it is longer than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<string | RequestRefusal> {
  const tooLarge: RequestRefusal = { status: 413, problem: `The request is larger than ${limit} bytes.` }
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge
  const chunks: Buffer[] = []
  let length = 0
  // Not destroyed on return: the refusal still has to go out on the same connection.
  const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  for await (const chunk of parts) {
    length += chunk.length
    if (length > limit) return tooLarge
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (error) {
    if (error instanceof TypeError) return { status: 400, problem: 'The request is not UTF-8.' }
    throw error
  }
}
