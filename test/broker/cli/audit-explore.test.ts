// Looking for calls on the command line, and taking them along: search, show, stats, export.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { head } from '../../../broker/audit/query.ts'
import { sample } from '../../support/spool-writer.ts'
import { createLog, type LogFixture, session } from '../audit/log-fixture.ts'
import { runCli } from './run-cli.ts'

const excerpt = (value: object) => {
  const text = JSON.stringify(value)
  return { text, bytes: text.length, truncated: false }
}

/** Two allowed calls of `cursor` and a denied one whose texts are hostile, by `claude`. */
function filled(): LogFixture {
  const log = createLog()
  session(log, 's', 2)
  const writer = log.writer('t')
  writer.append('session.started', sample.started({ client: 'claude', server: 'mail' }))
  writer.append(
    'call.decided',
    sample.decided('t.1', {
      ...{ tool: 'send_mail', decision: 'deny', reason: 'no mail on \u202eSundays', risk: 'network' },
      arguments: excerpt({ to: '=HYPERLINK("http://evil")', subject: 'quarterly\u001b[2J figures' }),
    }),
  )
  log.ingest.ingestAll()
  return log
}

const lines = (text: string): string[] => text.trimEnd().split('\n')

describe('audit search', () => {
  it.each([
    [[], ['s.1', 't.1', 's.2'], undefined],
    [['outcome:denied-by-rule'], ['t.1'], undefined],
    [['-client:claude'], ['s.1', 's.2'], undefined],
    [['quarterly', 'figures'], ['t.1'], undefined],
    [['"quarterly figures"'], [], 'No call matches.'],
    [['tool:write_*', '-n', '1'], ['s.2'], 'The newest 1 of 2 calls.'],
  ])('%j finds %j', async (query, calls, said) => {
    const log = filled()
    const { code, out, err } = await runCli(['audit', 'search', ...query], log.folder)
    expect([code, err]).toEqual([0, ''])
    const shown = lines(out)
    expect(shown.filter((line) => /^\d/.test(line)).map((line) => line.split(/ {2,}/).at(-1))).toEqual(calls)
    if (said !== undefined) expect(shown.at(-1)).toBe(said)
    const json = await runCli(['audit', 'search', '--json', ...query], log.folder)
    expect(json.out === '' ? [] : lines(json.out).map((line) => JSON.parse(line).call)).toEqual(calls)
  })

  it.each([
    [['clent:cursor'], /clent:cursor: .* Did you mean client:cursor\?/],
    [['outcome:refusd'], /refusd.*Did you mean .*refused/],
    [['from:yesterdy'], /from/],
  ])('refuses %j rather than showing other calls', async (query, sentence) => {
    const { code, out, err } = await runCli(['audit', 'search', ...query], filled().folder)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(sentence)
  })
})

describe('audit show', () => {
  it('prints everything about a call, and nothing in it commands the terminal', async () => {
    const { code, out } = await runCli(['audit', 'show', 't.1'], filled().folder)
    expect(code).toBe(0)
    for (const part of [
      /^Outcome +denied by rule$/m,
      /^Reason +no mail on \\u\{202e\}Sundays$/m,
      /^ {2}#\d+ .*call\.decided/m,
    ]) {
      expect(out).toMatch(part)
    }
    expect(out).toContain('"subject": "quarterly\\u001b[2J figures"')
    expect(out).not.toMatch(/[\u001b\u202e]/)
  })

  it('says why it cannot say why', async () => {
    const { out } = await runCli(['audit', 'show', 't.1', '--why'], filled().folder)
    expect(out).toContain('The policy of then (revision rev-1) is not on record.')
  })

  it.each([
    ['nothing.1', /not in the log/],
    ['1', /2 of the newest calls have "1" in their id/],
  ])('%s is answered with a sentence', async (call, sentence) => {
    const { code, err } = await runCli(['audit', 'show', call], filled().folder)
    expect([code, err]).toEqual([1, expect.stringMatching(sentence)])
  })
})

