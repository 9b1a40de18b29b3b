// A host for the built renderer that speaks the UI contract from fixtures: the same routes, headers and content
// security policy as the headless host, and a log of what the window really sent.
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import type {
  ApprovalCard,
  BrokerStatus,
  ClientBudget,
  Grant,
  PolicyFileView,
  Settings,
  UiEvent,
  UiMethod,
  UiParams,
  UiReply,
  UiResult,
} from '../../../core/wire/ui-contract.ts'
import { type ApprovalWorld, approvalHandlers } from './approval-handlers.ts'
import { budgets, controlHandlers } from './controls.ts'
import { calls, now, settings } from './fixtures.ts'
import { type LoggedCall, overview, search, summary } from './log-engine.ts'
import { logHandlers } from './log-handlers.ts'
import { policies } from './policies.ts'

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const token = 'gallery-token'

/** Answers a test gives instead of the plain ones. */
export type Replies = { [M in UiMethod]?: (params: UiParams<M>) => UiResult<M> | Promise<UiResult<M>> }

export type GalleryState = {
  approvals: ApprovalCard[]
  grants: Grant[]
  budgets: ClientBudget[]
  replies: Replies
  /** Newest first. */
  calls: LoggedCall[]
  files: PolicyFileView[]
  status: BrokerStatus
  settings: Settings
  /** What accepting the removal of a policy file answers. */
  removal: UiResult<'policies.accept-removal'>['outcome']
  /** `down` breaks every connection, `used` answers 401. */
  door: 'open' | 'down' | 'used'
}

export type Gallery = {
  readonly url: string
  readonly state: GalleryState
  readonly received: { method: string; params: unknown }[]
  emit(event: UiEvent): void
  /** Skips a sequence number, as if an event had been lost. */
  lose(): void
  reset(part?: Partial<GalleryState>): void
  close(): Promise<void>
}

function fresh(part: Partial<GalleryState> = {}): GalleryState {
  return {
    approvals: [],
    grants: [],
    budgets,
    calls,
    ...policies.good,
    settings,
    replies: {},
    removal: 'accepted',
    door: 'open',
    ...part,
  }
}

/** @param folder the built renderer */
export async function startGallery(folder: string): Promise<Gallery> {
  const state = fresh()
  const received: Gallery['received'] = []
  const streams = new Set<ServerResponse>()
  let seq = 100

  const emit = (event: UiEvent): void => {
    // A window that takes its snapshot only now is told the same.
    if (event.type === 'grants.changed') state.grants = event.grants
    if (event.type === 'status.changed') state.status = event.status
    seq += 1
    for (const stream of streams) stream.write(`data: ${JSON.stringify({ seq, event })}\n\n`)
  }

  const world: ApprovalWorld = {
    state,
    emit,
    close: (id, outcome) => {
      state.approvals = state.approvals.filter((card) => card.id !== id)
      emit({ type: 'approval.closed', id, outcome })
    },
  }

  const handlers: { [M in UiMethod]: (params: UiParams<M>) => UiResult<M> } = {
    snapshot: () => ({
      seq,
      approvals: state.approvals,
      grants: state.grants,
      status: state.status,
      settings: state.settings,
    }),
    ...approvalHandlers(world),
    ...controlHandlers(state, emit),
    ...logHandlers(state),
    'policies.accept-removal': ({ file }) => {
      if (state.removal === 'not-removed') return { outcome: 'not-removed' }
      state.files = state.files.filter((known) => known.file !== file)
      const problems = state.status.policy.problems.filter((problem) => !problem.startsWith(`${file} `))
      state.status = { ...state.status, policy: { ...state.status.policy, problems } }
      emit({ type: 'status.changed', status: state.status })
      emit({ type: 'policies.changed', revision: 'after' })
      return { outcome: 'accepted' }
    },
    'activity.search': (params) => search(state.calls, params),
    'activity.summary': (params) => summary(state.calls, params),
    'activity.overview': () => overview(state.calls, now),
    'policies.list': () => ({
      folder: '/home/mara/.config/countersign/policies',
      revision: state.status.policy.revision,
      files: state.files,
    }),
    'settings.set': (params) => {
      // Nothing is said of what stays; null takes it away.
      const said = Object.entries({ ...state.settings, ...params }).filter(([, value]) => value !== null)
      state.settings = Object.fromEntries(said) as Settings
      emit({ type: 'settings.changed', settings: state.settings })
      return state.settings
    },
  }

  const answer = async (method: UiMethod, params: unknown): Promise<UiReply> => {
    received.push({ method, params })
    const handler = (state.replies[method] ?? handlers[method]) as (value: unknown) => unknown
    try {
      return { ok: true, value: await handler(params) }
    } catch (error) {
      return { ok: false, error: { code: 'internal', message: (error as Error).message } }
    }
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://gallery')
    const json = (value: unknown, code = 200): void => {
      response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      response.end(JSON.stringify(value))
    }
    if (url.pathname.startsWith('/api/') && state.door === 'down') {
      request.socket.destroy()
      return
    }
    if (url.pathname.startsWith('/api/') && state.door === 'used') return json({ error: 'unauthorized' }, 401)
    if (url.pathname === '/api/ping') return json({})
    if (url.pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write(': hello\n\n')
      streams.add(response)
      response.on('close', () => streams.delete(response))
      return
    }
    if (url.pathname === '/api/request') {
      if (request.headers['x-countersign-key'] !== token) return json({ error: 'key' }, 401)
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const { method, params } = JSON.parse(body) as { method: UiMethod; params: unknown }
      return json(await answer(method, params))
    }
    const path = normalize(url.pathname === '/' ? '/index.html' : url.pathname)
    const file = await readFile(join(folder, path)).catch(() => undefined)
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': csp,
      'x-content-type-options': 'nosniff',
    })
    response.end(file)
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/#key=${token}`,
    state,
    received,
    emit,
    lose: () => {
      seq += 1
    },
    reset: (part) => {
      Object.assign(state, fresh(part))
      received.length = 0
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
