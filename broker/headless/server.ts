// The user interface for machines without a desktop: the same page and the same API as in the app, on loopback. This is
// the only TCP port Countersign ever opens, and whoever can use it can approve, so every request has to prove itself.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import type { UiError, UiReply } from '../../core/wire/ui-contract.ts'
import type { UiApi } from '../host-contract.ts'
import { securityHeaders } from '../page-files.ts'
import { createEventStreams } from './event-streams.ts'
import { checkHost, checkOrigin, cookieOf, isJson, type RequestRefusal, readBody } from './request-checks.ts'
import { createSessionAuth, type Session } from './session-auth.ts'
import { readStaticFile } from './static-files.ts'

export type HeadlessHostOptions = {
  api: UiApi
  /** The built renderer: index.html and its assets. */
  rendererFolder: string
  /** TCP port; 0 takes a free one. */
  port: number
  /** Address to listen on. Anything but `127.0.0.1` lets other machines try: see `bindAddress`. */
  bind: string
  /** One line for the host's log. Never a token. */
  log(line: string): void
  /** Unpredictable bytes, for codes and tokens. */
  random?: (bytes: number) => Buffer
}

export type HeadlessHost = {
  /** Where the page is, without any secret: `http://127.0.0.1:4785/`. */
  readonly url: string
  /** A new link that opens one session, once. */
  launchLink(): string
  /** Ends open streams and lets running requests finish. */
  stop(): Promise<void>
}

/** The port or address cannot be listened on; the message says which, and what to do. */
export class HeadlessHostError extends Error {
  readonly code: 'port-in-use' | 'cannot-listen'
  constructor(code: HeadlessHostError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HeadlessHostError'
    this.code = code
  }
}

const loopback = '127.0.0.1'
const maxBodyBytes = 1024 * 1024
/** Running requests may take this long to finish when the host stops, in milliseconds. */
const stopGraceMs = 1_000

/** Loopback, unless the one variable says otherwise whose name says what that means. */
export const bindAddress = (env: Readonly<Record<string, string | undefined>>): string =>
  env['COUNTERSIGN_DANGEROUSLY_BIND_ADDRESS'] || loopback

const requestBody = z.strictObject({ method: z.string(), params: z.unknown() })

