// How the audit database came to look as it does. Entries are history: add one at the end, never change one.
// One that changes what projection.ts makes of events must also rebuild `call` and `session`, or verify will object.
import { BrokerStartError } from '../host-contract.ts'
import type { Db } from './driver.ts'
import { migration6 } from './migration-6.ts'
import { rebuildRows } from './rebuild.ts'

/** "CSGN" in SQLite's header, so that another program's database is never mistaken for ours. */
const applicationId = 0x4353474e

type Migration =
  | string
  /** When all steps are done, what is derived is made again from the events. */
  | { sql: string; rebuild: true }

const migrations: readonly Migration[] = [
  `
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    n INTEGER NOT NULL,
    t INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (session, n)
  ) STRICT;
  CREATE INDEX event_call ON event (CASE WHEN json_valid(data) THEN data ->> '$.call' END);
  CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER event_in_order BEFORE INSERT ON event
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
    BEGIN SELECT RAISE(ABORT, 'events have no gaps'); END;

  CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    client TEXT NOT NULL,
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    risk TEXT,
    outcome TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    decided_at INTEGER,
    forwarded_at INTEGER,
    answered_at INTEGER,
    cancelled_at INTEGER,
    held_ms INTEGER,
    duration_ms REAL,
    decision TEXT,
    source TEXT,
    rule TEXT,
    rules TEXT,
    reason TEXT,
    revision TEXT,
    arguments_text TEXT,
    arguments_bytes INTEGER,
    arguments_truncated INTEGER,
    arguments_hash TEXT,
    hold TEXT,
    hold_closed_at INTEGER,
    approval TEXT,
    approval_state TEXT,
    approval_grant INTEGER NOT NULL,
    approval_decided_at INTEGER,
    ticket TEXT,
    decided_by TEXT,
    person_reason TEXT,
    answer TEXT,
    result_text TEXT,
    result_bytes INTEGER,
    result_truncated INTEGER,
    session_over INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX call_received ON call (received_at, id);
  CREATE INDEX call_session ON call (session, outcome);
  CREATE INDEX call_alike ON call (client, server, tool, received_at);

  CREATE TABLE session (
    session TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    server TEXT NOT NULL,
    command TEXT,
    cwd TEXT,
    pin TEXT,
    pid INTEGER,
    parent_pid INTEGER,
    proxy_version TEXT,
    started_at INTEGER NOT NULL,
    client_name TEXT,
    client_version TEXT,
    protocol_version TEXT,
    ended_at INTEGER,
    end_reason TEXT,
    gone_at INTEGER
  ) STRICT;
  CREATE INDEX session_open ON session (started_at) WHERE ended_at IS NULL AND gone_at IS NULL;

  CREATE TABLE spool (
    session TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    offset INTEGER NOT NULL,
    n INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'damaged')),
    problem TEXT,
    ingested_at INTEGER NOT NULL
  ) STRICT;
  `,
  // What calls have used of the limits of rules (limits.ts). No part of the log: rows are given back and run out.
  `
  CREATE TABLE limit_use (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL,
    file TEXT NOT NULL,
    rule TEXT NOT NULL,
    client TEXT NOT NULL,
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    session TEXT NOT NULL,
    amount REAL NOT NULL,
    at INTEGER NOT NULL,
    per_ms INTEGER NOT NULL,
    asked TEXT NOT NULL,
    UNIQUE (call, file, rule)
  ) STRICT;
  CREATE INDEX limit_use_window ON limit_use (file, rule, at);
  `,
  // What was asked for, where that is no tools/call. No event before this said so, so no row has to be made again.
  'ALTER TABLE call ADD COLUMN action TEXT',
  // Questions to people and their answers, by card; hosts that calls named; what lockdown was last.
  {
    sql: `
    ALTER TABLE call ADD COLUMN held_rules TEXT;
    ALTER TABLE call ADD COLUMN grant_id TEXT;
    ALTER TABLE call ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX call_asked ON call (client, server, tool, received_at) WHERE approval IS NOT NULL;
    CREATE INDEX call_approval ON call (approval) WHERE approval IS NOT NULL;
    CREATE INDEX call_alone ON call (alone, received_at);

    CREATE TABLE card (
      approval TEXT PRIMARY KEY,
      call TEXT NOT NULL,
      session TEXT NOT NULL,
      opened_at INTEGER,
      decided_at INTEGER,
      outcome TEXT,
      decided_by TEXT
    ) STRICT;
    CREATE INDEX card_opened ON card (opened_at);
    CREATE INDEX card_open ON card (approval) WHERE outcome IS NULL;

    CREATE TABLE host (host TEXT PRIMARY KEY, first_at INTEGER NOT NULL) STRICT;

    CREATE INDEX event_lockdown ON event (seq) WHERE type = 'lockdown.changed';
    CREATE INDEX session_client ON session (client, started_at);
    `,
    rebuild: true,
  },
  // Whose arguments a person changed: what was asked was not what was approved.
  { sql: 'ALTER TABLE card ADD COLUMN edited INTEGER NOT NULL DEFAULT 0', rebuild: true },
  { sql: migration6, rebuild: true },
]

/** The version a fully migrated database carries in `user_version`. */
export const schemaVersion = migrations.length

const versionOf = (db: Db) => Number(db.pragma('user_version', { simple: true }))

/**
 * Brings the database up to `schemaVersion`, or leaves it as it is. Throws `BrokerStartError`
 * (`database-newer`, `database-corrupt`) before it changes anything, and an Error where a read-only one is too old.
 */
export function migrate(db: Db, path: string): void {
  const version = versionOf(db)
  if (version > schemaVersion) {
    throw new BrokerStartError(
      'database-newer',
      `The audit database ${path} was written by a newer Countersign (format ${version}; this program knows ${schemaVersion}). ` +
        'Nothing was changed. Update Countersign, or start it with another data folder.',
    )
  }
  const tables = db.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0
  const id = db.pragma('application_id', { simple: true })
  if ((version > 0 || tables > 0) && id !== applicationId) {
    throw new BrokerStartError(
      'database-corrupt',
      `${path} is a SQLite database, but not Countersign's audit database. Nothing was changed. Move it away and start again.`,
    )
  }
  if (version === schemaVersion) return
  if (db.readonly) {
    throw new Error(
      `The audit database ${path} is older than this program. Start Countersign once to bring it up to date.`,
    )
  }
  const upgrade = db.transaction(() => {
    // Asked again under the lock: another process may have migrated in the meantime.
    const due = migrations.slice(versionOf(db))
    for (const migration of due) db.exec(typeof migration === 'string' ? migration : migration.sql)
    if (due.some((migration) => typeof migration !== 'string')) rebuildRows(db)
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${schemaVersion}`)
  })
  upgrade.immediate()
}
