// The requests of the proxy benchmark. All ids have the same number of digits, so that all answers to one kind of call
// have the same length, and a refusal in the midst of a flood shows as a wrong byte count.

let lastId = 10_000_000

function request(method: string, params: object): Buffer {
  lastId++
  return Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params })}\n`)
}

const echoText = 'a short text, as small calls have'

export const initializeRequest = (): Buffer =>
  request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  })

export const initializedNotification = Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')

export const toolsListRequest = (): Buffer => request('tools/list', {})

export const echoRequest = (tool: string): Buffer =>
  request('tools/call', { name: tool, arguments: { text: echoText } })

export const blobRequest = (bytes: number): Buffer => request('tools/call', { name: 'get_blob', arguments: { bytes } })

/** Throws unless the line is the upstream's own answer to an echo call; a refusal would be fast and worthless. */
export function assertEcho(line: string): void {
  if (upstreamText(line) !== echoText) throw notTheUpstreams(line)
}

/** The same for a blob that takes about `bytes` on the wire; its text is shorter by the escapes. */
export function assertBlob(line: string, bytes: number): void {
  if (upstreamText(line).length < bytes / 2) throw notTheUpstreams(line)
}

function upstreamText(line: string): string {
  const { result } = JSON.parse(line)
  return result?.isError === true ? '' : String(result?.content?.[0]?.text)
}

const notTheUpstreams = (line: string): Error =>
  new Error(`the call was not answered by the upstream: ${line.slice(0, 500)}`)
