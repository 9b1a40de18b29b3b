// Permissions, figures and budgets as they come in real life, and answers that change them as the broker would.
import type { ClientBudget, Grant, UiEvent, UiMethod, UiParams, UiResult } from '../../../core/wire/ui-contract.ts'
import { now, sentence } from './fixtures.ts'
import type { GalleryState } from './host.ts'

const folder = '/home/mara/code/harbour-site'
const minute = 60_000
const hour = 60 * minute

function grant(id: string, part: Partial<Grant> = {}): Grant {
  return {
    id,
    kind: 'remembered',
    approval: `approval ${id}`,
    ticket: id.toUpperCase().slice(0, 4),
    by: 'desktop',
    madeAt: now - 10 * minute,
    client: 'cursor',
    server: 'filesystem',
    action: 'tools/call',
    tool: 'write_file',
    scopes: {},
    words: [],
    lifetime: 'hour',
    expiresAt: now + 50 * minute,
    uses: 0,
    calls: [],
    ...part,
  }
}

/** Newest first. */
export const grants = {
  once: grant('0ace', {
    kind: 'once',
    madeAt: now - 2 * minute,
    client: 'claude-desktop',
    server: 'github',
    tool: 'delete_branch',
    session: 's-desktop',
    words: [
      sentence('{owner} is exactly {acme}'),
      sentence('{repo} is exactly {api}'),
      sentence('{branch} is exactly {main}'),
      sentence('no other arguments'),
      sentence('once, in this session'),
    ],
    lifetime: 'once',
    expiresAt: now + 8 * minute,
  }),
  hour: grant('4f0a', {
    words: [
      sentence(`{path} inside {${folder}/content}`),
      sentence('{content}: anything'),
      sentence('{encoding} is exactly {utf-8}'),
      sentence('no other arguments'),
      sentence('only calls whose risk is {write}'),
      sentence('nothing in it that hides or passes for something else'),
    ],
    uses: 42,
    lastUsedAt: now - 12_000,
    calls: Array.from({ length: 20 }, (_, i) => ({ call: `s-cursor.${1000 - i}`, at: now - 12_000 - i * 23_000 })),
  }),
  session: grant('5e55', {
    madeAt: now - 40 * minute,
    tool: 'run_command',
    server: 'shell',
    session: 's-cursor',
    words: [
      sentence('{command} begins with {npm run test}'),
      sentence(`{cwd} is exactly {${folder}}`),
      sentence('no other arguments'),
      sentence('only calls whose risk is {execute}'),
      sentence('only in this session'),
    ],
    lifetime: 'session',
    expiresAt: now + 7 * hour + 20 * minute,
    idleMs: hour,
    lastUsedAt: now - 3 * minute,
    uses: 3,
    calls: [
      { call: 's-cursor.996', at: now - 3 * minute },
      { call: 's-cursor.990', at: now - 14 * minute },
      { call: 's-cursor.981', at: now - 31 * minute },
    ],
  }),
  day: grant('da10', {
    madeAt: now - 3 * hour,
    server: 'docs',
    action: 'resources/read',
    tool: 'docs://guides/\u202eterces\u202c/berths-and-tides/قائمة/index.md',
    words: [sentence('{uri} is one of {docs://guides/a}, {docs://guides/b}'), sentence('no other arguments')],
    lifetime: 'day',
    expiresAt: now + 10 * hour,
  }),
} as const

export const allGrants: Grant[] = [grants.once, grants.hour, grants.session, grants.day]

const answered = (approved: number, refused: number, expired: number) => ({ approved, refused, expired })

