-- By what the stores get into the broker. Passwords are not here: one on offer is sealed by the store's key.

CREATE TABLE store_credentials (
  store text NOT NULL,
  generation integer NOT NULL,
  -- As the broker knows it: S16, S16.2, …
  user_name text NOT NULL UNIQUE,
  -- The provisioning it comes from; the store's key is made of it.
  join_id text NOT NULL,
  -- How it reached the store: in its join file, or by a rotation.
  origin text NOT NULL CHECK (origin IN ('join', 'rotation')),
  -- `offered` is valid beside the one in use until the store has proven it, or failed.
  state text NOT NULL CHECK (state IN ('in-use', 'offered', 'dropped')),
  -- The password while it is on offer.
  sealed text,
  -- The rotate command that carries it, the last one; none is sent before the broker knows the credential.
  command_id text,
  requested_by text NOT NULL,
  created_at timestamptz NOT NULL,
  settled_at timestamptz,
  -- Whether the broker was told since it was dropped.
  dropped_at_broker boolean NOT NULL DEFAULT false,
  PRIMARY KEY (store, generation)
);
CREATE UNIQUE INDEX store_credentials_in_use ON store_credentials (store) WHERE state = 'in-use';
CREATE UNIQUE INDEX store_credentials_offered ON store_credentials (store) WHERE state = 'offered';
