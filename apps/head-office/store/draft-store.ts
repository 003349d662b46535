import type { PoolClient } from 'pg';
import type { Draft } from './catalogue-store.ts';
import type { Database } from './database.ts';

const COLUMNS = `draft_id AS "draftId", name, based_on AS "basedOn", base_checksum AS "baseChecksum", shops, revision,
  edited_by AS "editedBy", edited_at AS "editedAt"`;
type DraftRow = Omit<Draft, 'editedAtMs'> & { readonly editedAt: Date };
const draftOf = ({ editedAt, ...rest }: DraftRow): Draft => ({
  ...rest,
  editedAtMs: editedAt.getTime(),
});

type NewDraft = Omit<Draft, 'draftId' | 'revision'>;

const columnsOf = (draft: NewDraft): readonly unknown[] => [
  draft.name,
  draft.basedOn,
  draft.baseChecksum,
  JSON.stringify(draft.shops),
  draft.editedBy,
  new Date(draft.editedAtMs),
];

export async function insertDraft(client: PoolClient, draft: NewDraft): Promise<Draft> {
  const { rows } = await client.query<DraftRow>(
    `INSERT INTO catalogue_drafts (name, based_on, base_checksum, shops, edited_by, edited_at, revision)
     VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING ${COLUMNS}`,
    [...columnsOf(draft)],
  );
  return draftOf(rows[0] as DraftRow);
}

/** The draft as edited, or null when somebody else edited it since `revision`. */
export async function updateDraft(
  client: PoolClient,
  draftId: number,
  revision: number,
  draft: NewDraft,
): Promise<Draft | null> {
  const { rows } = await client.query<DraftRow>(
    `UPDATE catalogue_drafts SET name = $1, based_on = $2, base_checksum = $3, shops = $4, edited_by = $5,
       edited_at = $6, revision = revision + 1
     WHERE draft_id = $7 AND revision = $8 RETURNING ${COLUMNS}`,
    [...columnsOf(draft), draftId, revision],
  );
  return rows[0] === undefined ? null : draftOf(rows[0]);
}

export async function readDraft(db: Database | PoolClient, draftId: number): Promise<Draft | null> {
  const { rows } = await db.query<DraftRow>(
    `SELECT ${COLUMNS} FROM catalogue_drafts WHERE draft_id = $1`,
    [draftId],
  );
  return rows[0] === undefined ? null : draftOf(rows[0]);
}

/** The draft as it stands, gone with the transaction; whoever edits it meanwhile finds none. */
export async function takeDraft(client: PoolClient, draftId: number): Promise<Draft | null> {
  const { rows } = await client.query<DraftRow>(
    `DELETE FROM catalogue_drafts WHERE draft_id = $1 RETURNING ${COLUMNS}`,
    [draftId],
  );
  return rows[0] === undefined ? null : draftOf(rows[0]);
}

/** Last edited first. */
export async function listDrafts(db: Database): Promise<readonly Draft[]> {
  const { rows } = await db.query<DraftRow>(
    `SELECT ${COLUMNS} FROM catalogue_drafts ORDER BY edited_at DESC, draft_id DESC LIMIT 200`,
  );
  return rows.map(draftOf);
}

export const deleteDraft = (client: Database | PoolClient, draftId: number): Promise<unknown> =>
  client.query('DELETE FROM catalogue_drafts WHERE draft_id = $1', [draftId]);
