// Puts the services together: one broker a data folder, the same inside Electron and headless.
import * as os from 'node:os'
import type { BrokerStatus, UiEvent } from '../core/wire/ui-contract.ts'
import { createAlerts } from './alerts.ts'
import { createEvents } from './api/events.ts'
import { createRouter } from './api/router.ts'
import { type AuditDatabase, openAuditDatabase } from './audit/database.ts'
import { lastLockdown } from './audit/last-lockdown.ts'
import { openSessions } from './audit/open-sessions.ts'
import { countsSince, head, summariesOf } from './audit/query.ts'
import { createReader } from './audit/reader.ts'
import { seenClients } from './audit/seen-clients.ts'
import { damageInWords } from './audit/spool-words.ts'
import { startUpkeep } from './audit/upkeep.ts'
import { createBudgets } from './budgets.ts'
import { earlierLockdown } from './earlier-policies.ts'
import { createFileDiff } from './file-diff.ts'
import { type Broker, type BrokerOptions, BrokerStartError } from './host-contract.ts'
import { createIntake } from './intake.ts'
import { createKeptText } from './kept-text.ts'
import { loadKeys } from './keys.ts'
import { createLimits } from './limits.ts'
import { createLiveSessions } from './live-sessions.ts'
import { lockHome } from './lock.ts'
import { createLockdown } from './lockdown.ts'
import { createLogCheck } from './log-check.ts'
import { lostCards } from './lost-cards.ts'
import { loadMarks } from './marks.ts'
import { createOwnRecord } from './own-record.ts'
import { layoutHere, prepareHome } from './paths.ts'
import { startPolicies } from './policies.ts'
import { recordPublished } from './policy-history.ts'
import { createQueue } from './queue.ts'
import { createRemember, type Remember } from './remember.ts'
import { createSessionRefusals, earlierRefusals, type SessionRefusals } from './session-refusals.ts'
import { openSettings } from './settings.ts'
import { startSocketServer } from './socket-server.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import { createUiHandlers } from './ui-handlers.ts'

