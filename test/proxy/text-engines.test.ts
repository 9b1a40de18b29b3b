// The text engines in the built proxy: loaded when a policy first uses them, without a wait, and never otherwise.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startRaw } from '../support/raw-client.ts'
import { answerOf, type Bench, callTool, createBench, proxyFile } from './support/proxy.ts'

let bench: Bench
beforeEach(() => {
  bench = createBench()
})
afterEach(() => bench.remove())

const policy = `version: 1
default: deny
rules:
  - id: harmless-programs
    effect: allow
    tools: put_line
    when: { line: { command: [git, ls] } }
  - id: our-hosts
    effect: allow
    tools: put_url
    when: { url: { host: good.example } }
  - id: numbers
    effect: allow
    tools: put_text
    when: { text: { matches: "^[0-9]+$" } }
`

it('commands, hosts and patterns are judged in the built proxy', async () => {
  const client = bench.start({ policy })
  const refused: unknown[] = []
  for (const [index, [tool, args]] of [
    ['put_line', { line: 'git log | ls' }] as const,
    ['put_line', { line: 'git log; rm x' }] as const,
    ['put_line', { line: 'git log $(rm x)' }] as const,
    ['put_url', { url: 'https://me@good.example/x' }] as const,
    ['put_url', { url: 'https://good.example\\@evil.example/x' }] as const,
    ['put_text', { text: '123' }] as const,
    ['put_text', { text: '123 ' }] as const,
  ].entries()) {
    const answer = answerOf(await callTool(client, index, tool, args))
    if (answer.result?.isError) refused.push(args)
  }
  expect(refused).toEqual([
    { line: 'git log; rm x' },
    { line: 'git log $(rm x)' },
    { url: 'https://good.example\\@evil.example/x' },
    { text: '123 ' },
  ])
})

it.each(['regex-engine', 'shell-engine'])('a policy whose %s is missing lets nothing through', async (missing) => {
  for (const name of ['countersign-proxy', 'policy-file', 'regex-engine', 'shell-engine']) {
    if (name === missing) continue
    copyFileSync(join(proxyFile, `../${name}.cjs`), join(bench.home, `${name}.cjs`))
  }
  const line = ['countersign-proxy.cjs', '--server', 's', '--client', 't', '--policy', bench.writePolicy(policy), '--']
  const [program = '', ...rest] = line
  const env = { ...bench.witness.env, COUNTERSIGN_HOME: bench.home }
  const client = startRaw([process.execPath, join(bench.home, program), ...rest, ...bench.witness.command], { env })
  try {
    const answer = answerOf(await callTool(client, 1, 'put_line', { line: 'git log' }))
    expect(answer.result?.isError).toBe(true)
    expect(bench.witness.lines()).toEqual([])
  } finally {
    await client.stop()
  }
})
