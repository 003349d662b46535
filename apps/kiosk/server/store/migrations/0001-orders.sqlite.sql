-- Facts about this installation: store, install id, incarnation of Head Office, session, numbers seen.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- The one row every commit goes through: where the journal stands.
CREATE TABLE journal_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  -- Hash of the last event; of the last one of the epoch before while this epoch has none.
  hash TEXT NOT NULL,
  last_row INTEGER NOT NULL
) STRICT;

CREATE TABLE trading_days (
  business_date TEXT PRIMARY KEY,
  last_sequence INTEGER NOT NULL,
  closed_at_ms INTEGER
) STRICT;

-- Every event ever made here, byte for byte; those without `acked_at_ms` and `parked_at_ms` are the outbox.
CREATE TABLE journal (
  row INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('order', 'day')),
  subject TEXT NOT NULL,
  hash TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  -- In Head Office's time.
  acked_at_ms INTEGER,
  parked_at_ms INTEGER,
  UNIQUE (epoch, seq)
) STRICT;
CREATE INDEX journal_outbox ON journal (row) WHERE acked_at_ms IS NULL AND parked_at_ms IS NULL;
CREATE INDEX journal_parked ON journal (row) WHERE parked_at_ms IS NOT NULL;
-- Every state of one order.
CREATE INDEX journal_subject ON journal (subject, row);

-- Orders at their current revision; the order itself is the payload of the journal's `row`.
CREATE TABLE orders (
  order_id TEXT PRIMARY KEY,
  business_date TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  row INTEGER NOT NULL REFERENCES journal (row),
  revision INTEGER NOT NULL,
  status TEXT NOT NULL,
  kind TEXT NOT NULL,
  kitchen TEXT NOT NULL CHECK (kitchen IN ('none', 'preparing', 'packed', 'dispatched')),
  request_id TEXT NOT NULL UNIQUE,
  UNIQUE (business_date, sequence)
) STRICT;

CREATE TABLE crew (
  crew_id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

-- Errors an operator should see, kept until Head Office acknowledges them.
CREATE TABLE error_events (
  error_id TEXT PRIMARY KEY,
  code TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  acked_at_ms INTEGER
) STRICT;
CREATE INDEX error_events_open ON error_events (created_at_ms) WHERE acked_at_ms IS NULL;
CREATE INDEX error_events_code ON error_events (code, created_at_ms);

-- Commands run, by id: a repeated one is answered from here.
CREATE TABLE commands (
  command_id TEXT PRIMARY KEY,
  result TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
