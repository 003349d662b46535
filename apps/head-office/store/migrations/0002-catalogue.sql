-- What the shops are to sell and how: menus in the making, releases of them, and what each store was told.

-- Whole catalogues as canonical JSON, each once, by the checksum of that JSON.
CREATE TABLE catalogue_contents (
  checksum text PRIMARY KEY,
  content text NOT NULL
);

-- One row: the last number of each rising sequence, and a mark that moves whenever something is to be published.
CREATE TABLE catalogue_state (
  id integer PRIMARY KEY CHECK (id = 1),
  last_version bigint NOT NULL,
  last_config_version bigint NOT NULL,
  change_mark bigint NOT NULL,
  -- Under which incarnation the deltas were issued; after a restore they are issued anew.
  incarnation bigint NOT NULL
);
INSERT INTO catalogue_state VALUES (1, 0, 0, 0, 0);

-- A menu that was published: a base and, by store, what differs there.
CREATE TABLE catalogue_releases (
  release_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('publish', 'rollback', 'rebase')),
  -- The release its menu departed from.
  based_on bigint REFERENCES catalogue_releases,
  base_checksum text NOT NULL REFERENCES catalogue_contents,
  -- The full that carries the base.
  base_version bigint NOT NULL,
  shops jsonb NOT NULL,
  note text NOT NULL,
  published_by text NOT NULL,
  published_at timestamptz NOT NULL,
  -- Null: at once.
  effective_from timestamptz,
  state text NOT NULL CHECK (state IN ('rolling-out', 'halted', 'complete', 'superseded', 'cancelled')),
  state_reason text NOT NULL DEFAULT '',
  -- Stores by wave, [["S01"], ["S02", "S03"]]; the first are the canaries.
  waves jsonb NOT NULL,
  -- Waves told so far.
  waves_told integer NOT NULL,
  -- The release whose deltas carry this one as their next part.
  rides_on bigint REFERENCES catalogue_releases
);

CREATE TABLE catalogue_drafts (
  draft_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  based_on bigint REFERENCES catalogue_releases,
  -- Null before the first import.
  base_checksum text REFERENCES catalogue_contents,
  shops jsonb NOT NULL,
  -- Rises with every edit: two editors notice each other.
  revision integer NOT NULL,
  edited_by text NOT NULL,
  edited_at timestamptz NOT NULL
);

-- Fulls ever published.
CREATE TABLE catalogue_fulls (
  catalog_version bigint PRIMARY KEY,
  content_checksum text NOT NULL REFERENCES catalogue_contents,
  published_at timestamptz NOT NULL
);

-- Deltas ever issued, as signed but for number, checksum and signatures; a store's highest is what it is to run.
CREATE TABLE catalogue_deltas (
  catalog_version bigint PRIMARY KEY,
  store text NOT NULL,
  release_id bigint NOT NULL REFERENCES catalogue_releases,
  next_release_id bigint REFERENCES catalogue_releases,
  effective_from timestamptz,
  document jsonb NOT NULL,
  issued_at timestamptz NOT NULL
);
CREATE INDEX catalogue_deltas_store ON catalogue_deltas (store, catalog_version DESC);

-- Where each store is with its catalogue, by its own word.
CREATE TABLE catalogue_reports (
  store text PRIMARY KEY,
  session bigint NOT NULL,
  number bigint NOT NULL,
  received_at timestamptz NOT NULL,
  payload jsonb NOT NULL
);

-- Configs ever set; a store's highest is what it works by.
CREATE TABLE store_configs (
  config_version bigint PRIMARY KEY,
  store text NOT NULL,
  config jsonb NOT NULL,
  note text NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX store_configs_store ON store_configs (store, config_version DESC);

CREATE TABLE store_commands (
  command_id text PRIMARY KEY,
  store text NOT NULL,
  command jsonb NOT NULL,
  sent_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- As the store answered; `expired` also when nobody answered in time.
  outcome text CHECK (outcome IN ('done', 'failed', 'expired', 'not-supported')),
  detail text NOT NULL DEFAULT '',
  answered_at timestamptz
);
CREATE INDEX store_commands_open ON store_commands (store) WHERE outcome IS NULL;
CREATE INDEX store_commands_store ON store_commands (store, created_at DESC);
