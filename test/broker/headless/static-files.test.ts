// The page and its assets are all of the disk that can be read through the headless host.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunningHost, runHost, sendRaw } from './host-fixture.ts'

let host: RunningHost
beforeAll(async () => {
  host = await runHost()
})
afterAll(() => host.end())

const raw = (path: string) =>
  sendRaw(host.port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nConnection: close\r\n\r\n`)

it('serves the page and its assets to anybody, with the headers that bind them', async () => {
  const page = await fetch(host.url)
  expect([page.status, await page.text()]).toEqual([200, '<!doctype html><title>Countersign</title>'])
  expect(Object.fromEntries(page.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  const script = await fetch(`${host.url}assets/main.js`)
  expect(Object.fromEntries(script.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'x-content-type-options': 'nosniff',
  })
})

it.each([
  ['/../secret.json', 404],
  ['/assets/../../secret.json', 404],
  ['/%2e%2e/secret.json', 404],
  ['/..%2fsecret.json', 400],
  ['/assets/..%2f..%2fsecret.json', 400],
  ['/..%5csecret.json', 400],
  ['/assets/%00.js', 400],
  ['/%', 400],
  ['//etc/passwd', 404],
  ['/assets', 404],
  ['/assets/main.js.map', 404],
  ['/nothing.js', 404],
])('answers %s with %i and gives nothing of the disk away', async (path, status) => {
  const answer = await raw(path)
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(answer).not.toMatch(/secret|root:/)
})

it('changes nothing for other methods', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    expect((await fetch(host.url, { method })).status).toBe(405)
  }
})
