import { type Command, type CommandMessage, type CommandResult } from '@tillwire/contract';
import { epochMsOf, isUtcInstant, type StoreCode, utcInstant } from '@tillwire/domain';
import type { Clock, Log } from '@tillwire/runtime';
import type { CommandStore } from '../store/command-store.ts';
import type { ErrorReport } from '../store/error-store.ts';

/** What running a command came to. */
export interface CommandOutcome {
  readonly outcome: 'done' | 'failed';
  readonly detail: string;
}

/** Runs one kind of command. A thrown error is a failure with its message. */
export type CommandHandler<Name extends Command['name'] = Command['name']> = (
  command: Extract<Command, { readonly name: Name }>,
) => Promise<CommandOutcome>;

/** What a kiosk can be told to do; a command with no handler here is answered `not-supported`. */
export type CommandRegistry = { readonly [Name in Command['name']]?: CommandHandler<Name> };

export interface CommandDeps {
  readonly store: StoreCode;
  readonly commands: CommandStore;
  readonly registry: CommandRegistry;
  readonly reportError: (report: ErrorReport) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Made to be run again after a death in their middle. The others are run at most once: that they began is written down
 * before, and whoever asks again hears that they did not end.
 */
const RESUMABLE: ReadonlySet<Command['name']> = new Set([
  'resync',
  'ping',
  'enrol',
  'rotate',
  'trust',
  'trust-broker',
  'log-level',
]);

/** Runs a command unless it was run before, and says what became of it: the same word to every repeat. */
export async function runCommandOnce(
  { command_id, expires_at, command }: CommandMessage,
  { store, commands, registry, reportError, clock, log }: CommandDeps,
): Promise<CommandResult> {
  const known = await commands.find(command_id);
  if (known !== null) return known;
  const result = (outcome: CommandResult['outcome'], detail: string): CommandResult => ({
    command_id,
    store_code: store,
    at: utcInstant(clock.nowMs()),
    outcome,
    detail: detail.slice(0, 2000),
  });
  const said = async (): Promise<CommandResult> => {
    const isExpired = !isUtcInstant(expires_at) || epochMsOf(expires_at) <= clock.nowMs();
    if (isExpired) return result('expired', `it expired at ${expires_at}`);
    const handler = registry[command.name] as CommandHandler | undefined;
    if (handler === undefined) return result('not-supported', command.name);
    if (!RESUMABLE.has(command.name)) {
      await commands.keep(result('failed', 'the kiosk stopped while it ran this; ask anew'));
    }
    try {
      const { outcome, detail } = await handler(command);
      return result(outcome, detail);
    } catch (error) {
      log.error({ err: error, command: command.name }, 'command failed');
      return result('failed', error instanceof Error ? error.message : String(error));
    }
  };
  const kept = await said();
  await commands.keep(kept);
  if (kept.outcome === 'failed') {
    await reportError({
      code: 'command-failed',
      message: `the command ${command.name} failed`,
      facts: { command_id, detail: kept.detail.slice(0, 500) },
    });
  }
  log.info({ command: command.name, outcome: kept.outcome }, 'command answered');
  return kept;
}