const statusGatherMs = 100

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
  const { version, host } = options
  const now = () => Date.now()
  const monotonic = () => performance.now()
  const startedAt = now()
  const keys = loadKeys(layout, options.secretBox)
  const kept = createKeptText(loadMarks(layout))
  const log = (line: string) => options.log(kept.text(line))
  const settings = openSettings(layout.settings, options.loginItem, log)
  const events = createEvents(log)
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

  const reader = createReader({
    database: layout.database,
    readerFile: options.readerFile,
    verifyFile: options.verifyFile,
    spoolFolder: layout.spool,
    publicKey: keys.publicKey,
    marks: kept.asRecorded,
    log,
  })
  undo.push(() => void reader.stop())
  const intake = createIntake({
    db,
    database: layout.database,
    spoolFolder: layout.spool,
    now,
    changed: (calls) => {
      reader.changed(calls)
      events.emit({ type: 'calls.changed', calls: summariesOf(db, calls) })
      telemetry.wake()
      statusChanged()
    },
    damaged: (damage) => {
      if (damage.problem === 'unfinished') log(damageInWords(damage))
      else alerts.alert('spool-damaged', damageInWords(damage))
    },
    alert: (kind, detail) => alerts.alert(kind, detail),
    log,
  })
  undo.push(intake.stop)
  const record = createOwnRecord(layout.spool, now, kept)
  undo.push(record.close)
  const alerts = createAlerts({ record, now, changed: statusChanged, log })
  const { alert, unrecorded } = alerts
  const telemetry = createTelemetry({ db, version, instance: keys.fingerprint.slice(0, 16), now, alert, log })
  undo.push(() => void telemetry.stop())

  const budgets = createBudgets({
    file: layout.budgets,
    record,
    seen: () => seenClients(db),
    changed: (client) => socket.budgetChanged(client),
    unrecorded,
    alert,
  })
  const queue = createQueue({
    ...{ db, layout, record, now, monotonic, budgets, statusChanged, unrecorded, log },
    later: { remember: () => remember, lockdown: () => lockdown, refusals: () => refusals },
    osAuth: options.osAuth,
    caps: options.caps,
    emit: events.emit,
  })
  const { approvals, grants } = queue

  // What happened while nobody listened comes first, so that new events stand after it.
  intake.everything()
  telemetry.configure(settings.get().telemetry)
  record.write('broker.started', { version, pid: process.pid, host })
  for (const lost of lostCards(db)) record.write('approval.decided', lost)
  intake.now(record.session)

  const lockdown = createLockdown({
    published: earlierLockdown(layout.published),
    logged: lastLockdown(db),
    record,
    publish: () => policies.publish(),
    changed: statusChanged,
    unrecorded,
    now,
  })
  const policies = startPolicies({
    layout,
    keys,
    starterPolicies: options.starterPolicies,
    lockdown: lockdown.state,
    published: (news) => {
      queue.policyPublished(news.revision)
      recordPublished({ db, record }, news)
      events.emit({ type: 'policies.changed', revision: news.revision })
      statusChanged()
    },
    compile: queue.inForce.compile,
    removalAccepted: (removed) => record.write('policy.removal-accepted', removed),
    alert,
    log,
  })
  undo.push(policies.stop)

  const remember: Remember = createRemember({
    ...{ db, record, now, monotonic, grants, policies, unrecorded, log },
    wasInForce: queue.inForce.was,
    paths: queue.paths,
    home: os.homedir(),
  })
  const refusals: SessionRefusals = createSessionRefusals({
    record,
    now,
    earlier: earlierRefusals(db),
    tell: (session, notice) => socket.tellRefusal(session, notice),
  })
  const socket = await startSocketServer({
    layout,
    keys,
    version,
    approvals,
    limits: createLimits({ db, now, kept, mustKeep: intake.mustKeep }),
    budgets,
    refusal: refusals.notice,
    catchUp: intake.now,
    closed: (session) => {
      intake.now(session)
      if (stopped) return
      live.settleDead()
      refusals.keepOnly(live.openNow())
      statusChanged()
    },
    alert,
    log,
  })

  const live = createLiveSessions({
    ...{ db, record, unrecorded },
    connected: socket.connected,
    catchUp: () => intake.now(record.session),
  })
  const fileDiff = createFileDiff({ hidden: [layout.keys] })

  const status = (): BrokerStatus => ({
    version,
    host,
    home: layout.home,
    keyStorage: keys.storage,
    startedAt,
    policy: { revision: policies.revision(), files: policies.files(), problems: policies.problems() },
    sessions: openSessions(db).map((session) => {
      const refused = refusals.of(session.session)
      return { ...session, ...(refused ? { refused: { since: refused.since, by: refused.by } } : {}) }
    }),
    pending: approvals.cards().length,
    ...(approvals.flood() ? { flood: approvals.flood() } : {}),
    ...(lockdown.state() ? { lockdown: lockdown.state() } : {}),
    ...(options.osAuth ? { osAuth: options.osAuth.kind } : {}),
    today: countsSince(db, new Date(now()).setHours(0, 0, 0, 0)),
    alerts: alerts.list,
    auditHead: head(db),
  })

  const handlers = createUiHandlers({
    ...{ db, reader, approvals, grants, remember, refusals, lockdown, budgets, policies, statusChanged, now },
    check: createLogCheck({ reader, emit: events.emit, now }),
    spoolFolder: layout.spool,
    telemetry: telemetry.state,
    home: os.homedir(),
    settings: {
      get: settings.get,
      set: (change) => {
        const changed = settings.set(change)
        telemetry.configure(changed.telemetry)
        return changed
      },
    },
    fileDiff: ({ session, ask }) => fileDiff(session, ask),
    snapshot: () => {
      if (!stopped) live.settleDead()
      const open = approvals.cards()
      return { seq: events.seq(), approvals: open, grants: grants.list(), status: status(), settings: settings.get() }
    },
    isOpen: live.isOpen,
    emit: events.emit,
  })

  live.settleDead()
  const stopUpkeep = startUpkeep({
    ...{ db, keys, record, now, alert, log },
    spoolFolder: layout.spool,
    retention: () => settings.get().retention,
  })
  started = true
  return {
    api: { handle: createRouter(handlers, log), subscribe: events.subscribe },
    status,
    emit: (event: Extract<UiEvent, { type: 'reveal' }>) => events.emit(event),
    alert,
    stop: async () => {
      if (stopped) return
      stopped = true
      stopUpkeep()
      policies.stop()
      approvals.stop()
      await socket.stop()
      await telemetry.stop()
      clearTimeout(statusTimer)
      try {
        record.write('broker.stopped', {})
      } catch (error) {
        unrecorded('the end of this run', error)
      }
      record.close()
      intake.stop()
      await reader.stop()
      db.close()
      unlock?.()
    },
  }
}
