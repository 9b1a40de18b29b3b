// Serves the built user interface under app://countersign/ and nothing else of the disk, with the headers that keep
// script, style and network to our own files.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'
import { appHost, appScheme } from './app-url.ts'

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What a build of the renderer may hold. A file of another kind is not served, whatever put it there. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

const headers = (contentType: string) => ({
  'content-type': contentType,
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
})

const refusal = (status: 400 | 403 | 404 | 405, sentence: string) =>
  new Response(sentence, { status, headers: headers('text/plain; charset=utf-8') })

/** The file a URL's path names inside `folder`, or nothing when it points anywhere else or is not a plain path. */
export const fileInside = (folder: string, urlPath: string): string | undefined => {
  let name: string
  try {
    name = decodeURIComponent(urlPath)
  } catch {
    return undefined // not valid percent-encoding, so it names no file
  }
  // The URL parser has resolved plain `..` already. What is left of them came in encoded, to slip past it.
  if (/[\0\\]/.test(name) || name.split('/').some((part) => part === '..' || part === '.')) return undefined
  const root = path.resolve(folder)
  const file = path.resolve(root, `.${name === '/' ? '/index.html' : name}`)
  return file.startsWith(root + path.sep) ? file : undefined
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code))

/** Answers one request for app://…; never rejects for a bad request, only for a disk that fails. */
export const serveFrom =
  (folder: string) =>
  async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    if (url.host !== appHost) return refusal(403, 'Only app://countersign is served.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'Only GET and HEAD are served.')
    const file = fileInside(folder, url.pathname)
    if (file === undefined) return refusal(400, 'This path names no file of the user interface.')
    const contentType = contentTypes[path.extname(file)]
    if (contentType === undefined) return refusal(404, 'There is no such file.')
    try {
      const body = await readFile(file)
      return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), { headers: headers(contentType) })
    } catch (error) {
      if (isMissing(error)) return refusal(404, 'There is no such file.')
      throw error
    }
  }

/** Must run before Electron is ready: makes app:// a secure standard scheme, so that 'self' and fetch work in it. */
export const registerAppScheme = (): void => {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

export const serveApp = (folder: string): void => {
  protocol.handle(appScheme, serveFrom(folder))
}
