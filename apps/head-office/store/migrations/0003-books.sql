-- What was made of each day a store closed. A day is judged anew while `stale`: its summary came, or an event of it.
CREATE TABLE days (
  store text NOT NULL,
  business_date date NOT NULL,
  stale boolean NOT NULL DEFAULT true,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'superseded', 'reconciled', 'differs')),
  -- Why it waits, or what differs; people read it.
  detail text NOT NULL DEFAULT '',
  -- [{"order": id, "what": text}], and sections of the files that differ.
  differences jsonb NOT NULL DEFAULT '[]',
  -- The summary it was judged by.
  journal_epoch bigint,
  revision integer,
  -- Pence of customer orders as the summary has them.
  gross bigint NOT NULL DEFAULT 0,
  vat bigint NOT NULL DEFAULT 0,
  orders integer NOT NULL DEFAULT 0,
  judged_at timestamptz,
  PRIMARY KEY (store, business_date)
);
CREATE INDEX days_open ON days (store, business_date) WHERE stale OR state IN ('waiting', 'superseded');
CREATE INDEX days_date ON days (business_date);
