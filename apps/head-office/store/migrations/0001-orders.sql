-- What Head Office knows of its stores and of every order they sold.

CREATE TABLE stores (
  store text PRIMARY KEY,
  name text NOT NULL DEFAULT '',
  first_seen_at timestamptz NOT NULL,
  -- Null while nobody provisioned it: what it sends is kept all the same, and an alert says so.
  provisioned_at timestamptz,
  revoked_at timestamptz
);

-- Every event of every store's journal, byte for byte as it came. `hash` is SHA-256 over `payload`.
CREATE TABLE journal (
  store text NOT NULL,
  journal_epoch bigint NOT NULL,
  journal_seq bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('order', 'day')),
  -- The order's id, or the business date of a day summary.
  subject text NOT NULL,
  revision integer NOT NULL,
  business_date date NOT NULL,
  hash bytea NOT NULL,
  prev_hash bytea NOT NULL,
  payload text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (store, journal_epoch, journal_seq)
-- Events of the usual size stay in their row, uncompressed: squeezing them costs more than the disk they take.
) WITH (toast_tuple_target = 8160);
CREATE INDEX journal_subject ON journal (store, subject);
CREATE INDEX journal_day ON journal (store, business_date);

-- How far each epoch of a store's journal is known to be whole.
CREATE TABLE journal_epochs (
  store text NOT NULL,
  journal_epoch bigint NOT NULL,
  -- Every seq up to here is held, parked or restored.
  held_through bigint NOT NULL DEFAULT 0,
  held_hash bytea,
  -- As held_through, and every link fits.
  complete_through bigint NOT NULL DEFAULT 0,
  -- Hash of the event at complete_through.
  watermark_hash bytea,
  -- What stands there is parked, or restored: no event of the books bears that hash.
  watermark_parked boolean NOT NULL DEFAULT false,
  -- The last verified backup holds everything up to here; restores never go behind it.
  backed_up_through bigint NOT NULL DEFAULT 0,
  -- The store's own head, from its heartbeats: 0 before the first.
  head_seq bigint NOT NULL DEFAULT 0,
  head_hash bytea,
  -- Places the store does not hold itself, [{"from": 1, "to": 2}], from its heartbeats.
  holes jsonb NOT NULL DEFAULT '[]',
  -- Set when a link does not fit: the claim of completeness stops there, the lane goes on.
  frozen_at_seq bigint,
  -- A later epoch began: what neither side holds of this one counts as restored.
  ended boolean NOT NULL DEFAULT false,
  PRIMARY KEY (store, journal_epoch)
);

-- order_key = yyyymmdd × 10^11 + shop × 10^7 + sequence: the primary key, the partition key, the paging key.
CREATE TABLE orders (
  order_key bigint NOT NULL,
  global_order_id text NOT NULL,
  store text NOT NULL,
  business_date date NOT NULL,
  journal_epoch bigint NOT NULL,
  journal_seq bigint NOT NULL,
  revision integer NOT NULL,
  hash bytea NOT NULL,
  status text NOT NULL,
  kind text NOT NULL,
  channel text NOT NULL,
  price_band smallint NOT NULL,
  vat_basis text NOT NULL,
  payment_method text NOT NULL,
  crew_id text,
  gross integer NOT NULL,
  net integer NOT NULL,
  vat integer NOT NULL,
  -- class, rate, net, VAT of each class in turn.
  vat_classes integer[] NOT NULL,
  meal_discount integer NOT NULL,
  combo_discount integer NOT NULL,
  catalog_version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (order_key),
  CHECK (gross = net + vat),
  CHECK (
    order_key = split_part(global_order_id, '-', 2)::bigint * 100000000000
      + substr(split_part(global_order_id, '-', 1), 2)::bigint * 10000000
      + split_part(global_order_id, '-', 3)::bigint
  )
) PARTITION BY RANGE (order_key);
CREATE TABLE orders_other PARTITION OF orders DEFAULT;
CREATE INDEX orders_store_key ON orders (store, order_key);

