import { invariant } from '@tillwire/domain';
import { type Database, inTransaction } from './database.ts';

/** Places of one epoch, ends included. */
interface Places {
  readonly from: number;
  readonly to: number;
}

/** How far a store's journal is whole, and what its orders up to there come to. Amounts in pence. */
export interface Claim {
  readonly journal: readonly {
    readonly journal_epoch: number;
    readonly complete_through: number;
    /** Of the event there; null where what stands there is parked or restored. */
    readonly watermark_hash: string | null;
    /** Events that are here and not in the books. */
    readonly parked: readonly number[];
    /** Lost with a disk on both sides. */
    readonly restored: readonly Places[];
  }[];
  readonly totals: {
    /** Customer orders that are not voided. */
    readonly orders: number;
    readonly gross: number;
    readonly net: number;
    readonly vat: number;
  };
}

/** As of one moment: marks and orders are read in one snapshot. */
export const readClaim = (db: Database, store: string): Promise<Claim> =>
  inTransaction(db, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const journal = await client.query<Claim['journal'][number]>(
      `SELECT e.journal_epoch, e.complete_through,
         CASE WHEN e.watermark_parked THEN NULL ELSE encode(e.watermark_hash, 'hex') END AS watermark_hash,
         coalesce((
           SELECT jsonb_agg(DISTINCT q.journal_seq) FROM quarantine q
           WHERE q.store = e.store AND q.journal_epoch = e.journal_epoch AND q.journal_seq <= e.complete_through
             AND q.resolved_at IS NULL AND NOT EXISTS (
               SELECT 1 FROM journal j WHERE j.store = e.store AND j.journal_epoch = e.journal_epoch
                 AND j.journal_seq = q.journal_seq
             )
         ), '[]') AS parked,
         coalesce((
           SELECT jsonb_agg(h ORDER BY (h ->> 'from')::bigint) FROM jsonb_array_elements(e.holes) h
           WHERE e.ended AND (h ->> 'to')::bigint <= e.complete_through AND NOT EXISTS (
             SELECT 1 FROM journal j WHERE j.store = e.store AND j.journal_epoch = e.journal_epoch
               AND j.journal_seq BETWEEN (h ->> 'from')::bigint AND (h ->> 'to')::bigint
           )
         ), '[]') AS restored
       FROM journal_epochs e WHERE e.store = $1 AND e.complete_through > 0 ORDER BY e.journal_epoch`,
      [store],
    );
    const totals = await client.query<Claim['totals']>(
      `SELECT count(*) AS orders, coalesce(sum(o.gross), 0) AS gross, coalesce(sum(o.net), 0) AS net,
         coalesce(sum(o.vat), 0) AS vat
       FROM orders o JOIN journal_epochs e USING (store, journal_epoch)
       WHERE o.store = $1 AND o.journal_seq <= e.complete_through AND o.kind = 'sale' AND o.status <> 'voided'`,
      [store],
    );
    const nothing = { orders: 0, gross: 0, net: 0, vat: 0 };
    return { journal: journal.rows, totals: totals.rows[0] ?? nothing };
  });

/** A certificate that was issued and kept. */
export interface KeptCertificate {
  readonly certificateId: number;
  readonly store: string;
  readonly issuedAt: string;
  readonly issuedBy: string;
  /** As it was signed, byte for byte. */
  readonly text: string;
}

interface KeptRow extends Omit<KeptCertificate, 'issuedAt'> {
  readonly issuedAt: Date;
}

const KEPT = `SELECT certificate_id AS "certificateId", store, issued_at AS "issuedAt",
  issued_by AS "issuedBy", certificate AS text FROM kept_certificates`;
const keptOf = ({ issuedAt, ...rest }: KeptRow): KeptCertificate => ({
  ...rest,
  issuedAt: issuedAt.toISOString(),
});

/** Keeps a certificate; one that says the very same is kept already. */
export async function keepCertificate(
  db: Database,
  { store, text, by, at }: { store: string; text: string; by: string; at: Date },
): Promise<KeptCertificate> {
  await db.query(
    `INSERT INTO kept_certificates (store, issued_at, issued_by, certificate) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [store, at, by, text],
  );
  const { rows } = await db.query<KeptRow>(`${KEPT} WHERE store = $1 AND certificate = $2`, [
    store,
    text,
  ]);
  const [kept] = rows;
  invariant(kept !== undefined, 'a certificate that was kept is there');
  return keptOf(kept);
}

/** The last issued first; older than `before`, if that is given. */
export async function listCertificates(
  db: Database,
  store: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly KeptCertificate[]> {
  const { rows } = await db.query<KeptRow>(
    `${KEPT} WHERE store = $1 AND ($2::bigint IS NULL OR certificate_id < $2)
     ORDER BY certificate_id DESC LIMIT $3`,
    [store, before ?? null, limit],
  );
  return rows.map(keptOf);
}

export async function readCertificate(
  db: Database,
  store: string,
  certificateId: number,
): Promise<KeptCertificate | null> {
  const { rows } = await db.query<KeptRow>(`${KEPT} WHERE store = $1 AND certificate_id = $2`, [
    store,
    certificateId,
  ]);
  return rows[0] === undefined ? null : keptOf(rows[0]);
}
