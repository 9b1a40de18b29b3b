// Puts the services together: one broker a data folder, the same inside Electron and headless.
import { compilePolicy } from '../core/policy/compile.ts'
import { textEngines } from '../core/policy/text-engines.ts'
import type { BrokerStatus, UiEvent } from '../core/wire/ui-contract.ts'
import { createEvents } from './api/events.ts'
import { createRouter, type UiHandlers } from './api/router.ts'
import { type Approvals, createApprovals } from './approvals.ts'
import { type AuditDatabase, openAuditDatabase } from './audit/database.ts'
import { closeDeadSessions } from './audit/dead-sessions.ts'
import { openSessions } from './audit/open-sessions.ts'
import { countsSince, getCall, head, listCalls, recentDecisions, summariesOf } from './audit/query.ts'
import { type Broker, type BrokerOptions, BrokerStartError } from './host-contract.ts'
import { createIntake } from './intake.ts'
import { loadKeys } from './keys.ts'
import { createLimits } from './limits.ts'
import { lockHome } from './lock.ts'
import { lostCards } from './lost-cards.ts'
import { createOwnRecord } from './own-record.ts'
import { layoutHere, prepareHome } from './paths.ts'
import { startPolicies } from './policies.ts'
import { openSettings } from './settings.ts'
import { startSocketServer } from './socket-server.ts'

const similarShown = 5
const alertsKept = 50
const statusGatherMs = 50

