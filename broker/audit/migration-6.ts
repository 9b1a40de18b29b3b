// The database for a million calls: names once, hashes as bytes, `prev` no more (it is the hash of the row before, and still
// hashed), texts of calls only in their events, a full-text index, and what retention needs. Event hashes stay what they were.
// Everything that is derived is made again afterwards.

/** History, like all of migrations.ts: never changed. */
export const migration6 = `
  CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  INSERT INTO name (text) SELECT session FROM event GROUP BY session ORDER BY min(seq);

  CREATE TABLE event_6 (
    seq INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES name (id),
    n INTEGER NOT NULL,
    t INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  INSERT INTO event_6
    SELECT seq, name.id, n, t, type, data,
      -- A hash that is none was no hash of that event before either: verify says so.
      CASE WHEN length(unhex(hash)) = 32 THEN unhex(hash) ELSE zeroblob(32) END
    FROM event JOIN name ON name.text = event.session ORDER BY seq;
  DROP TABLE event;
  ALTER TABLE event_6 RENAME TO event;
  CREATE UNIQUE INDEX event_place ON event (session, n);
  CREATE INDEX event_rare ON event (type, seq) WHERE type NOT GLOB 'call.*' AND type NOT GLOB 'hold.*';

  CREATE TABLE checkpoint (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    carried TEXT NOT NULL,
    signature TEXT NOT NULL
  ) STRICT;

  CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER event_no_delete BEFORE DELETE ON event
    WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM checkpoint)
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER event_in_order BEFORE INSERT ON event
    WHEN NEW.seq IS NOT
      (SELECT coalesce((SELECT max(seq) FROM event), (SELECT max(seq) FROM checkpoint), 0) + 1)
    BEGIN SELECT RAISE(ABORT, 'events have no gaps'); END;

  DROP TABLE call;
  CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES name (id),
    part TEXT NOT NULL,
    client INTEGER NOT NULL REFERENCES name (id),
    server INTEGER NOT NULL REFERENCES name (id),
    tool INTEGER NOT NULL REFERENCES name (id),
    action INTEGER REFERENCES name (id),
    risk INTEGER REFERENCES name (id),
    outcome INTEGER NOT NULL REFERENCES name (id),
    rule INTEGER REFERENCES name (id),
    decided_by INTEGER REFERENCES name (id),
    received_at INTEGER NOT NULL,
    decided_at INTEGER,
    forwarded_at INTEGER,
    answered_at INTEGER,
    cancelled_at INTEGER,
    held_ms INTEGER,
    duration_ms REAL,
    decision INTEGER REFERENCES name (id),
    source INTEGER REFERENCES name (id),
    answer INTEGER REFERENCES name (id),
    hold INTEGER REFERENCES name (id),
    hold_closed_at INTEGER,
    held_rules TEXT,
    asks_again INTEGER NOT NULL,
    taken_up INTEGER,
    approval TEXT,
    approval_state INTEGER REFERENCES name (id),
    approval_grant INTEGER NOT NULL,
    approval_decided_at INTEGER,
    grant_id TEXT,
    ticket TEXT,
    person_reason TEXT,
    alone INTEGER NOT NULL,
    session_over INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    decided_seq INTEGER,
    edited_seq INTEGER,
    answered_seq INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX call_place ON call (session, part);
  CREATE INDEX call_alike ON call (tool, server, client);
  CREATE INDEX call_asked ON call (tool, server, client) WHERE approval IS NOT NULL;
  CREATE INDEX call_approval ON call (approval, approval_state) WHERE approval IS NOT NULL;
  CREATE INDEX call_unsettled ON call (session) WHERE answer IS NULL OR forwarded_at IS NULL;
  CREATE TABLE call_event (call INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (call, seq)) STRICT, WITHOUT ROWID;

  CREATE VIRTUAL TABLE call_text USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 2'
  );

  ALTER TABLE session ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE session ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE card ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE policy_text (sha256 TEXT PRIMARY KEY, text TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
  CREATE TABLE policy_revision (
    revision TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    files TEXT NOT NULL,
    problems TEXT NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT;

  ALTER TABLE spool ADD COLUMN part INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE spool ADD COLUMN first_n INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
`
