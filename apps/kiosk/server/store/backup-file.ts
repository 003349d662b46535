import { createHash } from 'node:crypto';
import { backup, DatabaseSync } from 'node:sqlite';

/** What a kiosk's database file holds, every byte of its journal checked. */
export interface FileReport {
  readonly store: string;
  readonly epoch: number;
  readonly seq: number;
  readonly events: number;
  readonly orders: number;
  /** When the last event was committed, ms since 1970; 0 for an empty journal. */
  readonly lastCommitMs: number;
}

/** A database file that cannot be trusted; `problems` says all that was found. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
  readonly problems: readonly string[];
  constructor(path: string, problems: readonly string[]) {
    super(`${path} is damaged: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** Every page in one step: a backup in small ones starts over whenever the till sells (measured). */
const ALL_PAGES = 2 ** 30;

/** Copies a live database to `target`, as of one moment. */
export async function copyDatabase(path: string, target: string): Promise<void> {
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    source.exec('PRAGMA busy_timeout = 5000');
    await backup(source, target, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  // One file all by itself: reading it back must not leave a log beside it.
  const copy = new DatabaseSync(target);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

interface JournalRow {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly prev_hash: string;
  readonly payload: string;
  readonly created_at_ms: number;
}

/**
 * Reads a whole database file: SQLite's own check, every event's hash over its bytes, every link of the chain, and
 * that each order stands on an event. @throws {DamagedFileError} naming everything wrong.
 */
export function inspectDatabase(path: string): FileReport {
  const problems: string[] = [];
  let database: DatabaseSync | undefined;
  let report: FileReport | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    report = inspect(database, problems);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    database?.close();
  }
  if (report === undefined || problems.length > 0) throw new DamagedFileError(path, problems);
  return report;
}

function inspect(database: DatabaseSync, problems: string[]): FileReport {
  const one = (sql: string): Readonly<Record<string, unknown>> | undefined =>
    database.prepare(sql).get();
  const countOf = (sql: string): number => Number(one(sql)?.['n'] ?? 0);
  for (const { integrity_check: found } of database.prepare('PRAGMA integrity_check(20)').all()) {
    if (found !== 'ok') problems.push(String(found));
  }
  const links = checkJournal(database, problems);
  const astray = countOf(
    'SELECT count(*) AS n FROM orders o LEFT JOIN journal j ON j.row = o.row AND j.subject = o.order_id WHERE j.row IS NULL',
  );
  if (astray > 0) problems.push(`${astray} orders without their event`);
  const head = one('SELECT epoch, seq, hash FROM journal_head') as
    { readonly epoch: number; readonly seq: number; readonly hash: string } | undefined;
  if (head === undefined) problems.push('no journal head');
  else if (head.seq > 0 && links.hashAt(head.epoch, head.seq) !== head.hash) {
    problems.push('the head is not the last event');
  }
  const owner = one("SELECT value FROM meta WHERE name = 'store'")?.['value'];
  return {
    store: typeof owner === 'string' ? owner : '',
    epoch: head?.epoch ?? 0,
    seq: head?.seq ?? 0,
    events: links.events,
    orders: countOf('SELECT count(*) AS n FROM orders'),
    lastCommitMs: links.lastCommitMs,
  };
}

/** Every hash over its bytes, every link between neighbours; what was pruned or lost in between is no fault. */
function checkJournal(database: DatabaseSync, problems: string[]) {
  let before: JournalRow | undefined;
  let [events, lastCommitMs] = [0, 0];
  const lastOf = new Map<number, JournalRow>();
  const rows = database
    .prepare(
      'SELECT epoch, seq, hash, prev_hash, payload, created_at_ms FROM journal ORDER BY epoch, seq',
    )
    .iterate() as Iterable<JournalRow>;
  for (const row of rows) {
    events++;
    lastCommitMs = Math.max(lastCommitMs, row.created_at_ms);
    const place = `event ${row.epoch}/${row.seq}`;
    if (createHash('sha256').update(row.payload).digest('hex') !== row.hash) {
      problems.push(`${place} is not what was written`);
    }
    const isNext = before?.epoch === row.epoch && before.seq + 1 === row.seq;
    if (isNext && before?.hash !== row.prev_hash) {
      problems.push(`${place} does not follow the one before it`);
    }
    before = row;
    lastOf.set(row.epoch, row);
  }
  return {
    events,
    lastCommitMs,
    hashAt: (epoch: number, seq: number): string | undefined => {
      const last = lastOf.get(epoch);
      return last?.seq === seq ? last.hash : undefined;
    },
  };
}