it('audit stats counts, with the same selections', async () => {
  const log = filled()
  const { out } = await runCli(['audit', 'stats'], log.folder)
  expect(lines(out)[0]).toBe('3 calls')
  expect(out).toMatch(/Outcome\n {2}allowed by rule +2 +66\.7 %\n {2}denied by rule +1 +33\.3 %/)
  const { out: json } = await runCli(['audit', 'stats', '--json', 'client:claude'], log.folder)
  expect(JSON.parse(json)).toMatchObject({ total: 1, facets: { server: { values: [{ value: 'mail', count: 1 }] } } })
})

describe('audit export', () => {
  it('writes a whole log that verifies anywhere, and only once', async () => {
    const log = filled()
    const file = join(log.folder, 'log.jsonl')
    const first = await runCli(['audit', 'export', '-o', file], log.folder)
    expect([first.code, first.out, first.err]).toEqual([0, '', `11 events written to ${file}.\n`])
    const again = await runCli(['audit', 'export', '-o', file], log.folder)
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('is there already')])
    const checked = await runCli(['audit', 'verify', '--export', file, '--head', head(log.db)], createLog().folder)
    expect([checked.code, checked.out]).toEqual([0, expect.stringContaining('Unchanged: 11 events')])
    const { out } = await runCli(['audit', 'export'], log.folder)
    expect(lines(out).slice(1)).toEqual(lines(readFileSync(file, 'utf8')).slice(1))
  })

  it.each<[string, (all: string[]) => string[], RegExp]>([
    [
      'a changed text',
      (all) => all.map((line) => line.replace('Sundays', 'Mondays')),
      /event 11 is not what was hashed/,
    ],
    [
      'a changed time',
      (all) => all.map((line, at) => (at === 4 ? line.replace(/"t":\d/, '"t":9') : line)),
      /event 4 is not/,
    ],
    ['a missing event', (all) => all.filter((_, at) => at !== 5), /event 6 does not follow event 4/],
    ['events in another order', ([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest], /event 2 does not follow/],
    ['a missing end', (all) => all.slice(0, -1), /its end is missing/],
    ['a cut end', (all) => all.filter((_, at) => at < 9 || at > 11), /10? ?events? are in it|8 events are in it/],
    ['something else', () => ['{"a":1}'], /no export of a Countersign/],
    ['nothing', () => [''], /no export of a Countersign|it is empty/],
  ])('names the line with %s', async (_, change, sentence) => {
    const log = filled()
    const { out } = await runCli(['audit', 'export'], log.folder)
    const file = join(log.folder, 'changed.jsonl')
    writeFileSync(file, `${change(lines(out)).join('\n')}\n`)
    const { code, out: said } = await runCli(['audit', 'verify', '--export', file], log.folder)
    expect([code, said]).toEqual([1, expect.stringMatching(sentence)])
  })

  it('writes the events of selected calls, each checkable on its own', async () => {
    const log = filled()
    const { out } = await runCli(['audit', 'export', 'client:claude'], log.folder)
    const [heading = '', ...rest] = lines(out)
    expect(JSON.parse(heading)).toMatchObject({ query: 'client:claude' })
    expect(rest).toHaveLength(2)
    const file = join(log.folder, 'some.jsonl')
    writeFileSync(file, out)
    const checked = await runCli(['audit', 'verify', '--export', file], log.folder)
    expect([checked.code, checked.out]).toEqual([0, expect.stringContaining('client:claude')])
  })

  it('writes CSV that a spreadsheet does not take for formulas', async () => {
    const log = filled()
    const { out } = await runCli(['audit', 'export', '--format', 'csv'], log.folder)
    expect(out.startsWith('time,call,session,client,server,')).toBe(true)
    expect(out.split('\r\n')).toHaveLength(5)
    expect(out).not.toMatch(/(?:^|,)"?[=+@\t-]/m)
    expect(out).toContain(',mail,')
  })

  it('quotes what begins like a formula', async () => {
    const log = createLog()
    const writer = log.writer('s')
    writer.append('session.started', sample.started({ client: '=1+1', server: '@sum' }))
    writer.append('call.decided', sample.decided('s.1', { tool: '-2+3', reason: '+cmd|calc' }))
    log.ingest.ingestAll()
    const { out } = await runCli(['audit', 'export', '--format', 'csv'], log.folder)
    for (const cell of ["'=1+1", "'@sum", "'-2+3", "'+cmd|calc"]) expect(out).toContain(`,${cell},`)
  })
})