/** See `StartBroker`. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const layout = layoutHere(options.home)
  prepareHome(layout)
  // What is to be undone, last first, when starting fails half-way.
  const undo: (() => void)[] = [lockHome(layout)]
  try {
    return await serve(options, layout, undo)
  } catch (error) {
    for (const step of undo.reverse()) step()
    if (error instanceof BrokerStartError) throw error
    throw new BrokerStartError('home-unwritable', `Countersign cannot start: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

async function serve(
  options: BrokerOptions,
  layout: ReturnType<typeof layoutHere>,
  undo: (() => void)[],
): Promise<Broker> {
  const [unlock] = undo
  const db: AuditDatabase = openAuditDatabase(layout.database)
  undo.push(() => db.close())
  const { log, version, host } = options
  const now = () => Date.now()
  const monotonic = () => performance.now()
  const startedAt = now()
  const keys = loadKeys(layout, options.secretBox)
  const settings = openSettings(layout.settings, options.loginItem, log)
  const events = createEvents(log)
  const alerts: BrokerStatus['alerts'] = []
  let stopped = false
  /** Until then there is no status to tell, and nobody to be told. */
  let started = false

  let statusTimer: NodeJS.Timeout | undefined
  /** Told once for a burst: most changes come several at a time. */
  const statusChanged = () => {
    statusTimer ??= setTimeout(() => {
      statusTimer = undefined
      if (started && !stopped) events.emit({ type: 'status.changed', status: status() })
    }, statusGatherMs)
  }

  const intake = createIntake({
    db,
    spoolFolder: layout.spool,
    now,
    changed: (calls) => {
      events.emit({ type: 'calls.changed', calls: summariesOf(db, calls) })
      statusChanged()
    },
    damaged: ({ session, line, problem }) => alert('spool-damaged', `${session}.jsonl, line ${line}: ${problem}`),
    log,
  })
  undo.push(intake.stop)
  const record = createOwnRecord(layout.spool, now)
  undo.push(record.close)
  const show = (kind: string, detail: string) => {
    log(`${kind}: ${detail}`)
    alerts.unshift({ at: now(), kind, detail })
    alerts.length = Math.min(alerts.length, alertsKept)
    statusChanged()
  }
  const unrecorded = (what: string, error: unknown) => show('unrecorded', `${what}: ${(error as Error).message}`)
  const alert = (kind: string, detail: string) => {
    show(kind, detail)
    try {
      record.write('alert', { kind, detail })
    } catch (error) {
      unrecorded('an alert', error)
    }
  }

  const approvals: Approvals = createApprovals({
    record,
    now,
    monotonic,
    before: ({ client, server }, { action, tool, argumentsHash }) =>
      recentDecisions(db, { client, server, action, tool, limit: similarShown }).map((one) => ({
        at: one.at,
        outcome: one.outcome,
        sameArguments: one.argumentsHash === argumentsHash,
      })),
    unrecorded,
    changed: (card) => {
      events.emit({ type: 'approval.changed', card })
      statusChanged()
    },
    closed: ({ id }, outcome) => {
      events.emit({ type: 'approval.closed', id, outcome })
      statusChanged()
    },
  })

  // What happened while nobody listened comes first, so that new events stand after it.
  intake.everything()
  record.write('broker.started', { version, pid: process.pid, host })
  for (const lost of lostCards(db)) record.write('approval.decided', lost)
  intake.now(record.session)

  const policies = startPolicies({
    layout,
    keys,
    starterPolicies: options.starterPolicies,
    published: (revision, files, problems) => {
      record.write('policy.published', { revision, files, problems })
      events.emit({ type: 'policies.changed', revision })
      statusChanged()
    },
    compile: (set) => void compilePolicy(set, () => textEngines),
    removalAccepted: (removed) => record.write('policy.removal-accepted', removed),
    alert,
    log,
  })
  undo.push(policies.stop)

  const socket = await startSocketServer({
    layout,
    keys,
    version,
    approvals,
    limits: createLimits({ db, now }),
    catchUp: intake.now,
    closed: (session) => {
      intake.now(session)
      settleDead()
      statusChanged()
    },
    alert,
    log,
  })

  const settleDead = () => {
    if (stopped) return
    const isAlive = (pid: number, session: string) => socket.connected(session) || processExists(pid)
    const dead = closeDeadSessions(db, isAlive)
    if (dead.length === 0) return
    try {
      for (const gone of dead) record.write('session.gone', gone)
    } catch (error) {
      unrecorded('the end of a session', error)
    }
    intake.now(record.session)
  }

  const status = (): BrokerStatus => ({
    version,
    host,
    home: layout.home,
    keyStorage: keys.storage,
    startedAt,
    policy: { revision: policies.revision(), files: policies.files(), problems: policies.problems() },
    sessions: openSessions(db),
    pending: approvals.cards().length,
    today: countsSince(db, new Date(now()).setHours(0, 0, 0, 0)),
    alerts,
    auditHead: head(db),
  })

  const handlers: UiHandlers = {
    snapshot: () => {
      settleDead()
      const open = approvals.cards()
      return { seq: events.seq(), approvals: open, status: status(), settings: settings.get() }
    },
    'approvals.approve': ({ id, binding, typed }, actor) => ({
      outcome: approvals.approve(id, binding, actor, typed),
    }),
    'approvals.refuse': ({ id, binding, reason }, actor) => ({ outcome: approvals.refuse(id, binding, actor, reason) }),
    'activity.list': (params) => listCalls(db, params),
    'activity.get': ({ call }) => {
      const detail = getCall(db, call)
      return detail ? { detail } : {}
    },
    'policies.list': () => policies.list(),
    'policies.accept-removal': ({ file }, actor) => ({ outcome: policies.acceptRemoval(file, actor) }),
    'settings.set': (change) => {
      const changed = settings.set(change)
      events.emit({ type: 'settings.changed', settings: changed })
      return changed
    },
  }

  settleDead()
  started = true
  return {
    api: { handle: createRouter(handlers, log), subscribe: events.subscribe },
    status,
    emit: (event: Extract<UiEvent, { type: 'reveal' }>) => events.emit(event),
    alert,
    stop: async () => {
      if (stopped) return
      stopped = true
      policies.stop()
      approvals.stop()
      await socket.stop()
      clearTimeout(statusTimer)
      try {
        record.write('broker.stopped', {})
      } catch (error) {
        unrecorded('the end of this run', error)
      }
      record.close()
      intake.stop()
      db.close()
      unlock?.()
    },
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
