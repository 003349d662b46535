import { type GlobalOrderId, invariant, type Order } from '@tillwire/domain';
import { type KioskDatabase, type KioskTransaction, write } from './database.ts';
import { orderOfBytes } from './order-bytes.ts';

/** Something a printer is to print. */
export interface PrintJob {
  readonly jobId: string;
  readonly order: Order;
  readonly training: boolean;
  /** Asked for by somebody, not printed by itself. */
  readonly isCopy: boolean;
  readonly createdAtMs: number;
}

/** How a printer stands. */
export interface PrinterState {
  readonly printer: string;
  readonly waiting: number;
  readonly oldestMs: number | null;
  /** Null: it took the last job. */
  readonly trouble: string | null;
  readonly troubleSinceMs: number | null;
}

export interface PrintStore {
  /**
   * Queues what was journalled since the last look and `isWanted`, each state of an order once. A printer that is new
   * begins with what comes. Returns how many states it looked at.
   */
  readonly collect: (
    printer: string,
    isWanted: (order: Order) => boolean,
    nowMs: number,
  ) => Promise<number>;
  /** The oldest job that is due. */
  readonly next: (printer: string, nowMs: number) => Promise<PrintJob | null>;
  readonly markPrinted: (jobId: string, nowMs: number) => Promise<void>;
  readonly putOff: (jobId: string, untilMs: number) => Promise<void>;
  readonly setTrouble: (printer: string, trouble: string | null, nowMs: number) => Promise<void>;
  /** Queues an order again, or one for practice; a job id that is known changes nothing. */
  readonly request: (
    job: {
      readonly jobId: string;
      readonly printer: string;
      readonly order: Order;
      readonly training: boolean;
    },
    nowMs: number,
  ) => Promise<void>;
  readonly states: () => Promise<readonly PrinterState[]>;
  readonly forgetPrinted: (beforeMs: number) => Promise<void>;
}

const STATES_AT_ONCE = 100;
/** What happened longer ago than this is nobody's slip any more: it is printed only when asked for. */
const STALE_MS = 6 * 3_600_000;

