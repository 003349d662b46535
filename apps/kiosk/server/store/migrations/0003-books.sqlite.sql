-- Each issue of a closed day: revision 1 is the Z, every correction the next. The summary is the journal's row; the
-- highest (epoch, revision) stands.
CREATE TABLE day_issues (
  business_date TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  row INTEGER NOT NULL REFERENCES journal (row),
  -- When its files were written to disk.
  exported_at_ms INTEGER,
  PRIMARY KEY (business_date, epoch, revision)
) STRICT;

-- A drawer's turn. It takes in every sale since the one before it ended, so that none is outside of one.
CREATE TABLE shifts (
  shift_id TEXT PRIMARY KEY,
  request_id TEXT NOT NULL UNIQUE,
  business_date TEXT NOT NULL,
  -- Sales of the date with after_sequence < sequence <= through_sequence; open while that is null.
  after_sequence INTEGER NOT NULL,
  through_sequence INTEGER,
  float_pence INTEGER NOT NULL,
  opened_by TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX shifts_date ON shifts (business_date, after_sequence);

CREATE TABLE cash_ups (
  shift_id TEXT PRIMARY KEY REFERENCES shifts (shift_id),
  request_id TEXT NOT NULL UNIQUE,
  -- [{ "denomination": pence, "count": n }]
  counts TEXT NOT NULL,
  cash_pence INTEGER NOT NULL,
  expected_pence INTEGER NOT NULL,
  cheque_pence INTEGER,
  card_pence INTEGER,
  crew_id TEXT NOT NULL,
  note TEXT NOT NULL,
  counted_at_ms INTEGER NOT NULL
) STRICT;

