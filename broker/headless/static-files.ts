// The page shell and its assets, as an answer over HTTP. They hold no secret, so they are served without a session.
import { readPageFile } from '../page-files.ts'
import type { RequestRefusal } from './request-checks.ts'

export type StaticFile = { body: Buffer; headers: Record<string, string> }

const noFileName: RequestRefusal = { status: 400, problem: 'This path names no file of the user interface.' }
const noSuchFile: RequestRefusal = { status: 404, problem: 'There is no such file.' }
const notBuilt: RequestRefusal = { status: 404, problem: 'The user interface is not built. Run: npm run build' }

/**
 * Reads the file that a URL's path names inside `folder`; `/` is the page. Refuses paths that point anywhere else.
 * Rejects only for a disk that fails.
 */
export async function readStaticFile(folder: string, urlPath: string): Promise<StaticFile | RequestRefusal> {
  const file = await readPageFile(folder, urlPath)
  if (file === 'no-file-name') return noFileName
  if (file === 'missing') return urlPath === '/' ? notBuilt : noSuchFile
  const { body, contentType } = file
  const isPage = contentType.startsWith('text/html')
  return { body, headers: { 'content-type': contentType, 'cache-control': isPage ? 'no-store' : 'no-cache' } }
}
