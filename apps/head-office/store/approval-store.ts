import type { Database } from './database.ts';

export interface Approval {
  readonly revision: number;
  readonly name: string;
  readonly at: string;
}

/** Remembers that somebody had a hand in a draft; noted before the edit, so that none goes unnoted. */
export const noteHand = (db: Database, draftId: number, name: string): Promise<unknown> =>
  db.query('INSERT INTO draft_hands (draft_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    draftId,
    name,
  ]);

/** Everybody who had a hand in a draft. */
export async function handsIn(db: Database, draftId: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    'SELECT name FROM draft_hands WHERE draft_id = $1 ORDER BY name',
    [draftId],
  );
  return rows.map(({ name }) => name);
}

/** Keeps an approval of one revision; the first one stays. */
export const keepApproval = (
  db: Database,
  draftId: number,
  { revision, name, at }: Omit<Approval, 'at'> & { readonly at: Date },
): Promise<unknown> =>
  db.query(
    `INSERT INTO draft_approvals (draft_id, revision, name, at) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [draftId, revision, name, at],
  );

/** The approval of a draft as it stands at `revision`, or null. */
export async function readApproval(
  db: Database,
  draftId: number,
  revision: number,
): Promise<Approval | null> {
  const { rows } = await db.query<Omit<Approval, 'at'> & { readonly at: Date }>(
    'SELECT revision, name, at FROM draft_approvals WHERE draft_id = $1 AND revision = $2',
    [draftId, revision],
  );
  const [found] = rows;
  return found === undefined ? null : { ...found, at: found.at.toISOString() };
}
