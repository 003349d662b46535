/** Something waiting to be stored: so many events of one message. */
export interface Waiting {
  readonly events: readonly unknown[];
}

export interface BatcherOptions<Item extends Waiting> {
  /** Stores a batch; must not throw for a bad item. Throws when the database is away: the batch is kept and tried again. */
  readonly commit: (batch: readonly Item[]) => Promise<void>;
  /** Called with what went wrong; resolves to whether to try again, once it may be. A batch given up is forgotten. */
  readonly backOff: (error: unknown, attempt: number) => Promise<boolean>;
  /** Called once a batch is stored or given up. */
  readonly onSettled: (batch: readonly Item[]) => void;
  /** A batch is closed once it holds this many events. */
  readonly maxEvents: number;
  /** A smaller batch is closed after this long. */
  readonly maxWaitMs: number;
  /** Batches stored at once. */
  readonly lanes: number;
  readonly setTimer: (ms: number, fire: () => void) => () => void;
}

export interface Batcher<Item extends Waiting> {
  readonly add: (item: Item) => void;
  /** Items added and not yet stored. */
  readonly pending: () => number;
  /** Resolves once everything added is stored or given up. */
  readonly drain: () => Promise<void>;
}

/**
 * Gathers items into batches of about `maxEvents` events, or what has come within `maxWaitMs`, and stores up to
 * `lanes` of them at once. While all lanes are busy batches grow fuller, up to their size.
 */
export function createBatcher<Item extends Waiting>(options: BatcherOptions<Item>): Batcher<Item> {
  const waiting: Item[] = [];
  let waitingEvents = 0;
  let pending = 0;
  let busy = 0;
  let due = false;
  let cancelTimer: (() => void) | null = null;
  let drained: (() => void)[] = [];

  const take = (): Item[] => {
    let events = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || events < options.maxEvents)) {
      events += waiting[count]?.events.length ?? 0;
      count++;
    }
    waitingEvents -= events;
    return waiting.splice(0, count);
  };

  const run = async (batch: readonly Item[]): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await options.commit(batch);
        return;
      } catch (error) {
        if (!(await options.backOff(error, attempt))) return;
      }
    }
  };

  const start = (): void => {
    while (
      busy < options.lanes &&
      waiting.length > 0 &&
      (due || waitingEvents >= options.maxEvents)
    ) {
      const batch = take();
      busy++;
      void run(batch).then(() => {
        busy--;
        pending -= batch.length;
        options.onSettled(batch);
        if (pending === 0) {
          for (const resolve of drained) resolve();
          drained = [];
        }
        start();
      });
    }
    if (waiting.length === 0) {
      due = false;
      cancelTimer?.();
      cancelTimer = null;
    } else if (cancelTimer === null && !due) {
      cancelTimer = options.setTimer(options.maxWaitMs, () => {
        cancelTimer = null;
        due = true;
        start();
      });
    }
  };

  return {
    add: (item) => {
      waiting.push(item);
      waitingEvents += item.events.length;
      pending++;
      start();
    },
    pending: () => pending,
    drain: () =>
      pending === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            drained.push(resolve);
            due = true;
            start();
          }),
  };
}
