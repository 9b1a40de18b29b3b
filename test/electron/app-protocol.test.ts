// Which addresses app:// answers, and which reach for something else.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileInside } from '../../broker/page-files.ts'
import { serveFrom } from '../../electron/app-protocol.ts'
import { removeFolder, temporaryFolder } from './harness.ts'

let folder: string
let site: string

beforeAll(() => {
  folder = temporaryFolder()
  site = path.join(folder, 'site')
  mkdirSync(path.join(site, 'assets'), { recursive: true })
  mkdirSync(path.join(folder, 'site-secret'))
  writeFileSync(path.join(site, 'index.html'), '<h1>ours</h1>')
  writeFileSync(path.join(site, 'assets', 'app.js'), 'ours')
  writeFileSync(path.join(site, 'key.pem'), 'secret')
  writeFileSync(path.join(folder, 'secret.html'), 'secret')
  writeFileSync(path.join(folder, 'site-secret', 'secret.html'), 'secret')
})
afterAll(() => removeFolder(folder))

const get = async (url: string, method = 'GET') => {
  const response = await serveFrom(site)(new Request(url, { method }))
  return { status: response.status, body: await response.text(), headers: response.headers }
}

test.for([
  ['app://countersign/', 'text/html; charset=utf-8', '<h1>ours</h1>'],
  ['app://countersign/index.html?x=1#y', 'text/html; charset=utf-8', '<h1>ours</h1>'],
  ['app://countersign/assets/app.js', 'text/javascript; charset=utf-8', 'ours'],
  ['app://countersign/assets/../index.html', 'text/html; charset=utf-8', '<h1>ours</h1>'],
])('%s is served as %s', async ([url, type, body]) => {
  const answer = await get(url as string)
  expect(answer).toMatchObject({ status: 200, body })
  expect(answer.headers.get('content-type')).toBe(type)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
})

test.for([
  ['app://countersign/..%2fsecret.html', 400],
  ['app://countersign/%2e%2e%2fsecret.html', 400],
  ['app://countersign/assets%2f..%2f..%2fsecret.html', 400],
  ['app://countersign/..%2fsite-secret%2fsecret.html', 400],
  ['app://countersign/..%5csecret.html', 400],
  ['app://countersign/%00index.html', 400],
  ['app://countersign/%zz', 400],
  ['app://countersign/../secret.html', 404],
  ['app://countersign//etc/passwd', 404],
  ['app://countersign/key.pem', 404],
  ['app://countersign/assets', 404],
  ['app://countersign/missing.html', 404],
  ['app://evil/index.html', 403],
  ['app://countersign:1234/index.html', 403],
] as const)('%s gets %i and nothing of the disk', async ([url, status]) => {
  const answer = await get(url)
  expect(answer.status).toBe(status)
  expect(answer.body).not.toMatch(/secret|root:/)
  expect(answer.headers.get('content-security-policy')).toBeTruthy()
})

test('only reading methods are served', async () => {
  expect((await get('app://countersign/', 'POST')).status).toBe(405)
  expect(await get('app://countersign/', 'HEAD')).toMatchObject({ status: 200, body: '' })
})

test('a path never names a sibling folder that only begins the same', () => {
  expect(fileInside('/srv/site', '/../site-secret/x.html')).toBeUndefined()
  expect(fileInside('/srv/site', '/a/b.js')).toBe(path.resolve('/srv/site/a/b.js'))
})