CREATE TABLE order_lines (
  order_key bigint NOT NULL,
  line_no smallint NOT NULL,
  item_type text NOT NULL,
  item_code integer NOT NULL,
  name text NOT NULL,
  qty integer NOT NULL,
  is_meal boolean NOT NULL,
  unit_price_gross integer NOT NULL,
  line_total_gross integer NOT NULL,
  PRIMARY KEY (order_key, line_no)
) PARTITION BY RANGE (order_key);
CREATE TABLE order_lines_other PARTITION OF order_lines DEFAULT;

-- Rollups always equal what the current revisions of the orders sum to; customer orders only, voided ones out.
CREATE TABLE rollup_hourly (
  store text NOT NULL,
  business_date date NOT NULL,
  -- The hour of created_at in UTC, as epoch hours: zones are the reader's business.
  utc_hour integer NOT NULL,
  orders integer NOT NULL,
  gross bigint NOT NULL,
  net bigint NOT NULL,
  vat bigint NOT NULL,
  PRIMARY KEY (store, business_date, utc_hour)
);

CREATE TABLE rollup_product (
  store text NOT NULL,
  business_date date NOT NULL,
  item_type text NOT NULL,
  item_code integer NOT NULL,
  qty bigint NOT NULL,
  gross bigint NOT NULL,
  PRIMARY KEY (store, business_date, item_type, item_code)
);
CREATE INDEX rollup_product_date ON rollup_product (business_date, item_type, item_code);

CREATE TABLE rollup_channel (
  store text NOT NULL,
  business_date date NOT NULL,
  channel text NOT NULL,
  payment_method text NOT NULL,
  orders integer NOT NULL,
  gross bigint NOT NULL,
  PRIMARY KEY (store, business_date, channel, payment_method)
);

CREATE TABLE rollup_vat (
  store text NOT NULL,
  business_date date NOT NULL,
  vat_class smallint NOT NULL,
  vat_rate integer NOT NULL,
  net bigint NOT NULL,
  vat bigint NOT NULL,
  PRIMARY KEY (store, business_date, vat_class, vat_rate)
);

-- One bad message blocks nothing: it waits here with its reason and raw bytes, acknowledged as parked.
CREATE TABLE quarantine (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  store text,
  topic text NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  payload bytea NOT NULL,
  payload_hash bytea NOT NULL,
  -- The journal place it claims or fills, where that could be read.
  journal_epoch bigint,
  journal_seq bigint,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  times_seen integer NOT NULL DEFAULT 1,
  resolved_at timestamptz,
  resolution text CHECK (resolution IN ('replayed', 'discarded')),
  resolution_reason text
);
CREATE UNIQUE INDEX quarantine_payload ON quarantine (topic, payload_hash);
CREATE INDEX quarantine_place ON quarantine (store, journal_epoch, journal_seq) WHERE journal_seq IS NOT NULL;
CREATE INDEX quarantine_hash ON quarantine (store, payload_hash) WHERE journal_seq IS NULL;

CREATE TABLE day_summaries (
  store text NOT NULL,
  business_date date NOT NULL,
  revision integer NOT NULL,
  journal_epoch bigint NOT NULL,
  journal_seq bigint NOT NULL,
  hash bytea NOT NULL,
  payload text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (store, business_date, journal_epoch, revision)
);

CREATE TABLE heartbeats (
  store text PRIMARY KEY,
  received_at timestamptz NOT NULL,
  payload jsonb NOT NULL
);

CREATE TABLE store_states (
  store text PRIMARY KEY,
  online boolean NOT NULL,
  session bigint NOT NULL,
  changed_at timestamptz NOT NULL
);

-- What a store reported, and what Head Office itself saw of it: those ids begin with `ho:`.
CREATE TABLE error_events (
  store text NOT NULL,
  error_id text NOT NULL,
  received_at timestamptz NOT NULL,
  payload jsonb NOT NULL,
  PRIMARY KEY (store, error_id)
);

-- Facts about this database itself; the incarnation is also kept outside it (protocol.md §3.7).
CREATE TABLE meta (
  name text PRIMARY KEY,
  value text NOT NULL
);