export function createPrintStore(db: KioskDatabase): PrintStore {
  return {
    collect: async (printer, isWanted, nowMs) => {
      // Mostly nothing is new: looking writes nothing.
      const head = await db
        .selectFrom('journal_head')
        .select(['last_row', 'epoch'])
        .executeTakeFirstOrThrow();
      const held = await cursorOf(db, printer);
      if (held === head.last_row) return 0;
      return write(db, async (tx) => {
        const from = await cursorOf(tx, printer);
        if (from === null) {
          await tx
            .insertInto('printers')
            .values({
              printer,
              journal_row: head.last_row,
              trouble: null,
              trouble_since_ms: null,
            })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
          return 0;
        }
        const rows = await tx
          .selectFrom('journal')
          .select(['row', 'kind', 'epoch', 'payload', 'hash', 'created_at_ms'])
          .where('row', '>', from)
          .orderBy('row')
          .limit(STATES_AT_ONCE)
          .execute();
        for (const { kind, epoch, payload, hash, created_at_ms } of rows) {
          // What Head Office gave back after a restore was printed in its time.
          if (kind !== 'order' || epoch !== head.epoch || created_at_ms < nowMs - STALE_MS)
            continue;
          const order = orderOfBytes(payload, hash);
          if (isWanted(order)) await queue(tx, automaticJob(printer, order), nowMs);
        }
        const through = rows.at(-1)?.row ?? head.last_row;
        await tx
          .updateTable('printers')
          .set({ journal_row: through })
          .where('printer', '=', printer)
          .execute();
        return rows.length;
      });
    },
    next: async (printer, nowMs) => {
      const job = await db
        .selectFrom('print_jobs')
        .selectAll()
        .where('printer', '=', printer)
        .where('printed_at_ms', 'is', null)
        .where('due_at_ms', '<=', nowMs)
        .orderBy('created_at_ms')
        .orderBy('job_id')
        .limit(1)
        .executeTakeFirst();
      if (job === undefined) return null;
      return {
        jobId: job.job_id,
        order:
          job.practice === null
            ? await orderAt(db, job.order_id, job.revision)
            : (JSON.parse(job.practice) as Order),
        training: job.practice !== null,
        isCopy: job.job_id.startsWith(COPY),
        createdAtMs: job.created_at_ms,
      };
    },
    markPrinted: async (jobId, nowMs) => {
      await db
        .updateTable('print_jobs')
        .set({ printed_at_ms: nowMs })
        .where('job_id', '=', jobId)
        .execute();
    },
    putOff: async (jobId, untilMs) => {
      await db
        .updateTable('print_jobs')
        .set({ due_at_ms: untilMs })
        .where('job_id', '=', jobId)
        .execute();
    },
    setTrouble: async (printer, trouble, nowMs) => {
      await db
        .updateTable('printers')
        .set((eb) => ({
          trouble,
          trouble_since_ms:
            trouble === null ? null : eb.fn.coalesce('trouble_since_ms', eb.val(nowMs)),
        }))
        .where('printer', '=', printer)
        .execute();
    },
    request: (job, nowMs) => write(db, (tx) => queue(tx, job, nowMs)),
    states: async () => {
      const printers = await db.selectFrom('printers').selectAll().execute();
      const waiting = await db
        .selectFrom('print_jobs')
        .select(({ fn }) => [
          'printer',
          fn.countAll<number>().as('count'),
          fn.min('created_at_ms').as('oldest'),
        ])
        .where('printed_at_ms', 'is', null)
        .groupBy('printer')
        .execute();
      return printers.map(({ printer, trouble, trouble_since_ms }) => {
        const own = waiting.find((row) => row.printer === printer);
        return {
          printer,
          waiting: own?.count ?? 0,
          oldestMs: own?.oldest ?? null,
          trouble,
          troubleSinceMs: trouble_since_ms,
        };
      });
    },
    forgetPrinted: async (beforeMs) => {
      await db.deleteFrom('print_jobs').where('printed_at_ms', '<', beforeMs).execute();
    },
  };
}

const COPY = 'copy:';

/** The job of a slip that somebody asked for: asked twice by one request it is one. */
export const copyJobId = (printer: string, requestId: string): string =>
  `${COPY}${printer}:${requestId}`;

/** The job of a state of an order at a printer: there is one, however often it is thought of. */
export const automaticJob = (printer: string, order: Order) => ({
  jobId: `${printer}:${order.id}:${order.revision}`,
  printer,
  order,
  training: false,
});

async function cursorOf(
  on: KioskDatabase | KioskTransaction,
  printer: string,
): Promise<number | null> {
  const row = await on
    .selectFrom('printers')
    .select('journal_row')
    .where('printer', '=', printer)
    .executeTakeFirst();
  return row?.journal_row ?? null;
}

async function queue(
  tx: KioskTransaction,
  {
    jobId,
    printer,
    order,
    training,
  }: {
    readonly jobId: string;
    readonly printer: string;
    readonly order: Order;
    readonly training: boolean;
  },
  nowMs: number,
): Promise<void> {
  await tx
    .insertInto('print_jobs')
    .values({
      job_id: jobId,
      printer,
      order_id: order.id,
      revision: order.revision,
      practice: training ? JSON.stringify(order) : null,
      created_at_ms: nowMs,
      printed_at_ms: null,
      due_at_ms: nowMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** An order as it was at a revision. */
async function orderAt(db: KioskDatabase, id: string, revision: number): Promise<Order> {
  const rows = await db
    .selectFrom('journal')
    .select(['payload', 'hash'])
    .where('subject', '=', id as GlobalOrderId)
    .where('kind', '=', 'order')
    .orderBy('row', 'desc')
    .execute();
  const order = rows
    .map(({ payload, hash }) => orderOfBytes(payload, hash))
    .find((candidate) => candidate.revision === revision);
  invariant(order !== undefined, 'what was queued is in the journal');
  return order;
}
