// Serves the built user interface under app://countersign/ and nothing else of the disk, with the headers that keep
// script, style and network to our own files.
import { protocol } from 'electron'
import { readPageFile, securityHeaders } from '../broker/page-files.ts'
import { appHost, appScheme } from './app-url.ts'
import { noticeFile } from './notice-page.ts'

const headers = (contentType: string) => ({
  'content-type': contentType,
  ...securityHeaders,
  'cache-control': 'no-cache',
})

const refusal = (status: 400 | 403 | 404 | 405, sentence: string) =>
  new Response(sentence, { status, headers: headers('text/plain; charset=utf-8') })

/** Answers one request for app://…; never rejects for a bad request, only for a disk that fails. */
export const serveFrom =
  (folder: string) =>
  async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    if (url.host !== appHost) return refusal(403, 'Only app://countersign is served.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'Only GET and HEAD are served.')
    const file = noticeFile(url) ?? (await readPageFile(folder, url.pathname))
    if (file === 'no-file-name') return refusal(400, 'This path names no file of the user interface.')
    if (file === 'missing') return refusal(404, 'There is no such file.')
    const body = request.method === 'HEAD' ? null : new Uint8Array(Buffer.from(file.body))
    return new Response(body, { headers: headers(file.contentType) })
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
