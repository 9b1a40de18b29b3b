// A benchmark never fails the suite by its figures; this only shows that it runs, counts what it says, and cannot
// take refusals for answers.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startLean, stopLean } from './support/lean-client.ts'
import { assertBlob, assertEcho } from './support/messages.ts'
import { cpuMs, helpersPssMb, memory } from './support/process-cost.ts'
import { session } from './support/proxy-rounds.ts'
import { echoScript, rulesPolicy, type Variant, variants } from './support/proxy-variants.ts'
import { atLeast, atMost, rounded, table } from './support/report.ts'
import { mean, median, percentile, rotated } from './support/statistics.ts'

const benchScript = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url))
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [benchScript, ...args])

describe('npm run bench', () => {
  it('runs the floor and ends with one JSON object', async () => {
    const { stdout } = await bench('proxy', '--quick', '--floor-only', '--json')
    const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
    expect(Object.keys(report)).toEqual(['name', 'figures', 'goals'])
    expect(report.name).toBe('proxy')
    expect(Object.keys(report.figures.variants)).toEqual(['direct', 'pipe'])
    expect(report.figures.variants.pipe.callP50Us).toBeGreaterThan(0)
    expect(report.figures.variants.direct.cpuMsPer1000).toBe(0)
    expect(report.figures.compared.pipe.startUpToPipe).toBe(1)
  })

  it('names the benchmarks when asked for one that is not there', async () => {
    await expect(bench('nonsense')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no benchmark "nonsense".*proxy/),
    })
  })
})

describe('honesty', () => {
  const refused = (id: number) => `{"jsonrpc":"2.0","id":${id},"result":{"isError":true,"content":[]}}`
  const counts = { warmUp: 0, rounds: 1, callsPerRound: 3, floods: 1, callsPerFlood: 3, results: 1 }
  const answering = (script: string): Variant => ({
    name: 'proxy',
    title: 'fake',
    command: [process.execPath, '-e', script],
    env: {},
    tool: 'get_echo',
  })
  const run = (variant: Variant) => session([{ variant, collected: new Map() }], counts, 0)

  it('a refusal is neither an echo nor a blob', () => {
    expect(() => assertEcho(refused(1))).toThrow(/not answered by the upstream/)
    expect(() => assertBlob(refused(1), 10)).toThrow(/not answered by the upstream/)
  })

  it('a variant that refuses from the first call stops the run', async () => {
    const script = `require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id } = JSON.parse(line); if (id) console.log(${JSON.stringify(refused(0))}.replace(':0,', ':' + id + ',')) })`
    await expect(run(answering(script))).rejects.toThrow(/not answered by the upstream/)
  })

  it('a variant that refuses later stops the run', async () => {
    const script = `let calls = 0; require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line); if (!id) return
      const text = params.arguments?.bytes ? 'x'.repeat(1000) : method === 'tools/call' && ++calls > 1 ? 'no' : params.arguments?.text
      console.log(JSON.stringify({ id, result: { content: [{ type: 'text', text }] } })) })`
    await expect(run(answering(script))).rejects.toThrow(/refused or altered calls/)
  })

  it('a variant that dies stops the run with what it said', async () => {
    const script = `console.error('no policy'); process.exit(78)`
    await expect(run(answering(script))).rejects.toThrow(/ended \(78\)[\s\S]*no policy/)
  })
})

describe('the policy of the benchmark', () => {
  it('has so many rules with ids of their own, one of which allows the calls', () => {
    const policy = parse(rulesPolicy(200))
    expect(policy.rules).toHaveLength(200)
    expect(new Set(policy.rules.map((rule: { id: string }) => rule.id)).size).toBe(200)
    const unconditional = policy.rules.filter((rule: { tools: string[] }) => rule.tools.includes('get_echo'))
    expect(unconditional).toEqual([
      { id: 'allow-the-benchmark', effect: 'allow', tools: ['get_echo', 'put_echo', 'get_blob'] },
    ])
  })
})

describe('process cost', () => {
  it('counts CPU and memory of one process, and tells helpers from the upstream', async () => {
    const before = cpuMs(process.pid)
    // Reading /proc is work enough; were it not counted, this would never end.
    while (cpuMs(process.pid) < before + 30);
    expect(cpuMs(process.pid) - before).toBeGreaterThanOrEqual(30)
    const { rssMb, pssMb } = memory(process.pid)
    expect(rssMb).toBeGreaterThan(10)
    expect(pssMb).toBeGreaterThan(0)
    expect(pssMb).toBeLessThanOrEqual(rssMb)

    const [, pipe] = variants(undefined)
    const client = startLean(pipe?.command ?? [], {})
    client.child.stdin.write('{"id":1,"method":"ping"}\n')
    await new Promise<void>((resolve) => {
      client.sink = () => resolve()
    })
    expect(helpersPssMb(client.pid, echoScript)).toBe(0)
    expect(helpersPssMb(client.pid, 'another.mjs')).toBeGreaterThan(1)
    await stopLean(client)
  })
})

describe('statistics and report', () => {
  it.each([
    [50, 2],
    [95, 4],
    [0, 1],
    [100, 4],
  ])('percentile %i of 1…4 is %i', (p, expected) => expect(percentile([4, 2, 1, 3], p)).toBe(expected))

  it('refuses figures without values', () => {
    expect(() => median([])).toThrow()
    expect(() => mean([])).toThrow()
  })

  it('rotates so that each comes first once', () => {
    expect([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc'])
  })

  it('judges goals on the exact value and shows a rounded one', () => {
    expect(atMost('x', 120.00001, 120)).toEqual({ figure: 'x', value: 120, goal: '<= 120', met: false })
    expect(atLeast('x', 0.6, 0.6).met).toBe(true)
    expect([0.123456, 12345.6, 1000, 0, 83.333].map(rounded)).toEqual([0.1235, 12346, 1000, 0, 83.33])
  })

  it('aligns a table', () => {
    expect(
      table([
        ['', 'a'],
        ['long', '10'],
      ]),
    ).toBe('       a\nlong  10')
  })
})
