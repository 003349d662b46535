import { createHash } from 'node:crypto';
import type { OrderAnswer } from '../load/history.ts';
import type { JournalRow } from '../store/end-state.ts';
import type { Expected } from './expected.ts';
import type { Finding } from './findings.ts';

const ZERO_HASH = '0'.repeat(64);

/**
 * Every place from 1, each the hash of its bytes and chained to the one before; what only a dead disk held may be
 * missing, and the next one is chained to it all the same. An epoch begins after something that was known.
 */
export function chainFaults(
  store: string,
  journal: readonly JournalRow[],
  deadEvents: Expected['deadEvents'],
): readonly Finding[] {
  const dead = new Map(deadEvents.map((event) => [`${event.epoch}/${event.seq}`, event.hash]));
  const known = new Set([...journal, ...deadEvents].map(({ hash }) => hash).concat(ZERO_HASH));
  let [epoch, seq, hash] = [0, 0, ZERO_HASH];
  for (const row of journal) {
    if (row.journal_epoch !== epoch) {
      [epoch, seq] = [row.journal_epoch, 0];
      hash = known.has(row.prev_hash) ? row.prev_hash : hash;
    }
    for (let at = dead.get(`${epoch}/${seq + 1}`); at !== undefined && seq + 1 < row.journal_seq;) {
      [seq, hash] = [seq + 1, at];
      at = dead.get(`${epoch}/${seq + 1}`);
    }
    const found =
      row.journal_seq !== seq + 1
        ? `follows ${seq}`
        : row.prev_hash !== hash
          ? 'does not chain to the one before'
          : hashOf(row.payload) !== row.hash
            ? 'is not what its hash says'
            : null;
    const at = `${store} ${row.journal_epoch}/${row.journal_seq}`;
    if (found !== null) return [{ check: 'journal', what: `${at} ${found}` }];
    [seq, hash] = [row.journal_seq, row.hash];
  }
  return [];
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Numbers of a business date run from 1 with no gap, but for what a dead disk took and one marked hole for each disk,
 * from the last number it had printed.
 */
export function numberFaults(
  store: string,
  orders: readonly OrderAnswer[],
  { died, deadEvents, disks }: Pick<Expected, 'died' | 'deadEvents' | 'disks'>,
): readonly Finding[] {
  const byDate = Map.groupBy(orders, ({ businessDate }) => businessDate);
  const gone = [...died, ...deadEvents.map(({ subject }) => subject)].filter((id) =>
    ORDER.test(id),
  );
  return [...byDate].flatMap(([date, all]) => {
    const day = date.replaceAll('-', '');
    const used = new Set(all.map(({ number }) => number));
    for (const id of gone) if (id.includes(`-${day}-`)) used.add(Number(id.slice(-6)));
    const allowed = new Set(disks.map(({ numbers }) => numbers[date] ?? 0));
    const wrong = holesIn(used).find(({ after }) => !allowed.has(after));
    return wrong === undefined
      ? []
      : [
          {
            check: 'order numbers',
            what: `${store} ${date}: nothing between numbers ${wrong.after} and ${wrong.before}`,
          },
        ];
  });
}

const ORDER = /^S\d+-\d{8}-\d{6}$/;

/** Where numbers are missing: between which. */
function holesIn(
  used: ReadonlySet<number>,
): readonly { readonly after: number; readonly before: number }[] {
  const sorted = [0, ...used].toSorted((a, b) => a - b);
  return sorted.flatMap((number, at) => {
    const next = sorted[at + 1];
    return next === undefined || next <= number + 1 ? [] : [{ after: number, before: next }];
  });
}
