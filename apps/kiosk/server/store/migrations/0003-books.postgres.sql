-- Each issue of a closed day: revision 1 is the Z, every correction the next. The summary is the journal's row; the
-- highest (epoch, revision) stands.
CREATE TABLE day_issues (
  business_date text NOT NULL,
  epoch bigint NOT NULL,
  revision integer NOT NULL,
  row bigint NOT NULL REFERENCES journal (row),
  -- When its files were written to disk.
  exported_at_ms bigint,
  PRIMARY KEY (business_date, epoch, revision)
);

-- A drawer's turn. It takes in every sale since the one before it ended, so that none is outside of one.
CREATE TABLE shifts (
  shift_id text PRIMARY KEY,
  request_id text NOT NULL UNIQUE,
  business_date text NOT NULL,
  -- Sales of the date with after_sequence < sequence <= through_sequence; open while that is null.
  after_sequence bigint NOT NULL,
  through_sequence bigint,
  float_pence bigint NOT NULL,
  opened_by text NOT NULL,
  opened_at_ms bigint NOT NULL
);
CREATE INDEX shifts_date ON shifts (business_date, after_sequence);

CREATE TABLE cash_ups (
  shift_id text PRIMARY KEY REFERENCES shifts (shift_id),
  request_id text NOT NULL UNIQUE,
  -- [{ "denomination": pence, "count": n }]
  counts text NOT NULL,
  cash_pence bigint NOT NULL,
  expected_pence bigint NOT NULL,
  cheque_pence bigint,
  card_pence bigint,
  crew_id text NOT NULL,
  note text NOT NULL,
  counted_at_ms bigint NOT NULL
);

