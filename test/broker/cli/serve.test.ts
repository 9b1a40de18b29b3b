// `serve` and `status` with the real broker: starting, the link, every way in which starting can fail, and stopping.
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createSpoolWriter, sample } from '../../support/spool-writer.ts'
import { createLog } from '../audit/log-fixture.ts'
import { runCli, startCli, temporaryFolder } from './run-cli.ts'

const serve = ['serve', '--port', '0']

/** Something else that listens on loopback. */
async function occupyPort(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('prints a link that opens a session once, and ends with 0 when told to stop', async () => {
  const home = temporaryFolder()
  const running = startCli(serve, home)
  const [, link = ''] = await running.printed(/^ {2}(http:\/\/127\.0\.0\.1:\d+\/launch\?code=[\w-]{43})$/m)
  const opened = await fetch(link, { redirect: 'manual' })
  const cookie = opened.headers.get('set-cookie') ?? ''
  expect(opened.status).toBe(303)
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(403)
  const key = opened.headers.get('location')?.split('#key=')[1] ?? ''
  const events = new URL(`/api/events?key=${key}`, link)
  const stream = await fetch(events, { headers: { cookie: cookie.split(';', 1)[0] ?? '' } })
  expect(stream.status).toBe(200)
  await stream.body?.cancel()

  running.child.kill('SIGTERM')
  const { code, out, err } = await running.ended
  expect(code).toBe(0)
  expect(out).toContain(`Data folder: ${home}`)
  // The link stands there once, and nothing of the session anywhere.
  expect(`${out}${err}`.split(new URL(link).search).length).toBe(2)
  expect(`${out}${err}`).not.toContain(cookie.split(/[=;]/)[1])
  expect(`${out}${err}`).not.toContain(key)
})

it('tells programs where it is', async () => {
  const home = temporaryFolder()
  const running = startCli([...serve, '--json'], home)
  const [line] = await running.printed(/^\{.*\}$/m)
  expect(JSON.parse(line)).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    link: expect.stringContaining('/launch?code='),
    home,
    pid: running.child.pid,
    problems: [],
  })
  running.child.kill('SIGINT')
  expect((await running.ended).code).toBe(0)
})

it('refuses to be the second one, with 3, and leaves the first one alone', async () => {
  const home = temporaryFolder()
  const first = startCli(serve, home)
  await first.printed(/launch/)
  expect(await runCli(serve, home)).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/already running/) })
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
})

it('names a port that is in use, with 6, and starts again on another', async () => {
  const home = temporaryFolder()
  const port = await occupyPort()
  const refused = await runCli(['serve', '--port', String(port)], home)
  expect(refused).toMatchObject({ code: 6, out: '', err: expect.stringMatching(new RegExp(`Port ${port} .*--port`)) })
  const next = startCli(serve, home)
  await next.printed(/launch/)
  next.child.kill('SIGTERM')
  expect((await next.ended).code).toBe(0)
})

it('does not start in a folder that it cannot use (4) or on a database that is newer (5)', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const unusable = await runCli(serve, join(folder, 'file', 'home'))
  expect(unusable).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/Nothing was started/) })
  const log = createLog()
  log.db.pragma('user_version = 99')
  expect(await runCli(serve, log.folder)).toMatchObject({ code: 5, out: '', err: expect.stringMatching(/newer/) })
})

it('says in `status` what is on disk: never started, running, stopped', async () => {
  const home = temporaryFolder()
  const never = await runCli(['status'], home)
  expect(never).toMatchObject({ code: 0, out: expect.stringMatching(/never started here .*countersign serve/) })
  expect(JSON.parse((await runCli(['status', '--json'], home)).out)).toMatchObject({ started: false, running: false })

  const running = startCli(serve, home)
  await running.printed(/launch/)
  expect((await runCli(['status'], home)).out).toMatch(/^State +running$/m)
  running.child.kill('SIGTERM')
  await running.ended

  mkdirSync(join(home, 'spool'), { recursive: true })
  const writer = createSpoolWriter(join(home, 'spool'), 'closed-app')
  writer.append('session.started', sample.started())
  const stopped = JSON.parse((await runCli(['status', '--json'], home)).out)
  expect(stopped).toMatchObject({
    started: true,
    running: false,
    policy: { revision: expect.stringMatching(/^[0-9a-f]{64}$/), broken: [] },
    audit: { calls: 0, held: { calls: 0 }, bytes: expect.any(Number), head: expect.stringMatching(/^[0-9a-f]{64}$/) },
    notIngested: { bytes: statSync(writer.path).size, spools: 1, lagMs: expect.any(Number) },
    fingerprint: { value: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  const { out } = await runCli(['status'], home)
  expect(out).toMatch(/^State +not running; .*countersign serve$/m)
  expect(out).toContain(`Key          ${stopped.fingerprint.value}`)
})
