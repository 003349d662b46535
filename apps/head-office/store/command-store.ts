import type { Command, CommandResult } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

export interface SentCommand {
  readonly commandId: string;
  readonly store: StoreCode;
  readonly command: Command;
  readonly sentBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Null: not answered yet. */
  readonly outcome: CommandResult['outcome'] | null;
  readonly detail: string;
  readonly answeredAtMs: number | null;
}

interface CommandRow extends Omit<SentCommand, 'createdAtMs' | 'expiresAtMs' | 'answeredAtMs'> {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly answeredAt: Date | null;
}

const COLUMNS = `command_id AS "commandId", store, command, sent_by AS "sentBy", created_at AS "createdAt",
  expires_at AS "expiresAt", outcome, detail, answered_at AS "answeredAt"`;

const commandOf = ({ createdAt, expiresAt, answeredAt, ...rest }: CommandRow): SentCommand => ({
  ...rest,
  createdAtMs: createdAt.getTime(),
  expiresAtMs: expiresAt.getTime(),
  answeredAtMs: answeredAt?.getTime() ?? null,
});

export const insertCommand = (
  db: Database | PoolClient,
  command: Omit<SentCommand, 'outcome' | 'detail' | 'answeredAtMs'>,
): Promise<unknown> =>
  db.query(
    `INSERT INTO store_commands (command_id, store, command, sent_by, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      command.commandId,
      command.store,
      JSON.stringify(command.command),
      command.sentBy,
      new Date(command.createdAtMs),
      new Date(command.expiresAtMs),
    ],
  );

/** Commands that wait for their answer and are still worth sending, oldest first. */
export async function openCommands(db: Database, nowMs: number): Promise<readonly SentCommand[]> {
  const { rows } = await db.query<CommandRow>(
    `SELECT ${COLUMNS} FROM store_commands WHERE outcome IS NULL AND expires_at > $1
     ORDER BY created_at, command_id LIMIT 10000`,
    [new Date(nowMs)],
  );
  return rows.map(commandOf);
}

export async function readCommand(db: Database, commandId: string): Promise<SentCommand | null> {
  const { rows } = await db.query<CommandRow>(
    `SELECT ${COLUMNS} FROM store_commands WHERE command_id = $1`,
    [commandId],
  );
  return rows[0] === undefined ? null : commandOf(rows[0]);
}

/** Where a page of commands ends: the one after it is older. */
export type CommandPlace = Pick<SentCommand, 'createdAtMs' | 'commandId'>;

/** Newest first; of one store, or of all; older than `before`, if that is given. */
export async function listCommands(
  db: Database,
  {
    store,
    before,
    limit,
  }: {
    readonly store: StoreCode | null;
    readonly before?: CommandPlace | undefined;
    readonly limit: number;
  },
): Promise<readonly SentCommand[]> {
  const { rows } = await db.query<CommandRow>(
    `SELECT ${COLUMNS} FROM store_commands WHERE ($1::text IS NULL OR store = $1)
       AND ($3::timestamptz IS NULL OR (created_at, command_id) < ($3, $4))
     ORDER BY created_at DESC, command_id DESC LIMIT $2`,
    [
      store,
      limit,
      before === undefined ? null : new Date(before.createdAtMs),
      before?.commandId ?? null,
    ],
  );
  return rows.map(commandOf);
}

/**
 * Keeps what a store answered. The first answer stays; one that comes after the command was given up replaces
 * that. An answer to a command nobody sent here (the journal's `resync` is sent by ingest) is left.
 */
export const answerCommand = (
  db: Database,
  store: StoreCode,
  { command_id: id, outcome, detail }: CommandResult,
  atMs: number,
): Promise<unknown> =>
  db.query(
    `UPDATE store_commands SET outcome = $3, detail = $4, answered_at = $5
     WHERE command_id = $1 AND store = $2 AND answered_at IS NULL`,
    [id, store, outcome, detail, new Date(atMs)],
  );

/** Gives up what expired unanswered. */
export const expireCommands = (db: Database, nowMs: number): Promise<unknown> =>
  db.query(
    `UPDATE store_commands SET outcome = 'expired', detail = 'no answer came in time'
     WHERE outcome IS NULL AND expires_at <= $1`,
    [new Date(nowMs)],
  );

/** Every word to a store about whom to believe, oldest first. */
export async function commandsNamed(
  db: Database,
  name: Command['name'],
): Promise<readonly SentCommand[]> {
  const { rows } = await db.query<CommandRow>(
    `SELECT ${COLUMNS} FROM store_commands WHERE command->>'name' = $1 ORDER BY created_at`,
    [name],
  );
  return rows.map(commandOf);
}
