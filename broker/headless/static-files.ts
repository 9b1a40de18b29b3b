// The page shell and its assets, from the built renderer and from nowhere else on the disk. They hold no secret, so they
// are served without a session; the headers keep script, style and network to our own files.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { RequestRefusal } from './request-checks.ts'

/** The same policy as the desktop window's. */
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

/** Goes with every answer of the headless host, of whatever kind. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

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

export type StaticFile = { body: Buffer; headers: Record<string, string> }

const noSuchFile: RequestRefusal = { status: 404, problem: 'There is no such file.' }
const notBuilt: RequestRefusal = { status: 404, problem: 'The user interface is not built. Run: npm run build' }

/**
 * Reads the file that a URL's path names inside `folder`; `/` is the page. Refuses paths that point anywhere else.
 * Rejects only for a disk that fails.
 */
export async function readStaticFile(folder: string, urlPath: string): Promise<StaticFile | RequestRefusal> {
  const file = fileInside(folder, urlPath)
  if (file === undefined) return { status: 400, problem: 'This path names no file of the user interface.' }
  const contentType = contentTypes[path.extname(file)]
  if (contentType === undefined) return noSuchFile
  try {
    const body = await readFile(file)
    const isPage = contentType.startsWith('text/html')
    return { body, headers: { 'content-type': contentType, 'cache-control': isPage ? 'no-store' : 'no-cache' } }
  } catch (error) {
    if (!isMissing(error)) throw error
    return urlPath === '/' ? notBuilt : noSuchFile
  }
}

function fileInside(folder: string, urlPath: string): string | undefined {
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
