-- Whole catalogues as Head Office published them: content only, bases of deltas.
CREATE TABLE catalogue_fulls (
  version INTEGER PRIMARY KEY,
  -- Of the document it came in.
  checksum TEXT NOT NULL,
  -- Canonical JSON, and its own checksum.
  content TEXT NOT NULL,
  content_checksum TEXT NOT NULL
) STRICT;

-- The newest delta believed: what this store is to run.
CREATE TABLE catalogue_delta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  document TEXT NOT NULL,
  -- When its next part is due; null when it has none.
  next_from_ms INTEGER
) STRICT;

-- Verified catalogues beside the one in force, which is one of them.
CREATE TABLE catalogue_staged (
  version INTEGER NOT NULL,
  part TEXT NOT NULL CHECK (part IN ('now', 'next')),
  base_version INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (version, part)
) STRICT;

-- The pointer every process of this store sells by: a switch is this row.
CREATE TABLE catalogue_in_force (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  part TEXT NOT NULL,
  switched_at_ms INTEGER NOT NULL,
  FOREIGN KEY (version, part) REFERENCES catalogue_staged (version, part)
) STRICT;

CREATE TABLE config_in_force (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  config TEXT NOT NULL
) STRICT;