export const statistics: UiResult<'statistics.get'> = {
  since: now - 30 * 24 * hour,
  asked: 1_412,
  answered: answered(1_120, 61, 184),
  settledAlone: 38_204,
  medianAnswerMs: 4_230,
  fastApprovals: 214,
  rules: [
    {
      rule: { id: 'ask-before-writing', file: 'filesystem.yaml', line: 14 },
      asked: 903,
      answered: answered(811, 20, 52),
      medianAnswerMs: 2_100,
    },
    { asked: 288, answered: answered(180, 12, 90), medianAnswerMs: 19_400 },
    {
      rule: { id: 'releases-are-typed', file: 'github.yaml', line: 30 },
      asked: 21,
      answered: answered(21, 0, 0),
      medianAnswerMs: 64_000,
    },
    { rule: { id: 'no-tokens-out', file: 'github.yaml', line: 25 }, asked: 9, answered: answered(0, 9, 0) },
    { rule: { id: 'ask-about-env', file: 'github.yaml', line: 36 }, asked: 4, answered: answered(0, 0, 4) },
  ],
  tools: [
    {
      client: 'cursor',
      server: 'filesystem',
      tool: 'write_file',
      asked: 871,
      answered: answered(790, 18, 50),
      mostAnHour: 64,
    },
    {
      client: 'claude-desktop',
      server: 'github',
      tool: 'create_pull_request_review_comment',
      asked: 120,
      answered: answered(101, 9, 4),
      mostAnHour: 11,
    },
    {
      client: 'cursor',
      server: 'filesystem',
      tool: 'move\u202e_file',
      asked: 12,
      answered: answered(10, 2, 0),
      mostAnHour: 10,
    },
    ...Array.from({ length: 11 }, (_, i) => ({
      client: 'cursor',
      server: 'docs',
      tool: `search_${i + 1}`,
      asked: 11 - i,
      answered: answered(11 - i, 0, 0),
      mostAnHour: 2,
    })),
  ],
}

export const noStatistics: UiResult<'statistics.get'> = {
  since: now - 30 * 24 * hour,
  asked: 0,
  answered: answered(0, 0, 0),
  settledAlone: 0,
  fastApprovals: 0,
  rules: [],
  tools: [],
}

export const budgets: ClientBudget[] = [
  {
    client: 'claude-code',
    ms: 25_000,
    source: 'learned',
    withoutSettingMs: 25_000,
    observedMs: 33_400,
    note: 'waits half an hour since the last sign of progress, but moves a call to the background after 120 s',
  },
  {
    client: 'cursor',
    ms: 240_000,
    source: 'table',
    withoutSettingMs: 240_000,
    note: 'not documented; cancels were seen after about 5 minutes (cursor/cursor#3510)',
  },
  { client: 'harbour-agent', ms: 45_000, source: 'default', withoutSettingMs: 45_000 },
  { client: 'zed', ms: 90_000, source: 'settings', withoutSettingMs: 37_500, observedMs: 50_000 },
]

type Methods =
  | Extract<UiMethod, `grants.${string}` | `budgets.${string}`>
  | 'sessions.resume'
  | 'statistics.get'
  | 'lockdown.set'
type Handlers = { [M in Methods]: (params: UiParams<M>) => UiResult<M> }

export function controlHandlers(state: GalleryState, emit: (event: UiEvent) => void): Handlers {
  const setStatus = (part: Partial<GalleryState['status']>, without?: 'lockdown'): void => {
    const next = { ...state.status, ...part }
    if (without !== undefined) delete next[without]
    state.status = next
    emit({ type: 'status.changed', status: next })
  }
  const setGrants = (next: Grant[]): void => {
    state.grants = next
    emit({ type: 'grants.changed', grants: next })
  }
  return {
    'grants.revoke': ({ id }) => {
      const rest = state.grants.filter((one) => one.id !== id)
      if (rest.length === state.grants.length) return { outcome: 'gone' }
      setGrants(rest)
      return { outcome: 'revoked' }
    },
    'grants.revoke-all': () => {
      const revoked = state.grants.length
      setGrants([])
      return { revoked }
    },
    'budgets.list': () => ({ clients: state.budgets }),
    'budgets.set': ({ client, ms, forget }) => {
      state.budgets = state.budgets.map((one): ClientBudget => {
        if (one.client !== client) return one
        const { observedMs, ...rest } = one
        const known = forget === true || observedMs === undefined ? {} : { observedMs }
        if (ms !== null) return { ...rest, ...known, ms, source: 'settings' }
        const learned = known.observedMs !== undefined
        return { ...rest, ...known, ms: one.withoutSettingMs, source: learned ? 'learned' : 'table' }
      })
      return { clients: state.budgets }
    },
    'statistics.get': () => statistics,
    'sessions.resume': ({ session }) => {
      const sessions = state.status.sessions.map(({ refused, ...rest }) =>
        rest.session === session || refused === undefined ? rest : { ...rest, refused },
      )
      setStatus({ sessions })
      return { outcome: 'resumed' }
    },
    'lockdown.set': ({ on }) => {
      if (on) setStatus({ lockdown: { since: now + 4_000, by: 'desktop' } })
      else setStatus({}, 'lockdown')
      return { on }
    },
  }
}
