// Whoever reaches the headless host can approve calls, so each way in that a web page has is tried on a real server.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHeadlessHost } from '../../../broker/headless/server.ts'
import type { UiEventEnvelope } from '../../../core/wire/ui-contract.ts'
import { createFakeApi, type RunningHost, runHost, type SignedIn, sendRaw, signIn } from './host-fixture.ts'

let host: RunningHost
let me: SignedIn

beforeEach(async () => {
  host = await runHost()
  me = await signIn(host)
})
afterEach(() => host.end())

const approve = JSON.stringify({ method: 'approvals.approve', params: { id: 'a', binding: 'b' } })
const post = (headers: Record<string, string>, body: string = approve) =>
  fetch(`${host.url}api/request`, { method: 'POST', headers, body })
const without = (name: string) => Object.fromEntries(Object.entries(me.headers).filter(([key]) => key !== name))

describe('the launch link', () => {
  it('opens one session, once; its key stands in the fragment alone, and nothing in the log', async () => {
    const link = host.launchLink()
    const opened = await fetch(link, { redirect: 'manual' })
    expect(opened.status).toBe(303)
    const [, key = ''] = /^\/#key=([\w-]{43})$/.exec(opened.headers.get('location') ?? '') ?? []
    expect(key).not.toBe('')
    expect(await opened.text()).toBe('')
    const cookie = opened.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(new RegExp(`^countersign-${host.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`))

    const again = await fetch(link, { redirect: 'manual' })
    expect(again.status).toBe(403)
    expect(again.headers.get('set-cookie')).toBeNull()
    const secrets = [new URL(link).searchParams.get('code') ?? '', cookie.slice(cookie.indexOf('=') + 1, 50), key]
    for (const secret of secrets) expect(host.logged.join()).not.toContain(secret)
  })

  it('takes a browser that is signed in to the page, whatever the code', async () => {
    const opened = await fetch(`${host.url}launch?code=old`, { headers: { cookie: me.cookie }, redirect: 'manual' })
    expect(opened.status).toBe(303)
  })

  it('refuses a guess, an empty code and none', async () => {
    for (const query of ['?code=guess', '?code=', '']) {
      const opened = await fetch(`${host.url}launch${query}`, { redirect: 'manual' })
      expect([opened.status, opened.headers.get('set-cookie')]).toEqual([403, null])
    }
  })

  it('is not used up by a preview that only asks for headers', async () => {
    const link = host.launchLink()
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(405)
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303)
  })
})

describe('a request of the page', () => {
  it('reaches the broker under the name of its session, and its reply comes back', async () => {
    const answer = await post(me.headers)
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true, value: 'done' }])
    const [asked] = host.api.asked
    expect(asked).toMatchObject({ method: 'approvals.approve', params: { id: 'a', binding: 'b' } })
    expect(asked?.actor).toMatch(/^headless:[0-9a-f]{8}$/)
    expect(host.logged).toContain(`A browser opened a session (${asked?.actor.slice(9)}).`)
  })

  const refused: [name: string, status: number, headers: () => Record<string, string>, body?: string][] = [
    ['without a cookie', 401, () => without('cookie')],
    ['with a made-up cookie', 401, () => ({ ...me.headers, cookie: `countersign-${host.port}=made-up` })],
    // What another server on this machine has, when the browser sends it our cookie: half a session.
    ['without the key', 401, () => without('x-countersign-key')],
    ['with a wrong key', 401, () => ({ ...me.headers, 'x-countersign-key': 'wrong' })],
    ['from a foreign page', 403, () => ({ ...me.headers, origin: 'https://evil.example' })],
    ['from a page on another port', 403, () => ({ ...me.headers, origin: 'http://127.0.0.1:1' })],
    ['from a sandboxed frame', 403, () => ({ ...me.headers, origin: 'null' })],
    ['that says it is cross-site', 403, () => ({ ...me.headers, 'sec-fetch-site': 'cross-site' })],
    ['that says it is from another port', 403, () => ({ ...me.headers, 'sec-fetch-site': 'same-site' })],
    ['that does not say where it is from', 403, () => without('origin')],
    ['in the form a foreign form can send', 415, () => ({ ...me.headers, 'content-type': 'text/plain' })],
    ['that is too large', 413, () => me.headers, JSON.stringify({ method: 'x'.repeat(1024 * 1024), params: {} })],
    ['that is not JSON', 400, () => me.headers, '{'],
    ['with an unknown member', 400, () => me.headers, JSON.stringify({ method: 'm', params: {}, more: 1 })],
    ['without a method', 400, () => me.headers, JSON.stringify({ params: {} })],
  ]
  for (const [name, status, headers, body] of refused) {
    it(`${name} is refused with ${status} and reaches nobody`, async () => {
      const answer = await post(headers(), body)
      expect(answer.status).toBe(status)
      expect(await answer.json()).toMatchObject({ ok: false, error: { message: expect.any(String) } })
      expect(host.api.asked).toEqual([])
    })
  }

  it('of unknown length is cut off at the limit', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const head = Object.entries({ ...me.headers, host: `127.0.0.1:${host.port}`, 'transfer-encoding': 'chunked' })
    const lines = head.map(([name, value]) => `${name}: ${value}`).join('\r\n')
    const received = await sendRaw(host.port, `POST /api/request HTTP/1.1\r\n${lines}\r\n\r\n${chunk.repeat(17)}`)
    expect(received).toMatch(/^HTTP\/1\.1 413 /)
    expect(host.api.asked).toEqual([])
  })

  it('gets an answer where the broker fails, and the log says why', async () => {
    const failing = await runHost(
      createFakeApi(() => {
        throw new Error('disk on fire')
      }),
    )
    try {
      const { headers } = await signIn(failing)
      const answer = await fetch(`${failing.url}api/request`, { method: 'POST', headers, body: approve })
      expect([answer.status, await answer.json()]).toMatchObject([500, { ok: false, error: { code: 'internal' } }])
      expect(failing.logged.join()).toContain('disk on fire')
    } finally {
      await failing.end()
    }
  })
})

