// The built user interface as both hosts serve it: which of its files a URL names, and the headers that keep script, style
// and network to our own files. Nothing else on the disk can be reached through it.
import { readFile } from 'node:fs/promises'
import * as path from 'node:path'

const contentSecurityPolicy = [
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

/** Goes with every answer of either host, of whatever kind. */
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

/** `no-file-name`: the path names nothing in the folder. `missing`: it names a file that is not there, or of no kind we serve. */
export type PageFile = { body: Buffer; contentType: string } | 'no-file-name' | 'missing'

/** Reads the file that a URL's path names inside `folder`; `/` is the page. Rejects only for a disk that fails. */
export async function readPageFile(folder: string, urlPath: string): Promise<PageFile> {
  const file = fileInside(folder, urlPath)
  if (file === undefined) return 'no-file-name'
  const contentType = contentTypes[path.extname(file)]
  if (contentType === undefined) return 'missing'
  try {
    return { body: await readFile(file), contentType }
  } catch (error) {
    if (isMissing(error)) return 'missing'
    throw error
  }
}

/** The file a URL's path names inside `folder`, or nothing when it points anywhere else or is not a plain path. */
export function fileInside(folder: string, urlPath: string): string | undefined {
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
