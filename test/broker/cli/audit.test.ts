// The log on the command line: reading it, following it, and being told which row is not what was recorded.
import { describe, expect, it } from 'vitest'
import { head } from '../../../broker/audit/query.ts'
import { sample } from '../../support/spool-writer.ts'
import { allowedCall, createLog, session } from '../audit/log-fixture.ts'
import { runCli, startCli, temporaryFolder } from './run-cli.ts'

describe('audit tail', () => {
  it('prints the newest calls, the newest last, with hostile names made harmless', async () => {
    const log = createLog()
    const writer = session(log, 's', 2)
    writer.append('call.received', sample.received('s.3', 'wipe\u001b[2J\u202e'))
    writer.append('call.decided', sample.decided('s.3', { tool: 'wipe\u001b[2J\u202e', decision: 'deny' }))
    log.ingest.ingestAll()
    const { code, out } = await runCli(['audit', 'tail', '-n', '2'], log.folder)
    expect(code).toBe(0)
    const [heading, ...rows] = out.trimEnd().split('\n')
    expect(heading).toMatch(/^TIME +CLIENT +SERVER +TOOL +OUTCOME +RULE$/)
    expect(rows).toEqual([
      expect.stringMatching(
        /^2023-11-1\d \d\d:\d\d:\d\d {2}cursor {2}files {3}write_file +allowed by rule {2}files\/write$/,
      ),
      expect.stringMatching(/ {2}wipe\\u\{1b\}\[2J\\u\{202e\} {2}denied by rule /),
    ])
    expect(rows.map((row) => row.indexOf('files/write'))).toEqual([heading?.indexOf('RULE'), heading?.indexOf('RULE')])
  })

  it('gives programs one call a line', async () => {
    const log = createLog()
    session(log, 's', 3)
    log.ingest.ingestAll()
    const { out } = await runCli(['audit', 'tail', '--json'], log.folder)
    const calls = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(calls.map(({ call, outcome }) => [call, outcome])).toEqual([
      ['s.1', 'allowed-by-rule'],
      ['s.2', 'allowed-by-rule'],
      ['s.3', 'allowed-by-rule'],
    ])
  })

  it('follows: a call that comes is printed when it waits and again when it has ended', async () => {
    const log = createLog()
    const writer = session(log, 's', 1)
    log.ingest.ingestAll()
    const tail = startCli(['audit', 'tail', '--follow'], log.folder)
    await tail.printed(/allowed by rule/)
    writer.append('call.received', sample.received('s.2', 'rename'))
    writer.append('call.decided', sample.decided('s.2', { tool: 'rename', decision: 'hold' }))
    writer.append('hold.opened', { call: 's.2', budgetMs: 45_000 })
    log.ingest.ingestAll()
    await tail.printed(/rename +waiting/)
    writer.append('hold.closed', sample.closed('s.2', 'refused'))
    log.ingest.ingestAll()
    await tail.printed(/rename +refused/)
    tail.child.kill('SIGINT')
    const { code, out, err } = await tail.ended
    expect(out.trimEnd().split('\n')).toHaveLength(4)
    expect([code, err]).toEqual([0, ''])
  })

  it('says so where there is nothing', async () => {
    const log = createLog()
    expect(await runCli(['audit', 'tail'], log.folder)).toMatchObject({ code: 0, out: 'No calls are recorded yet.\n' })
    const never = await runCli(['audit', 'tail'], temporaryFolder())
    expect(never).toMatchObject({ code: 1, out: '', err: expect.stringContaining('never started here') })
  })
})

describe('audit verify', () => {
  it('finds a sound log unchanged, and knows a head that was kept', async () => {
    const log = createLog()
    const writer = session(log, 's', 2)
    log.ingest.ingestAll()
    const kept = head(log.db)
    const newest = await runCli(['audit', 'verify', '--head', kept], log.folder)
    expect([newest.code, newest.out]).toEqual([
      0,
      `Unchanged: 9 events, 2 calls.\nThe head you gave is in it, and is the newest event.\nHead: ${kept}\n`,
    ])
    allowedCall(writer, 3)
    log.ingest.ingestAll()
    const later = await runCli(['audit', 'verify', '--head', kept, '--json'], log.folder)
    expect([later.code, JSON.parse(later.out)]).toMatchObject([0, { ok: true, keptHead: { found: true, newer: 4 } }])
    const foreign = await runCli(['audit', 'verify', '--head', 'f'.repeat(64)], log.folder)
    expect([foreign.code, foreign.out]).toEqual([1, expect.stringContaining('its end was cut off or made anew')])
  })

  it('names the row that was edited, and exits with 1', async () => {
    const log = createLog()
    session(log, 's', 2)
    log.ingest.ingestAll()
    log.db.exec("UPDATE call SET tool = (SELECT id FROM name WHERE text = 'cursor') WHERE part = '2'")
    const edited = await runCli(['audit', 'verify'], log.folder)
    expect(edited).toMatchObject({ code: 1, out: expect.stringContaining('Changed: call s.2, column tool: ') })
    const json = await runCli(['audit', 'verify', '--json'], log.folder)
    expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { ok: false, problems: [{ where: 'call' }] }])
  })

  it('does not touch a database of a newer program', async () => {
    const log = createLog()
    log.db.pragma('user_version = 99')
    expect(await runCli(['audit', 'verify'], log.folder)).toMatchObject({
      code: 5,
      err: expect.stringMatching(/written by a newer Countersign.*Nothing was changed/),
    })
  })
})
