import { type Log, repeat, type Service } from '@tillwire/runtime';

/** Work that falls due by itself, such as the Z of a day nobody closed. */
export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  /** Looks whether anything is due and does it; done twice it changes nothing more. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Runs the chores, each by its own clock; one that fails is logged and tried again at its next turn. */
export const createScheduler = ({
  chores,
  log,
}: {
  readonly chores: readonly Chore[];
  readonly log: Log;
}): Service => ({
  name: 'scheduler',
  run: async (signal) => {
    const idle: Chore = { name: 'idle', everyMs: 3_600_000, run: () => Promise.resolve() };
    await Promise.all(
      [...chores, idle].map((chore) =>
        repeat(
          chore.everyMs,
          signal,
          () => chore.run(signal),
          (error) => log.error({ err: error, chore: chore.name }, 'chore failed'),
        ),
      ),
    );
  },
});
