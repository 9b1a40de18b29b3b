// Everything about one call as the broker would tell it: plain, cut, edited by a person, refused, without an answer, of
// another kind than a tool call, and with the end of its record given up.
import type { CallDetail, CallSummary } from '../../../core/wire/ui-contract.ts'
import { calls, folder, hash, now } from './fixtures.ts'

type Event = CallDetail['events'][number]

const first = 48_210
const rule = { id: 'ask-before-writing', file: 'filesystem.yaml', line: 14 }
const written = {
  path: `${folder}/notes.md`,
  content: '# Notes\n\n- berths\n- tides\n',
  token: '[redacted:3f2a90c1d4e5]',
}

/** Events of `call`, `[ms after it was received, type, data]` each, with places in the chain that are not in a row. */
export function eventsOf(
  { call, receivedAt }: Pick<CallSummary, 'call' | 'receivedAt'>,
  events: readonly (readonly [after: number, type: string, data?: Record<string, unknown>])[],
): Event[] {
  return events.map(([after, type, data = {}], index) => ({
    seq: first + index + (index > 3 ? 2 : 0),
    at: receivedAt + after,
    type,
    data: { call, ...data },
    hash: hash(`event ${index}`),
  }))
}

const text = (value: unknown, over: Partial<NonNullable<CallDetail['arguments']>> = {}) => {
  const json = typeof value === 'string' ? value : JSON.stringify(value)
  return { text: json, bytes: json.length, truncated: false, ...over }
}

/** What `call.decided` has of a call that a rule holds. */
const decided = (summary: CallSummary, over: Record<string, unknown> = {}) => ({
  tool: summary.tool,
  ...(summary.action === undefined ? {} : { action: summary.action }),
  rpcId: '17',
  bytes: 412,
  decision: 'hold',
  source: 'rule',
  rules: [rule],
  reason: 'Rule ask-before-writing asks for approval of write_file',
  risk: summary.risk ?? 'write',
  revision: hash('revision'),
  argumentsHash: hash('arguments'),
  arguments: text(written),
  limits: [
    { rule: { id: 'few-writes', file: 'filesystem.yaml', line: 24 }, amount: 1, state: 'exhausted' },
    { rule, amount: 1, state: 'reserved' },
  ],
  ...over,
})

const card = (summary: CallSummary) => ({ approval: 'a1', ticket: '4F0A', session: summary.session })

/** A held call that a person approved and its server answered. */
export function detailOf(summary: CallSummary): CallDetail {
  const args = summary.action === 'resources/read' ? { uri: summary.tool } : written
  return {
    summary: { decidedBy: 'desktop', ...summary },
    arguments: text(args),
    argumentsHash: hash('arguments'),
    result: text({
      content: [{ type: 'text', text: 'Successfully wrote to \u001b[1mnotes.md\u001b[0m' }],
      isError: false,
    }),
    reason: 'Writes in the project need a look.',
    revision: hash('revision'),
    rules: [rule],
    events: eventsOf(summary, [
      [0, 'call.received', { tool: summary.tool, rpcId: '17', bytes: 412 }],
      [1, 'call.decided', decided(summary, { arguments: text(args) })],
      [3, 'hold.opened', { budgetMs: 45_000 }],
      [5, 'approval.opened', { ...card(summary), binding: hash('binding'), expiresAt: summary.receivedAt + 600_000 }],
      [4201, 'approval.decided', { ...card(summary), outcome: 'approved', by: 'desktop', grant: false }],
      [4203, 'hold.closed', { outcome: 'approved', afterMs: 4200, approval: 'a1', ticket: '4F0A', by: 'desktop' }],
      [4205, 'call.forwarded'],
      [4236, 'call.answered', { outcome: 'ok', bytes: 94, durationMs: 31.2 }],
    ]),
    chain: { head: first + 3_107, begins: 1 },
    similar: calls
      .filter((call) => call.tool === summary.tool && call.receivedAt < summary.receivedAt)
      .slice(0, 5)
      .map((call, i) => ({ ...call, sameArguments: i % 2 === 0 })),
  }
}

const one = (over: Partial<CallSummary> = {}): CallSummary => ({
  call: 's-cursor.998',
  session: 's-cursor',
  client: 'cursor',
  server: 'filesystem',
  tool: 'write_file',
  risk: 'write',
  outcome: 'approved',
  receivedAt: now - 98_000,
  rule: 'ask-before-writing',
  ...over,
})

const plain = detailOf(one({ heldMs: 4200, durationMs: 31.2 }))
const { result: _result, ...unanswered } = plain
const { arguments: _arguments, argumentsHash: _hash, ...unsaid } = plain
const longText = JSON.stringify({ path: written.path, content: 'All work and no play.\n'.repeat(800) }).slice(0, 16_384)
const page = Array.from({ length: 40 }, (_, i) => `<li>berth ${i + 1}</li>`).join('\n')

export const details = {
  plain,
  /** Arguments and result longer than what is recorded, and the older part of the log given up. */
  cut: {
    ...plain,
    arguments: text(longText, { bytes: 188_220, truncated: true }),
    result: text(`{"content":[{"type":"text","text":"${page}`, { bytes: 2_400_311, truncated: true }),
    events: plain.events.map((event) => {
      if (event.type === 'call.decided')
        return {
          ...event,
          data: {
            ...event.data,
            arguments: { text: longText, bytes: 188_220, truncated: true, sha256: hash('whole') },
          },
        }
      return event
    }),
    chain: { head: first + 3_107, begins: 31_001 },
  },
  /** A person changed two arguments and dropped one. */
  edited: {
    ...plain,
    edited: text({ path: `${folder}/drafts/notes.md`, content: '# Notes\n\n- berths\n- tides (see harbour office)\n' }),
    events: plain.events.map((event) =>
      event.type === 'call.forwarded'
        ? { ...event, data: { ...event.data, edited: { argumentsHash: hash('edited'), arguments: text({}) } } }
        : event,
    ),
  },
  refused: {
    ...unanswered,
    summary: one({ outcome: 'refused', heldMs: 61_000, decidedBy: 'headless:89208ddb' }),
    reason: 'Not into the notes.\nAsk me for a folder first.',
    events: eventsOf(one(), [
      [0, 'call.decided', decided(one())],
      [2, 'hold.opened', { budgetMs: 45_000 }],
      [4, 'approval.opened', { ...card(one()), binding: hash('binding'), expiresAt: now + 600_000 }],
      [45_002, 'hold.closed', { outcome: 'released', afterMs: 45_000, approval: 'a1', ticket: '4F0A' }],
      [
        61_000,
        'approval.decided',
        {
          ...card(one()),
          outcome: 'refused',
          by: 'headless:89208ddb',
          reason: 'Not into the notes.\nAsk me for a folder first.',
          grant: false,
        },
      ],
    ]),
  },
  /** Forwarded; then the server was gone. */
  unknown: {
    ...unanswered,
    summary: one({ outcome: 'outcome-unknown', tool: 'delete_branch', server: 'github', risk: 'destructive' }),
    events: eventsOf(one(), [
      [0, 'call.decided', decided(one({ tool: 'delete_branch' }), { decision: 'allow', forwarded: true })],
      [1, 'call.moon-phase', { phase: 'waning' }],
      [91_000, 'session.gone', { session: 's-cursor' }],
    ]),
  },
  /** Its first events are in the part of the log that was given up. */
  pruned: {
    ...unsaid,
    events: plain.events.slice(4),
    chain: { head: first + 3_107, begins: first + 5 },
    similar: [],
  },
} satisfies Record<string, CallDetail>
