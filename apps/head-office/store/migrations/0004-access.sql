-- People of Head Office, their sessions, and what they changed.

CREATE TABLE users (
  -- Lower case; what somebody signs in with.
  name text PRIMARY KEY CHECK (name = lower(name)),
  full_name text NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'ops', 'catalogue-editor', 'approver', 'admin')),
  -- `scrypt$N$r$p$salt$hash`
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL,
  disabled_at timestamptz
);

-- A session's token itself is only in the browser.
CREATE TABLE sessions (
  token_hash bytea PRIMARY KEY,
  user_name text NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  address text NOT NULL,
  agent text NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_name);

-- Tries to sign in as a name, known or not, since the last one that succeeded.
CREATE TABLE sign_in_attempts (
  name text PRIMARY KEY,
  attempts integer NOT NULL,
  last_at timestamptz NOT NULL,
  locked_until timestamptz
);

-- Every change anybody asked for. A row is begun before the change and finished after it, so that one which
-- died in between shows too.
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  role text NOT NULL,
  address text NOT NULL,
  -- Stable, kebab-case: `change-user`.
  action text NOT NULL,
  -- What was changed: a user's name, a store, an order; empty until the change is done.
  subject text NOT NULL DEFAULT '',
  outcome text NOT NULL CHECK (outcome IN ('begun', 'done', 'refused', 'failed')),
  detail text NOT NULL DEFAULT '',
  before jsonb,
  after jsonb
);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_subject ON audit (subject, id);

-- What was written stays as it was written.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.outcome = 'begun' AND NEW.outcome <> 'begun' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

-- Who had a hand in a draft menu, and who approved which revision of it: nobody approves their own.
CREATE TABLE draft_hands (
  draft_id bigint NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (draft_id, name)
);
CREATE TABLE draft_approvals (
  draft_id bigint NOT NULL,
  revision integer NOT NULL,
  name text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (draft_id, revision)
);
