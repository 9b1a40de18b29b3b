// How the log is: its figures, checks of it, and explained decisions, as they come in real life and when things go wrong.
import type { LogResult, VerifyProgress } from '../../../core/wire/log-contract.ts'
import { hash, now } from './fixtures.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export type Metrics = LogResult<'log.metrics'>
export type Explained = LogResult<'activity.explain'>

const anchored = { seq: 50_902, hash: hash('anchored'), at: now - 9 * hour, where: 'journald' }

const normal: Metrics = {
  since: now - 7 * day,
  calls: {
    'allowed-by-rule': 8_412,
    'allowed-by-default': 2_190,
    'allowed-by-grant': 61,
    approved: 148,
    'denied-by-rule': 43,
    refused: 17,
    expired: 9,
    'upstream-error': 22,
    'outcome-unknown': 1,
    waiting: 2,
  },
  held: { calls: 174, p50Ms: 6_200, p95Ms: 74_000, longestMs: 1_900_000 },
  answered: { calls: 10_811, p50Ms: 14.2, p95Ms: 310, longestMs: 48_000 },
  ingest: { waitingBytes: 0, waitingSpools: 0, lagMs: 0, damagedSpools: 0 },
  database: { bytes: 48_300_000, freeBytes: 1_200_000, events: 51_317, calls: 38_204, oldest: now - 41 * day },
  spools: { bytes: 6_412_000, files: 14 },
  head: { seq: 51_317, hash: hash('head') },
  anchored,
}

export const metrics = {
  normal,
  /** Nothing was called, nothing was anchored. */
  fresh: {
    since: now - 7 * day,
    calls: {},
    held: { calls: 0 },
    answered: { calls: 0 },
    ingest: { waitingBytes: 0, waitingSpools: 0, lagMs: 0, damagedSpools: 0 },
    database: { bytes: 118_784, freeBytes: 0, events: 3, calls: 0 },
    spools: { bytes: 0, files: 0 },
    head: { seq: 3, hash: hash('fresh') },
  },
  /** Behind, with a spool that cannot be read to its end. */
  damaged: {
    ...normal,
    ingest: { waitingBytes: 8_412_000, waitingSpools: 3, lagMs: 192_000, damagedSpools: 1 },
  },
  /** The head was not written elsewhere for days. */
  late: { ...normal, anchored: { ...anchored, at: now - 3 * day } },
  pruned: {
    ...normal,
    checkpoint: { seq: 31_000, hash: hash('checkpoint'), at: now - 2 * day, events: 31_000, calls: 22_410 },
    database: { ...normal.database, oldest: now - 30 * day },
  },
  sending: {
    ...normal,
    telemetry: {
      endpoint: 'http://127.0.0.1:4318',
      state: 'sending',
      waiting: 12,
      sentSpans: 10_811,
      sentRecords: 38_119,
      lastAt: now - 4_000,
    },
  },
  failing: {
    ...normal,
    telemetry: {
      endpoint: 'https://otel.acme.example:4318',
      state: 'failing',
      waiting: 4_120,
      sentSpans: 220,
      sentRecords: 612,
      lastAt: now - 3 * hour,
      problem: 'The collector answered 401 Unauthorized.',
    },
  },
} satisfies Record<string, Metrics>

export const checks = {
  running: { state: 'running', startedAt: now - 2_000, done: 21_000, total: 51_317 },
  unchanged: {
    state: 'done',
    at: now - minute,
    ok: true,
    events: 51_317,
    calls: 38_204,
    head: hash('head'),
    problems: [],
  },
  changed: {
    state: 'done',
    at: now - minute,
    ok: false,
    events: 40_112,
    calls: 38_204,
    head: hash('head'),
    problems: [
      { where: 'database', place: 'event 40113', problem: 'its hash is not that of its content: it was changed' },
      { where: 's-cursor.jsonl', place: 'line 212', problem: 'the line before it is missing' },
    ],
  },
  failed: { state: 'failed', at: now - minute, problem: 'The database is locked by another program.' },
} satisfies Record<string, VerifyProgress>

export const explanations = {
  explained: {
    state: 'explained',
    trace: [
      { depth: 0, text: 'Held: rule ask-before-writing asks for approval of write_file' },
      { depth: 0, text: 'filesystem.yaml: never-move (deny)', holds: 'no' },
      { depth: 1, text: 'about tools move_file', holds: 'no' },
      { depth: 0, text: 'filesystem.yaml: ask-before-writing (require-approval)', holds: 'yes' },
      { depth: 1, text: 'about tools write_file, edit_file', holds: 'yes' },
      { depth: 1, text: 'when path inside ~/code/harbour-site', holds: 'yes' },
      { depth: 2, text: 'path is "/home/mara/code/harbour-site/notes.md"' },
      { depth: 1, text: 'unless token equals …', holds: 'unknown' },
      { depth: 0, text: 'github.yaml is about other servers' },
    ],
    rules: [
      {
        rule: { id: 'ask-before-writing', file: 'filesystem.yaml', line: 14 },
        text: '  - id: ask-before-writing\n    effect: require-approval\n    tools: [write_file, edit_file]\n    when: { path: { inside: ~/code/harbour-site } }\n',
      },
    ],
    doubts: [
      'The argument token was kept out of the log, so conditions on it cannot be told.',
      'Links in the file system may have led elsewhere then.',
    ],
  },
  unknown: {
    state: 'unknown',
    problem: 'The policy of then is not in the log any more: it was given up with the events up to number 31,000.',
  },
} satisfies Record<string, Explained>
