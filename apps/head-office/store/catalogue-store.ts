import {
  canonicalText,
  type CatalogueReport,
  catalogueReportSchema,
  catalogueOfContent,
  type CatalogueOverrides,
  type CatalogueContent,
  contentOfCatalogue,
  type DeltaContent,
  deltaOfOverrides,
  overridesOfDelta,
  sha256,
} from '@tillwire/contract';
import { type Catalogue, invariant, type StoreCode } from '@tillwire/domain';
import { REPORT_OUTLIVED_MS } from '@tillwire/sync';
import type { PoolClient } from 'pg';
import type { Menu } from '../catalogue/menu.ts';
import type { Database } from './database.ts';

type Queryable = Database | PoolClient;

export type ReleaseState = 'rolling-out' | 'halted' | 'complete' | 'superseded' | 'cancelled';

/** A menu that was published, and how far it got. */
export interface Release {
  readonly releaseId: number;
  readonly kind: 'publish' | 'rollback' | 'rebase';
  readonly basedOn: number | null;
  readonly baseChecksum: string;
  readonly baseVersion: number;
  readonly shops: ShopOverrides;
  readonly note: string;
  readonly publishedBy: string;
  readonly publishedAtMs: number;
  /** Null: at once. */
  readonly effectiveFromMs: number | null;
  readonly state: ReleaseState;
  readonly stateReason: string;
  readonly waves: readonly (readonly StoreCode[])[];
  readonly wavesTold: number;
  readonly ridesOn: number | null;
}

export type ShopOverrides = Readonly<Record<string, CatalogueOverrides>>;

export interface Draft {
  readonly draftId: number;
  readonly name: string;
  readonly basedOn: number | null;
  readonly baseChecksum: string | null;
  readonly shops: ShopOverrides;
  readonly revision: number;
  readonly editedBy: string;
  readonly editedAtMs: number;
}

/** What a store was told last. */
export interface IssuedDelta {
  readonly version: number;
  readonly store: StoreCode;
  readonly releaseId: number;
  readonly nextReleaseId: number | null;
  readonly effectiveFromMs: number | null;
  readonly document: DeltaContent;
  readonly issuedAtMs: number;
}

/** Takes the catalogue's one lock for the rest of the transaction: publishing is one at a time. */
export const lockCatalogue = (client: PoolClient): Promise<unknown> =>
  client.query('SELECT 1 FROM catalogue_state WHERE id = 1 FOR UPDATE');

/** Tells the publisher that something is to be done. */
export const markChange = (db: Queryable): Promise<unknown> =>
  db.query('UPDATE catalogue_state SET change_mark = change_mark + 1 WHERE id = 1');

export async function readChangeMark(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ mark: number }>(
    'SELECT change_mark AS mark FROM catalogue_state WHERE id = 1',
  );
  return rows[0]?.mark ?? 0;
}

/** The next of the one rising sequence: above now, all issued, and every heartbeat's. */
export async function mintVersion(client: PoolClient, nowMs: number): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `UPDATE catalogue_state SET last_version = GREATEST(
       last_version + 1, $1::bigint,
       (SELECT COALESCE(max((payload ->> 'catalog_version')::bigint), 0) + 1 FROM heartbeats)
     ) WHERE id = 1 RETURNING last_version AS version`,
    [Math.floor(nowMs / 1000) + 1],
  );
  const version = rows[0]?.version;
  invariant(version !== undefined, 'the catalogue state is one row');
  return version;
}

/** Versions to come are above `seen`, which somebody knows. */
export const raiseVersion = (client: PoolClient, seen: number): Promise<unknown> =>
  client.query(
    'UPDATE catalogue_state SET last_version = GREATEST(last_version, $1) WHERE id = 1',
    [seen],
  );

export async function readIssuedIncarnation(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ incarnation: number }>(
    'SELECT incarnation FROM catalogue_state WHERE id = 1',
  );
  return rows[0]?.incarnation ?? 0;
}

export const writeIssuedIncarnation = (client: PoolClient, incarnation: number): Promise<unknown> =>
  client.query('UPDATE catalogue_state SET incarnation = $1 WHERE id = 1', [incarnation]);

/** Keeps a catalogue's content and gives its checksum. */
export async function keepContent(client: PoolClient, catalogue: Catalogue): Promise<string> {
  const content = canonicalText(contentOfCatalogue(catalogue));
  const checksum = checksumOfText(content);
  await client.query(
    'INSERT INTO catalogue_contents (checksum, content) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [checksum, content],
  );
  return checksum;
}

/** Of canonical text: what `contentChecksum` gives for what it says. */
const checksumOfText = (content: string): string => `sha256:${sha256(content)}`;