/** @throws HeadlessHostError where the address cannot be listened on. */
export async function startHeadlessHost(options: HeadlessHostOptions): Promise<HeadlessHost> {
  const { api, bind, log } = options
  const auth = createSessionAuth(options.random)
  const streams = createEventStreams(api)
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 20_000 })
  let port = options.port

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = checkHost(request.headers.host, { bind, port })
    if (refused) return refuse(response, refused)
    const target = request.url ?? ''
    // A full URL, as sent to proxies, would let its host and ours differ.
    const url = target.startsWith('/') ? URL.parse(`http://${request.headers.host}${target}`) : null
    if (url === null) return refuse(response, { status: 400, problem: 'This is not a path.' })
    switch (url.pathname) {
      case '/launch':
        return methodIs(request, response, 'GET') ? launch(request, response, url) : undefined
      case '/api/request':
        return methodIs(request, response, 'POST') ? handleRequest(request, response) : undefined
      case '/api/events':
        return methodIs(request, response, 'GET') ? openEvents(request, response, url) : undefined
      default:
        return methodIs(request, response, 'GET', 'HEAD') ? serveFile(response, url.pathname) : undefined
    }
  }

  const cookieName = () => `countersign-${port}`

  /** Both halves of a session, and a request from our own page. Answers and returns nothing where one is missing. */
  const authorised = (
    request: IncomingMessage,
    response: ServerResponse,
    mustBeProven: boolean,
    key: unknown,
  ): Session | undefined => {
    const foreign = checkOrigin(request, mustBeProven)
    if (foreign) {
      refuseApi(response, foreign)
      return undefined
    }
    const session = auth.session(cookieOf(request, cookieName()) ?? '')
    if (session && typeof key === 'string' && auth.isKeyOf(session, key)) return session
    refuseApi(response, { status: 401, problem: 'No session. Open a fresh link from the terminal.' })
    return undefined
  }

  const launch = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const opened = auth.redeem(url.searchParams.get('code') ?? '')
    if (opened !== undefined) {
      const { token, key } = opened
      log(`A browser opened a session (${auth.session(token)?.id}).`)
      const cookie = `${cookieName()}=${token}; HttpOnly; SameSite=Strict; Path=/`
      const location = `/#key=${key}`
      response.writeHead(303, { ...securityHeaders, location, 'set-cookie': cookie, 'cache-control': 'no-store' })
      response.end()
      return
    }
    if (auth.session(cookieOf(request, cookieName()) ?? '')) {
      response.writeHead(303, { ...securityHeaders, location: '/', 'cache-control': 'no-store' }).end()
      return
    }
    // The page itself says, in its own words, that the link is used up.
    const page = await readStaticFile(options.rendererFolder, '/')
    if ('problem' in page)
      return refuse(response, { status: 403, problem: 'This link was used before, or is not ours.' })
    response.writeHead(403, { ...securityHeaders, ...page.headers }).end(page.body)
  }

  /** EventSource can send no header, so here the key stands in the address, which nothing of ours logs. */
  const openEvents = (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    const session = authorised(request, response, false, url.searchParams.get('key'))
    if (!session || streams.open(response, securityHeaders)) return
    refuseApi(response, { status: 403, problem: 'Too many pages are open.' })
  }

  const handleRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const session = authorised(request, response, true, request.headers['x-countersign-key'])
    if (!session) return
    if (!isJson(request)) return refuseApi(response, { status: 415, problem: 'Requests are application/json.' })
    const body = await readBody(request, maxBodyBytes)
    if (typeof body !== 'string') return refuseApi(response, body)
    const asked = requestBody.safeParse(parseJson(body))
    if (!asked.success) return refuseApi(response, { status: 400, problem: 'Requests are {"method": …, "params": …}.' })
    const { method, params } = asked.data
    sendJson(response, 200, await api.handle(method, params, `headless:${session.id}`))
  }

  const serveFile = async (response: ServerResponse, path: string): Promise<void> => {
    const file = await readStaticFile(options.rendererFolder, path)
    if ('problem' in file) return refuse(response, file)
    response.writeHead(200, { ...securityHeaders, ...file.headers, 'content-length': file.body.length }).end(file.body)
  }

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      // A request that was cut off in the middle is nobody's fault and has nobody to be answered.
      if (request.destroyed && !request.complete) return
      log(`A request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, failure('internal', 'Countersign could not answer. Its log says why.'))
    })
  })
  // WebSockets are not subject to the same-origin policy; there is nothing here to upgrade to.
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    else socket.destroy()
  })

  try {
    port = await listen(server, options.port, bind)
  } catch (error) {
    streams.stop()
    throw error
  }
  const shown = bind.includes(':') ? `[${bind}]` : bind
  const url = `http://${shown}:${port}/`
  return {
    url,
    launchLink: () => `${url}launch?code=${auth.launchCode()}`,
    stop: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      streams.stop()
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), stopGraceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

function listen(server: ReturnType<typeof createServer>, port: number, bind: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const cannot =
        error.code === 'EADDRINUSE'
          ? new HeadlessHostError(
              'port-in-use',
              `Port ${port} on ${bind} is in use by another program. Stop that one, or choose another port with --port.`,
              { cause: error },
            )
          : new HeadlessHostError(
              'cannot-listen',
              `Countersign cannot listen on ${bind} port ${port}: ${error.message}. Choose another port with --port.`,
              { cause: error },
            )
      reject(cannot)
    })
    server.listen(port, bind, () => resolve((server.address() as AddressInfo).port))
  })
}

function methodIs(request: IncomingMessage, response: ServerResponse, ...methods: string[]): boolean {
  if (methods.includes(request.method ?? '')) return true
  response.setHeader('allow', methods.join(', '))
  refuse(response, { status: 405, problem: `Only ${methods.join(' and ')} here.` })
  return false
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const failure = (code: UiError['code'], message: string): UiReply => ({ ok: false, error: { code, message } })

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const headers = { ...securityHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, headers).end(JSON.stringify(value))
}

/** As a reply of the UI contract, so that the page can show the sentence. */
function refuseApi(response: ServerResponse, { status, problem }: RequestRefusal): void {
  // What is left of a body that nobody reads must not be taken for the next request.
  response.setHeader('connection', 'close')
  sendJson(response, status, failure(status === 401 || status === 403 ? 'unauthorized' : 'bad-params', problem))
}

function refuse(response: ServerResponse, { status, problem }: RequestRefusal): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' }
  response.writeHead(status, { ...securityHeaders, ...headers }).end(`${problem}\n`)
}
