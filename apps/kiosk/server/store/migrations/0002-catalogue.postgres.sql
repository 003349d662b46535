-- Whole catalogues as Head Office published them: content only, bases of deltas.
CREATE TABLE catalogue_fulls (
  version bigint PRIMARY KEY,
  -- Of the document it came in.
  checksum text NOT NULL,
  -- Canonical JSON, and its own checksum.
  content text NOT NULL,
  content_checksum text NOT NULL
);

-- The newest delta believed: what this store is to run.
CREATE TABLE catalogue_delta (
  id integer PRIMARY KEY CHECK (id = 1),
  version bigint NOT NULL,
  checksum text NOT NULL,
  document text NOT NULL,
  -- When its next part is due; null when it has none.
  next_from_ms bigint
);

-- Verified catalogues beside the one in force, which is one of them.
CREATE TABLE catalogue_staged (
  version bigint NOT NULL,
  part text NOT NULL CHECK (part IN ('now', 'next')),
  base_version bigint NOT NULL,
  checksum text NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (version, part)
);

-- The pointer every process of this store sells by: a switch is this row.
CREATE TABLE catalogue_in_force (
  id integer PRIMARY KEY CHECK (id = 1),
  version bigint NOT NULL,
  part text NOT NULL,
  switched_at_ms bigint NOT NULL,
  FOREIGN KEY (version, part) REFERENCES catalogue_staged (version, part)
);

CREATE TABLE config_in_force (
  id integer PRIMARY KEY CHECK (id = 1),
  version bigint NOT NULL,
  checksum text NOT NULL,
  config text NOT NULL
);