/** @throws {InvariantError} when the content kept is not what its checksum says. */
export async function readContent(db: Queryable, checksum: string): Promise<CatalogueContent> {
  const { rows } = await db.query<{ content: string }>(
    'SELECT content FROM catalogue_contents WHERE checksum = $1',
    [checksum],
  );
  const content = rows[0]?.content ?? '';
  invariant(checksumOfText(content) === checksum, `the content ${checksum} is not damaged`);
  return JSON.parse(content) as CatalogueContent;
}

export const shopsOfMenu = ({ shops }: Menu): ShopOverrides =>
  Object.fromEntries([...shops].map(([store, delta]) => [store, overridesOfDelta(delta)]));

/** The menu of a release, or of a draft that has one. */
export async function readMenu(
  db: Queryable,
  { baseChecksum, shops }: { readonly baseChecksum: string; readonly shops: ShopOverrides },
): Promise<Menu> {
  return {
    base: catalogueOfContent(await readContent(db, baseChecksum)),
    shops: new Map(
      Object.entries(shops).map(([store, overrides]) => [
        store as StoreCode,
        deltaOfOverrides(overrides),
      ]),
    ),
  };
}

const RELEASE_COLUMNS = `release_id AS "releaseId", kind, based_on AS "basedOn", base_checksum AS "baseChecksum",
  base_version AS "baseVersion", shops, note, published_by AS "publishedBy", published_at AS "publishedAt",
  effective_from AS "effectiveFrom", state, state_reason AS "stateReason", waves, waves_told AS "wavesTold",
  rides_on AS "ridesOn"`;

type ReleaseRow = Omit<Release, 'publishedAtMs' | 'effectiveFromMs'> & {
  readonly publishedAt: Date;
  readonly effectiveFrom: Date | null;
};

const releaseOf = ({ publishedAt, effectiveFrom, ...rest }: ReleaseRow): Release => ({
  ...rest,
  publishedAtMs: publishedAt.getTime(),
  effectiveFromMs: effectiveFrom?.getTime() ?? null,
});

/** Releases, newest first. */
export async function listReleases(db: Queryable, limit: number): Promise<readonly Release[]> {
  const { rows } = await db.query<ReleaseRow>(
    `SELECT ${RELEASE_COLUMNS} FROM catalogue_releases ORDER BY release_id DESC LIMIT $1`,
    [limit],
  );
  return rows.map(releaseOf);
}

export async function readRelease(db: Queryable, releaseId: number): Promise<Release | null> {
  const { rows } = await db.query<ReleaseRow>(
    `SELECT ${RELEASE_COLUMNS} FROM catalogue_releases WHERE release_id = $1`,
    [releaseId],
  );
  return rows[0] === undefined ? null : releaseOf(rows[0]);
}

/** The newest release that still counts: what editors depart from. */
export async function headRelease(db: Queryable): Promise<Release | null> {
  const { rows } = await db.query<ReleaseRow>(
    `SELECT ${RELEASE_COLUMNS} FROM catalogue_releases WHERE state NOT IN ('superseded', 'cancelled')
     ORDER BY release_id DESC LIMIT 1`,
  );
  return rows[0] === undefined ? null : releaseOf(rows[0]);
}

/** Releases that are being rolled out. */
export async function rollingReleases(db: Queryable): Promise<readonly Release[]> {
  const { rows } = await db.query<ReleaseRow>(
    `SELECT ${RELEASE_COLUMNS} FROM catalogue_releases WHERE state = 'rolling-out' ORDER BY release_id`,
  );
  return rows.map(releaseOf);
}

