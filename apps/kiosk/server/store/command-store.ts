import { canonicalText, type CommandResult, commandResultSchema } from '@tillwire/contract';
import type { Clock } from '@tillwire/runtime';
import type { KioskDatabase } from './database.ts';

/** The results of the commands run here: each is run once by id, and a repeat is answered from here. */
export interface CommandStore {
  readonly find: (commandId: string) => Promise<CommandResult | null>;
  /** The last word kept of a command stands. */
  readonly keep: (result: CommandResult) => Promise<void>;
}

/** Longer than any command may wait before it expires. */
const KEPT_MS = 90 * 86_400_000;

export function createCommandStore(
  db: KioskDatabase,
  { clock }: { readonly clock: Clock },
): CommandStore {
  return {
    find: async (commandId) => {
      const row = await db
        .selectFrom('commands')
        .select('result')
        .where('command_id', '=', commandId)
        .executeTakeFirst();
      return row === undefined ? null : commandResultSchema.parse(JSON.parse(row.result));
    },
    keep: async (result) => {
      const [nowMs, text] = [clock.nowMs(), canonicalText(result)];
      await db
        .deleteFrom('commands')
        .where('created_at_ms', '<', nowMs - KEPT_MS)
        .execute();
      await db
        .insertInto('commands')
        .values({ command_id: result.command_id, result: text, created_at_ms: nowMs })
        .onConflict((conflict) => conflict.column('command_id').doUpdateSet({ result: text }))
        .execute();
    },
  };
}
