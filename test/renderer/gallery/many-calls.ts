// As many calls as a busy machine makes, the same each time: bursts of work by day, quiet nights, some trouble.
import type { CallOutcome } from '../../../core/wire/log-contract.ts'
import { now } from './fixtures.ts'
import type { LoggedCall } from './log-engine.ts'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Tool = Pick<LoggedCall, 'server' | 'tool' | 'risk' | 'action'> & { readonly texts: readonly string[] }

const site = '/home/mara/code/harbour-site'
const tools: readonly Tool[] = [
  {
    server: 'filesystem',
    tool: 'read_text_file',
    risk: 'read',
    texts: [`${site}/README.md`, `${site}/content/ar/مرحبا/index.md`, `${site}/src/berth-planner/allocate.ts`],
  },
  { server: 'filesystem', tool: 'list_directory', risk: 'read', texts: [site, `${site}/content`] },
  { server: 'filesystem', tool: 'search_files', risk: 'read', texts: [`${site} tide window`, `${site} ferry`] },
  {
    server: 'filesystem',
    tool: 'write_file',
    risk: 'write',
    texts: [`${site}/notes.md ship on Friday`, `${site}/src/prices.ts price 14`],
  },
  {
    server: 'filesystem',
    tool: 'move_file',
    risk: 'write',
    texts: [`${site}/drafts/plan.md ${site}/published/plan.md`],
  },
  { server: 'github', tool: 'search_issues', risk: 'read', texts: ['acme/api is:open label:bug'] },
  { server: 'github', tool: 'create_pull_request_review_comment', risk: 'write', texts: ['acme/api 412 nit: name'] },
  {
    server: 'github',
    tool: 'delete_branch',
    risk: 'destructive',
    texts: ['acme/api main force', 'acme/site stale/berths'],
  },
  { server: 'shell', tool: 'run_command', risk: 'execute', texts: ['npm run test -- --watch', 'git status'] },
  { server: 'postgres', tool: 'query', risk: 'read', texts: ['select * from berths where depth > 4'] },
  { server: 'browser', tool: 'fetch', risk: 'network', texts: ['https://example.com/tides/2026-11'] },
  {
    server: 'docs',
    tool: `file://${site}/.env.production`,
    action: 'resources/read',
    risk: 'unknown',
    texts: ['.env.production'],
  },
  { server: 'docs', tool: 'write\u202e_file', risk: 'write', texts: ['reordered'] },
]

const clients = ['cursor', 'cursor', 'cursor', 'claude-desktop', 'claude-desktop', 'claude-code', 'zed'] as const
const rules = [
  'reads-pass',
  'ask-before-writing',
  'never-move',
  'few-writes',
  'files/content only',
  'releases-are-typed',
]
const people = ['desktop', 'desktop', 'desktop', 'notification', 'headless:89208ddb'] as const

function outcomeOf(risk: LoggedCall['risk'], chance: number): CallOutcome {
  if (risk === 'read')
    return chance < 0.9 ? 'allowed-by-rule' : chance < 0.985 ? 'allowed-by-default' : 'upstream-error'
  const turns: readonly (readonly [number, CallOutcome])[] = [
    [0.35, 'approved'],
    [0.55, 'allowed-by-grant'],
    [0.7, 'allowed-by-rule'],
    [0.78, 'refused'],
    [0.84, 'denied-by-rule'],
    [0.87, 'expired'],
    [0.9, 'asked-again'],
    [0.92, 'released'],
    [0.94, 'denied-by-default'],
    [0.955, 'cancelled'],
    [0.97, 'upstream-error'],
    [0.98, 'outcome-unknown'],
    [0.99, 'never-shown'],
    [1, 'too-many'],
  ]
  return turns.find(([until]) => chance < until)?.[1] ?? 'approved'
}

/** Newest first. */
export function manyCalls(length: number, seed = 7): LoggedCall[] {
  const next = numbers(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  let at = now - 2_000
  return Array.from({ length }, (_, index): LoggedCall => {
    const { texts, ...tool } = next() < 0.7 ? (tools[Math.floor(next() * 3)] as Tool) : pick(tools)
    const client = pick(clients)
    const outcome = index === 0 ? 'running' : index === 1 ? 'waiting' : outcomeOf(tool.risk, next())
    const asked = outcome === 'approved' || outcome === 'refused'
    const ran = /^allowed|^approved|upstream/.test(outcome)
    const ruled = outcome.endsWith('-by-rule') || asked || outcome === 'expired'
    const call: LoggedCall = {
      call: `s-${client}.${length - index}`,
      session: `s-${client}`,
      client,
      ...tool,
      outcome,
      receivedAt: Math.round(at),
      ...(asked || outcome === 'expired' ? { heldMs: Math.round(900 + next() * next() * 60_000) } : {}),
      ...(ran ? { durationMs: Math.round(20 + next() * next() * 9_000) / 10 } : {}),
      ...(ruled ? { rule: tool.risk === 'read' ? 'reads-pass' : pick(rules) } : {}),
      ...(asked ? { decidedBy: pick(people) } : {}),
      text: pick(texts),
    }
    const hours = new Date(at).getHours()
    at -= (hours < 8 || hours > 19 ? 60_000 : 4_000) * (next() < 0.02 ? 90 : next() * 2)
    return call
  })
}