export async function insertRelease(
  client: PoolClient,
  release: Omit<Release, 'releaseId'>,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO catalogue_releases (
       kind, based_on, base_checksum, base_version, shops, note, published_by, published_at, effective_from, state,
       state_reason, waves, waves_told, rides_on
     ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING release_id AS id`,
    [
      release.kind,
      release.basedOn,
      release.baseChecksum,
      release.baseVersion,
      JSON.stringify(release.shops),
      release.note,
      release.publishedBy,
      new Date(release.publishedAtMs),
      release.effectiveFromMs === null ? null : new Date(release.effectiveFromMs),
      release.state,
      release.stateReason,
      JSON.stringify(release.waves),
      release.wavesTold,
      release.ridesOn,
    ],
  );
  return rows[0]?.id ?? 0;
}

export const setReleaseState = (
  client: Queryable,
  releaseId: number,
  state: ReleaseState,
  reason: string,
): Promise<unknown> =>
  client.query(
    `UPDATE catalogue_releases SET state = $2, state_reason = $3 WHERE release_id = $1 OR rides_on = $1`,
    [releaseId, state, reason],
  );

export const setWaves = (
  client: Queryable,
  { releaseId, waves, wavesTold }: Pick<Release, 'releaseId' | 'waves' | 'wavesTold'>,
): Promise<unknown> =>
  client.query('UPDATE catalogue_releases SET waves = $2, waves_told = $3 WHERE release_id = $1', [
    releaseId,
    JSON.stringify(waves),
    wavesTold,
  ]);

export const insertFull = (
  client: PoolClient,
  version: number,
  checksum: string,
  atMs: number,
): Promise<unknown> =>
  client.query(
    'INSERT INTO catalogue_fulls (catalog_version, content_checksum, published_at) VALUES ($1, $2, $3)',
    [version, checksum, new Date(atMs)],
  );

export interface PublishedFull {
  readonly version: number;
  readonly checksum: string;
}

/** The newest fulls and those of `versions`, newest first. */
export async function readFulls(
  db: Queryable,
  versions: readonly number[],
  newest: number,
): Promise<readonly PublishedFull[]> {
  const { rows } = await db.query<PublishedFull>(
    `SELECT catalog_version AS version, content_checksum AS checksum FROM catalogue_fulls
     WHERE catalog_version = ANY ($1::bigint[]) OR catalog_version IN (
       SELECT catalog_version FROM catalogue_fulls ORDER BY catalog_version DESC LIMIT $2
     ) ORDER BY catalog_version DESC`,
    [versions, newest],
  );
  return rows;
}

const DELTA_COLUMNS = `catalog_version AS version, store, release_id AS "releaseId",
  next_release_id AS "nextReleaseId", effective_from AS "effectiveFrom", document, issued_at AS "issuedAt"`;
type DeltaRow = Omit<IssuedDelta, 'effectiveFromMs' | 'issuedAtMs'> & {
  readonly effectiveFrom: Date | null;
  readonly issuedAt: Date;
};

const deltaOf = ({ effectiveFrom, issuedAt, ...rest }: DeltaRow): IssuedDelta => ({
  ...rest,
  effectiveFromMs: effectiveFrom?.getTime() ?? null,
  issuedAtMs: issuedAt.getTime(),
});

export const insertDelta = (client: PoolClient, delta: IssuedDelta): Promise<unknown> =>
  client.query(
    `INSERT INTO catalogue_deltas (
       catalog_version, store, release_id, next_release_id, effective_from, document, issued_at
     ) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      delta.version,
      delta.store,
      delta.releaseId,
      delta.nextReleaseId,
      delta.effectiveFromMs === null ? null : new Date(delta.effectiveFromMs),
      JSON.stringify(delta.document),
      new Date(delta.issuedAtMs),
    ],
  );

/** What each store was told last; those of revoked stores included. */
export async function newestDeltas(db: Queryable): Promise<ReadonlyMap<StoreCode, IssuedDelta>> {
  const { rows } = await db.query<DeltaRow>(
    `SELECT DISTINCT ON (store) ${DELTA_COLUMNS} FROM catalogue_deltas ORDER BY store, catalog_version DESC`,
  );
  return new Map(rows.map((row) => [row.store, deltaOf(row)]));
}

/** Everything a store was ever told, newest first. */
export async function deltasOf(
  db: Queryable,
  store: StoreCode,
  limit: number,
): Promise<readonly IssuedDelta[]> {
  const { rows } = await db.query<DeltaRow>(
    `SELECT ${DELTA_COLUMNS} FROM catalogue_deltas WHERE store = $1 ORDER BY catalog_version DESC LIMIT $2`,
    [store, limit],
  );
  return rows.map(deltaOf);
}

/**
 * Keeps a store's word about its catalogue, unless a later one is known; whether it was kept. Stores repeat it each
 * minute: where nothing came of the session known for longer than `REPORT_OUTLIVED_MS` any is later, as that of a
 * disk put back whose clock had been ahead.
 */
export async function keepReport(
  db: Queryable,
  report: CatalogueReport,
  atMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO catalogue_reports AS r (store, session, number, received_at, payload) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (store) DO UPDATE SET
       session = excluded.session, number = excluded.number, received_at = excluded.received_at,
       payload = excluded.payload
     WHERE (r.session, r.number) < (excluded.session, excluded.number) OR r.received_at < $6`,
    [
      report.store_code,
      report.session,
      report.number,
      new Date(atMs),
      JSON.stringify(report),
      new Date(atMs - REPORT_OUTLIVED_MS),
    ],
  );
  return (rowCount ?? 0) > 0;
}

export interface KeptReport {
  readonly report: CatalogueReport;
  readonly receivedAtMs: number;
}

export async function readReports(db: Queryable): Promise<ReadonlyMap<StoreCode, KeptReport>> {
  const { rows } = await db.query<{ store: StoreCode; payload: unknown; received_at: Date }>(
    'SELECT store, payload, received_at FROM catalogue_reports',
  );
  return new Map(
    rows.map(({ store, payload, received_at: receivedAt }) => [
      store,
      { report: catalogueReportSchema.parse(payload), receivedAtMs: receivedAt.getTime() },
    ]),
  );
}
