-- What is watched for at the shops, what is wrong now and was before, and whom it was told.

CREATE TABLE alert_rules (
  -- Stable, kebab-case: `no-heartbeat`.
  rule_id text PRIMARY KEY,
  title text NOT NULL,
  -- What is measured, of those the watch knows.
  signal text NOT NULL,
  -- Beyond this it is wrong: above, or below for what must not run out; in the unit of the signal.
  threshold bigint NOT NULL CHECK (threshold >= 0),
  -- Seconds it has to stay wrong before the alert fires.
  for_s integer NOT NULL CHECK (for_s >= 0),
  severity text NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
  -- Shops it watches; none: all of them.
  stores text[] NOT NULL DEFAULT '{}',
  -- Of error events: which codes, and how long one counts.
  codes text[] NOT NULL DEFAULT '{}',
  window_s integer NOT NULL DEFAULT 3600 CHECK (window_s > 0),
  -- While it fires, the shop's other alerts are not told: they follow from it.
  inhibits boolean NOT NULL DEFAULT false,
  enabled boolean NOT NULL DEFAULT true,
  changed_by text NOT NULL DEFAULT '',
  changed_at timestamptz
);

INSERT INTO alert_rules (rule_id, title, signal, threshold, for_s, severity, inhibits) VALUES
  ('no-heartbeat', 'No heartbeat for 5 minutes', 'heartbeat-age', 300, 0, 'critical', true),
  ('line-down', 'Line down', 'line-down', 0, 60, 'warning', true),
  ('outbox-depth', 'Many events unsent', 'unsent', 500, 120, 'warning', false),
  ('oldest-unsent', 'Sales wait to be sent', 'oldest-unsent', 600, 0, 'warning', false),
  ('publish-errors', 'The broker refuses messages', 'publish-errors', 10000, 120, 'warning', false),
  ('catalogue-drift', 'Sells from another menu than it was told', 'catalogue-drift', 600, 0, 'warning', false),
  ('catalogue-refused', 'Refused its menu', 'catalogue-refused', 0, 0, 'critical', false),
  ('ingest-latency', 'Sales arrive late', 'ingest-latency', 60, 300, 'warning', false),
  ('journal-gap', 'Events missing in between', 'journal-gap', 0, 600, 'warning', false),
  ('journal-broken', 'The journal does not fit together', 'journal-broken', 0, 0, 'critical', false),
  ('quarantine', 'Parked messages', 'quarantine', 0, 0, 'warning', false),
  ('day-differs', 'A closed day differs', 'days-differing', 0, 0, 'critical', false),
  ('day-waiting', 'A closed day is not reconciled', 'day-waiting', 43200, 0, 'warning', false),
  ('clock-skew', 'The clock is wrong', 'clock-skew', 60, 120, 'warning', false),
  ('disk-low', 'The disk runs full', 'disk-free', 1000000000, 0, 'critical', false),
  ('backup-old', 'No recent backup', 'backup-age', 129600, 0, 'warning', false),
  ('certificate-expiry', 'A certificate of the broker runs out', 'certificate-life', 1209600, 0, 'warning', false);
INSERT INTO alert_rules (rule_id, title, signal, threshold, for_s, severity, codes, window_s) VALUES
  ('fork', 'Two machines with one identity', 'error-events', 0, 0, 'critical',
    '{journal-fork,journal-behind}', 86400),
  ('stranger', 'A shop nobody provisioned', 'error-events', 0, 0, 'warning', '{store-not-provisioned}', 86400),
  ('not-believed', 'Signed by nobody it trusts', 'error-events', 0, 0, 'critical', '{message-not-believed}', 86400),
  ('held-back', 'Events are held back or overridden', 'error-events', 0, 0, 'warning',
    '{event-held-back,revision-overridden,returned-event-refused}', 86400),
  ('work-failed', 'Backups or commands fail', 'error-events', 0, 0, 'warning',
    '{backup-failed,command-failed}', 21600),
  ('pin-guessing', 'Somebody guesses PINs', 'error-events', 0, 0, 'info', '{pin-locked}', 3600);

CREATE TABLE alerts (
  alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_id text NOT NULL,
  -- '': of no shop, but of Head Office's own.
  store text NOT NULL,
  title text NOT NULL,
  severity text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'firing', 'resolved')),
  value bigint NOT NULL,
  threshold bigint NOT NULL,
  -- Wrong since, by what was seen.
  since timestamptz NOT NULL,
  fired_at timestamptz,
  resolved_at timestamptz,
  -- The alert it follows from, as long as that one fires.
  inhibited_by bigint,
  acknowledged_by text,
  acknowledged_at timestamptz,
  note text NOT NULL DEFAULT '',
  -- What was told last, and when; null: nothing.
  told text CHECK (told IN ('firing', 'resolved')),
  told_at timestamptz
);
-- One open alert for each thing that can be wrong.
CREATE UNIQUE INDEX alerts_open ON alerts (rule_id, store) WHERE state <> 'resolved';
-- Whose end is still to be told.
CREATE INDEX alerts_to_tell ON alerts (rule_id) WHERE state = 'resolved' AND told = 'firing';

CREATE TABLE alert_silences (
  silence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What it silences; null: any.
  rule_id text,
  store text,
  note text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Ended early by moving this.
  until timestamptz NOT NULL,
  CHECK (rule_id IS NOT NULL OR store IS NOT NULL)
);
CREATE INDEX alert_silences_until ON alert_silences (until);

-- Whom alerts are told. Nobody, until an admin says so.
CREATE TABLE alert_sinks (
  sink_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  settings jsonb NOT NULL,
  -- The webhook's key or the mail server's password, sealed by a key outside this database; null: none.
  secret text,
  min_severity text NOT NULL CHECK (min_severity IN ('critical', 'warning', 'info')),
  enabled boolean NOT NULL
);

-- Written with the alerts' states in one transaction: a crash loses none.
CREATE TABLE alert_deliveries (
  delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sink_id bigint NOT NULL REFERENCES alert_sinks ON DELETE CASCADE,
  -- The same however often it is sent.
  message_id text NOT NULL UNIQUE,
  message jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  -- `delivered` and `given-up` are for good.
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given-up')),
  settled_at timestamptz,
  last_error text NOT NULL DEFAULT ''
);
CREATE INDEX alert_deliveries_due ON alert_deliveries (next_at) WHERE state = 'waiting';

-- What the watch looks for every few seconds.
CREATE INDEX error_events_received ON error_events (received_at);
CREATE INDEX days_differing ON days (store) WHERE state = 'differs';
CREATE INDEX quarantine_open ON quarantine (store) WHERE resolved_at IS NULL;
