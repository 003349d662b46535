-- Facts about this installation: store, install id, incarnation of Head Office, session, numbers seen.
CREATE TABLE meta (
  name text PRIMARY KEY,
  value text NOT NULL
);

-- The one row every commit goes through: where the journal stands.
CREATE TABLE journal_head (
  id bigint PRIMARY KEY CHECK (id = 1),
  epoch bigint NOT NULL,
  seq bigint NOT NULL,
  -- Hash of the last event; of the last one of the epoch before while this epoch has none.
  hash text NOT NULL,
  last_row bigint NOT NULL
);

CREATE TABLE trading_days (
  business_date text PRIMARY KEY,
  last_sequence bigint NOT NULL,
  closed_at_ms bigint
);

-- Every event ever made here, byte for byte; those without `acked_at_ms` and `parked_at_ms` are the outbox.
CREATE TABLE journal (
  row bigint PRIMARY KEY,
  epoch bigint NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('order', 'day')),
  subject text NOT NULL,
  hash text NOT NULL,
  prev_hash text NOT NULL,
  payload text NOT NULL,
  created_at_ms bigint NOT NULL,
  -- In Head Office's time.
  acked_at_ms bigint,
  parked_at_ms bigint,
  UNIQUE (epoch, seq)
);
CREATE INDEX journal_outbox ON journal (row) WHERE acked_at_ms IS NULL AND parked_at_ms IS NULL;
CREATE INDEX journal_parked ON journal (row) WHERE parked_at_ms IS NOT NULL;
-- Every state of one order.
CREATE INDEX journal_subject ON journal (subject, row);

-- Orders at their current revision; the order itself is the payload of the journal's `row`.
CREATE TABLE orders (
  order_id text PRIMARY KEY,
  business_date text NOT NULL,
  sequence bigint NOT NULL,
  row bigint NOT NULL REFERENCES journal (row),
  revision bigint NOT NULL,
  status text NOT NULL,
  kind text NOT NULL,
  kitchen text NOT NULL CHECK (kitchen IN ('none', 'preparing', 'packed', 'dispatched')),
  request_id text NOT NULL UNIQUE,
  UNIQUE (business_date, sequence)
);

CREATE TABLE crew (
  crew_id text PRIMARY KEY,
  name text NOT NULL
);

-- Errors an operator should see, kept until Head Office acknowledges them.
CREATE TABLE error_events (
  error_id text PRIMARY KEY,
  code text NOT NULL,
  payload text NOT NULL,
  created_at_ms bigint NOT NULL,
  acked_at_ms bigint
);
CREATE INDEX error_events_open ON error_events (created_at_ms) WHERE acked_at_ms IS NULL;
CREATE INDEX error_events_code ON error_events (code, created_at_ms);

-- Commands run, by id: a repeated one is answered from here.
CREATE TABLE commands (
  command_id text PRIMARY KEY,
  result text NOT NULL,
  created_at_ms bigint NOT NULL
);