/** A call with whatever a spool can tell and no terminal or calendar likes. */
function forged(): LogFixture {
  const log = filled()
  const writer = log.writer('u')
  const at = Number.MAX_SAFE_INTEGER
  writer.append('session.started', sample.started({ client: 'x\u009b2J' }), at)
  const rules = [{ id: 'r\u001b[2J', file: 'f\u202e.yaml' }]
  const said = excerpt({ text: 'one\u2028two\u2029three \u009b2J' })
  writer.append('call.decided', sample.decided('u.1', { rules, revision: '\u001b]0;x\u0007', arguments: said }), at)
  log.ingest.ingestAll()
  return log
}

describe('of what a spool can tell', () => {
  it.each([
    [['audit', 'show', 'u.1'], /^Received +9007199254740991$/m],
    [['audit', 'show', 'u.1', '--why', '--json'], /"revision":"\\u001b\]0;x\\u0007"/],
    [['audit', 'search', 'tool:write_file'], /9007199254740991 .* u\.1$/m],
    [['audit', 'search', '--json'], /"client":"x\\u009b2J"/],
    [['audit', 'stats'], /3 calls|4 calls/],
    [['audit', 'stats', '--json'], /"x\\u009b2J"/],
    [['audit', 'tail'], /9007199254740991/],
    [['audit', 'tail', '--json'], /"x\\u009b2J"/],
  ])('%j commands no terminal', async (args, part) => {
    const { code, out, err } = await runCli(args, forged().folder)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(part)
    expect(out).not.toMatch(/[\u001b\u0080-\u009f\u2028-\u202e]/)
  })

  it('every call gets into a CSV file', async () => {
    const { code, out } = await runCli(['audit', 'export', '--format', 'csv'], forged().folder)
    expect(code).toBe(0)
    expect(out.split('\r\n').map((row) => row.split(',', 2).join())).toContain('9007199254740991,u.1')
  })

  it('every event is checked in an exported file, with the line separators of other programs', async () => {
    const log = forged()
    const file = join(log.folder, 'log.jsonl')
    await runCli(['audit', 'export', '-o', file], log.folder)
    const { code, out } = await runCli(['audit', 'verify', '--export', file], log.folder)
    expect([code, out]).toEqual([0, expect.stringContaining('Unchanged: 13 events')])
  })

  it.each<[string, (file: Buffer) => Buffer]>([
    [
      'bytes that are no text, where U+FFFD was',
      (file) => Buffer.from(file.toString('latin1').replace('\xef\xbf\xbd', '\xff'), 'latin1'),
    ],
    ['a head that commands the terminal', () => Buffer.from(`${hostileHeading}\n{"end":true,"events":0}\n`)],
  ])('no exported file passes with %s', async (_, change) => {
    const log = forged()
    const writer = log.writer('v')
    writer.append('call.received', sample.received('v.1', 'a\ufffd'))
    log.ingest.ingestAll()
    const file = join(log.folder, 'log.jsonl')
    await runCli(['audit', 'export', '-o', file], log.folder)
    writeFileSync(file, change(readFileSync(file)))
    const { code, out } = await runCli(['audit', 'verify', '--export', file], log.folder)
    expect(code).toBe(1)
    expect(out).not.toContain('\u001b')
  })

  it('a folder is no exported file', async () => {
    const log = createLog()
    const { code, err } = await runCli(['audit', 'verify', '--export', log.folder], log.folder)
    expect([code, err]).toEqual([1, expect.stringMatching(/cannot be read: EISDIR/)])
  })
})

const hostileHeading = JSON.stringify({
  ...{ countersignAudit: 1, query: 'a' },
  after: { seq: 0, hash: '0'.repeat(64) },
  head: { seq: 0, hash: 'x\u001b[2J' },
})
