-- What a member of the crew may do, and the PIN they are known by: scrypt with this shop's own salt, so that a PIN
-- belongs to one member and is found without trying everybody's.
ALTER TABLE crew ADD COLUMN role text NOT NULL DEFAULT 'crew' CHECK (role IN ('crew', 'shift-manager', 'manager'));
ALTER TABLE crew ADD COLUMN pin_hash text;
ALTER TABLE crew ADD COLUMN active integer NOT NULL DEFAULT 1 CHECK (active IN (0, 1));
CREATE UNIQUE INDEX crew_pin ON crew (pin_hash) WHERE pin_hash IS NOT NULL;

-- Who is signed in where; the browser alone has the token.
CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  crew_id text NOT NULL REFERENCES crew (crew_id),
  -- Orders of this session are for practice.
  training integer NOT NULL DEFAULT 0 CHECK (training IN (0, 1)),
  started_at_ms bigint NOT NULL,
  seen_at_ms bigint NOT NULL
);
CREATE INDEX sessions_crew ON sessions (crew_id);

-- Wrong PINs by till (`till 10.0.0.7`) and by member (`crew 12`).
CREATE TABLE pin_attempts (
  subject text PRIMARY KEY,
  failures integer NOT NULL,
  last_at_ms bigint NOT NULL,
  locked_until_ms bigint NOT NULL
);

-- What is to be printed, and what was.
CREATE TABLE print_jobs (
  job_id text PRIMARY KEY,
  printer text NOT NULL,
  order_id text NOT NULL,
  revision integer NOT NULL,
  -- An order for practice, which is nowhere else.
  practice text,
  created_at_ms bigint NOT NULL,
  printed_at_ms bigint,
  -- Not to be tried before this.
  due_at_ms bigint NOT NULL
);
CREATE INDEX print_jobs_waiting ON print_jobs (printer, created_at_ms, job_id) WHERE printed_at_ms IS NULL;
CREATE INDEX print_jobs_printed ON print_jobs (printed_at_ms) WHERE printed_at_ms IS NOT NULL;

-- How each printer is doing, and up to where the journal was looked through for it.
CREATE TABLE printers (
  printer text PRIMARY KEY,
  journal_row bigint NOT NULL,
  -- Null: it took the last job.
  trouble text,
  trouble_since_ms bigint
);