describe('a page that reaches for localhost', () => {
  const asHost = (name: string, path: string, more = '') =>
    sendRaw(host.port, `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n${more}\r\n`)

  it.each([
    'evil.example',
    'evil.example:{port}',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:{port}',
    '169.254.1.1:{port}',
    '',
  ])('under the host name "%s" gets nothing, not even the page', async (name) => {
    const rebound = name.replace('{port}', String(host.port))
    for (const path of ['/', '/api/events']) {
      expect(await asHost(rebound, path, `Cookie: ${me.cookie}\r\n`)).toMatch(/^HTTP\/1\.1 421 /)
    }
  })

  it('is served under both names of loopback', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST']) {
      expect(await asHost(`${name}:${host.port}`, '/')).toMatch(/^HTTP\/1\.1 200 /)
    }
  })

  it('gets no events across origins, nor with half a session', async () => {
    for (const path of [`api/events?key=${me.key}`]) {
      for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
        const answer = await fetch(host.url + path, { headers: { cookie: me.cookie, ...headers } })
        expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining(me.key)])
      }
      expect((await fetch(host.url + path)).status).toBe(401)
    }
    expect((await fetch(`${host.url}api/events`, { headers: { cookie: me.cookie } })).status).toBe(401)
    expect(host.api.listeners()).toBe(0)
  })

  it('is not answered when it asks for permission (preflight), and no CORS header is ever sent', async () => {
    for (const path of ['', 'api/request', 'api/events', 'launch']) {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
      const answer = await fetch(host.url + path, { method: 'OPTIONS', headers })
      expect(answer.status).toBe(405)
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })

  it('gets no WebSocket', async () => {
    const more = `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: ${me.cookie}\r\n`
    const request = `GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nConnection: Upgrade\r\n${more}\r\n`
    expect(await sendRaw(host.port, request)).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('gets a closed connection for what is not HTTP', async () => {
    expect(await sendRaw(host.port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await asHost(`127.0.0.1:${host.port}`, 'http://evil.example/')).toMatch(/^HTTP\/1\.1 400 /)
  })
})

describe('events', () => {
  const event = (seq: number): UiEventEnvelope => ({ seq, event: { type: 'policies.changed', revision: `r${seq}` } })

  it('arrive in order from the moment the stream opened, and the stream ends when the host stops', async () => {
    const stream = await fetch(`${host.url}api/events?key=${me.key}`, { headers: { cookie: me.cookie } })
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    const sent = Array.from({ length: 50 }, (_, index) => event(index + 1))
    for (const envelope of sent) host.api.send(envelope)
    const text = stream.text()
    await host.stop()
    const received = [...(await text).matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''))
    expect(received).toEqual(sent)
    expect(host.api.listeners()).toBe(0)
  })

  it('are no longer sent to a page that does not read them', async () => {
    const stuck = new AbortController()
    const stream = await fetch(`${host.url}api/events?key=${me.key}`, {
      headers: { cookie: me.cookie },
      signal: stuck.signal,
    })
    const closed = stream.text().catch((error: Error) => error.message)
    const large = { seq: 1, event: { type: 'policies.changed', revision: 'x'.repeat(1024 * 1024) } } as const
    // All in one turn: nothing leaves the process meanwhile, as with a page that has stopped reading.
    for (let sent = 0; sent < 8; sent++) host.api.send(large)
    expect(await closed).toBe('terminated')
    expect(host.api.listeners()).toBe(0)
  })
})

describe('starting', () => {
  it('on a port that is in use says which, and how to choose another', async () => {
    const second = startHeadlessHost({
      api: createFakeApi(),
      rendererFolder: '.',
      port: host.port,
      bind: '127.0.0.1',
      log: () => undefined,
    })
    await expect(second).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringMatching(new RegExp(`Port ${host.port} .*--port`)),
    })
  })
})
