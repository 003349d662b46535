import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKeyPem, signingKeyFromPem } from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { createLog, createMetrics, systemClock, systemIds } from '@tillwire/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHeadOffice, parseHeadOfficeConfig } from '../../index.ts';
import { listStores } from '../../store/fleet-store.ts';
import { headOfficeDatabase } from '../../test/head-office-database.ts';
import { dropCredentials, lockStore, revokeStore } from '../../store/credential-store.ts';
import type { BrokerAccounts } from './broker-accounts.ts';
import { mendAccounts } from './account-mending.ts';
import { provisionStoreByFile, revokeStoreNow } from './provisioning.ts';
import { openRevocations } from './revocations.ts';
import { createRotations, generationOf, type RotationDeps } from './rotation.ts';

const STORE = storeCode('S16');
let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
/** The users a broker lets in, and what happens while one is put there. */
let users: Set<string>;
const passwords = new Map<string, string | null>();
let meanwhile: (() => Promise<unknown>) | null = null;
/** What happens before the broker says whom it lets in. */
let first: (() => Promise<unknown>) | null = null;
let stateDir: string;

beforeAll(async () => {
  office = await headOfficeDatabase();
  stateDir = await mkdtemp(join(tmpdir(), 'tillwire-revoked-'));
});
afterAll(async () => {
  await office.drop();
  await rm(stateDir, { recursive: true });
});

const deps = (): RotationDeps => {
  const accounts: BrokerAccounts = {
    clientAuthority: null,
    put: async (_store, user, password) => {
      const work = meanwhile;
      meanwhile = null;
      await work?.();
      users.add(user);
      passwords.set(user, password);
    },
    drop: async (gone) => gone.forEach((user) => users.delete(user)),
    users: async () => {
      const work = first;
      first = null;
      await work?.();
      return [...users];
    },
  };
  return {
    db: office.db,
    accounts,
    storeKey: () => Buffer.alloc(32, 7),
    revocations: openRevocations(stateDir),
    clock: systemClock,
    ids: systemIds,
    crashPoint: () => undefined,
  };
};
const nothing = { put: [], dropped: [], lacking: [], revoked: [] };
const provision = (by: string) =>
  provisionStoreByFile(deps(), {
    store: STORE,
    name: 'Harbour',
    day: { timeZone: 'Europe/London', rollover: '04:00' },
    broker: { url: 'mqtts://broker.example:8883', ca: '' },
    signingKeys: [signingKeyFromPem(generateSigningKeyPem())],
    lifeMs: 60_000,
    again: true,
    by,
  });
const live = async (): Promise<readonly string[]> => {
  const { rows } = await office.db.query(
    `SELECT user_name AS "user" FROM store_credentials WHERE store = $1 AND state <> 'dropped'
     ORDER BY generation`,
    [STORE],
  );
  return rows.map(({ user }: { readonly user: string }) => user);
};

it('A store provisioned by two at once has one credential, and one of them is told', async () => {
  users = new Set();
  meanwhile = () => provision('bert');
  await expect(provision('anna')).rejects.toThrow(/provisioned or revoked by somebody else/);
  expect(await live()).toEqual(['S16.2']);
  expect([...users]).toEqual(['S16.2']);
});

it('A store revoked while it is provisioned, or while it is offered a new credential, has none', async () => {
  users = new Set();
  meanwhile = () => revokeStoreNow(deps(), STORE, 'bert');
  await expect(provision('anna')).rejects.toThrow(/provisioned or revoked by somebody else/);
  expect([await live(), [...users]]).toEqual([[], []]);
  await provision('anna');
  meanwhile = () => revokeStoreNow(deps(), STORE, 'bert');
  await createRotations(deps()).rotate(STORE, 'anna');
  expect([await live(), [...users]]).toEqual([[], []]);
});

it('A broker made anew, or put back from before, ends with the users of the database again', async () => {
  users = new Set();
  passwords.clear();
  await provision('anna');
  const [user = ''] = await live();
  const password = passwords.get(user);
  expect(await mendAccounts(deps())).toEqual(nothing);
  // It was put back from before this store was provisioned the last time; one of another chain's is none of ours.
  users = new Set(['S16.2', 'head-office']);
  passwords.clear();
  expect(await mendAccounts(deps())).toEqual({ ...nothing, put: [STORE], dropped: ['S16.2'] });
  expect([...users]).toEqual(['head-office', user]);
  expect(password).toMatch(/^\S{32,}$/);
  expect(passwords.get(user)).toBe(password);
});

it('Passwords nobody kept are named, and a store revoked while it is let in again is not', async () => {
  users = new Set();
  meanwhile = () => revokeStoreNow(deps(), STORE, 'bert');
  expect(await mendAccounts(deps())).toEqual(nothing);
  expect([...users]).toEqual([]);
  await provision('anna');
  await office.db.query('UPDATE store_credentials SET sealed = NULL');
  users = new Set();
  expect(await mendAccounts(deps())).toEqual({ ...nothing, lacking: [STORE] });
  expect([...users]).toEqual([]);
});

it('Head Office put back from before a rotation goes on above the credential its store uses', async () => {
  users = new Set();
  await provision('anna');
  const rotations = createRotations(deps());
  const rotated = async (): Promise<string> => {
    const { user } = await rotations.rotate(STORE, 'anna');
    await office.db.query("UPDATE store_commands SET outcome = 'done' WHERE outcome IS NULL");
    await rotations.step();
    return user;
  };
  const [first = ''] = await live();
  const used = await rotated();
  expect([...users]).toEqual([used]);
  // The rotation is forgotten.
  await office.db.query('DELETE FROM store_credentials WHERE user_name = $1', [used]);
  await office.db.query(
    `UPDATE store_credentials SET state = 'in-use', sealed = NULL, dropped_at_broker = false
     WHERE user_name = $1`,
    [first],
  );
  const { user } = await rotations.rotate(STORE, 'anna');
  expect(generationOf(STORE, user)).toBe((generationOf(STORE, used) ?? 0) + 1);
  // A store that could not take it stays let in by what it has.
  await office.db.query("UPDATE store_commands SET outcome = 'failed' WHERE outcome IS NULL");
  await rotations.step();
  expect([...users]).toEqual([used]);
  const taken = await rotated();
  expect(await mendAccounts(deps())).toMatchObject({ dropped: [used] });
  expect([await live(), [...users]]).toEqual([[taken], [taken]]);
});

it('A store revoked, or provisioned again, is let in by nothing that was forgotten', async () => {
  users = new Set(['S16.900', 'S160', 'S16.x']);
  await provision('anna');
  expect(await live()).toEqual(['S16.901']);
  expect([...users]).toEqual(['S160', 'S16.x', 'S16.901']);
  users.add('S16.950');
  await revokeStoreNow(deps(), STORE, 'anna');
  expect([...users]).toEqual(['S160', 'S16.x']);
});

it('A database put back from before a revocation does not let the store in again, nor does its broker', async () => {
  users = new Set();
  await provision('anna');
  const rotations = createRotations(deps());
  await rotations.rotate(STORE, 'anna');
  const [before, letIn] = [await live(), [...users]];
  const { rows } = await office.db.query('SELECT * FROM store_credentials WHERE store = $1', [
    STORE,
  ]);
  await revokeStoreNow(deps(), STORE, 'bert');
  // Both put back from before it.
  await office.db.query('UPDATE stores SET revoked_at = NULL WHERE store = $1', [STORE]);
  await office.db.query('DELETE FROM store_credentials WHERE store = $1', [STORE]);
  await office.db.query(
    'INSERT INTO store_credentials SELECT * FROM jsonb_populate_recordset(NULL::store_credentials, $1)',
    [JSON.stringify(rows)],
  );
  expect([await live(), before.length]).toEqual([before, 2]);
  users = new Set(letIn);
  expect(await mendAccounts(deps())).toMatchObject({ revoked: [STORE], put: [] });
  await rotations.step();
  await mendAccounts(deps());
  expect([await live(), [...users]]).toEqual([[], []]);
  expect(await mendAccounts(deps())).toEqual(nothing);
  // Provisioned anew it is let in, under a name that never was its own.
  await provision('anna');
  const [user = ''] = await live();
  expect(letIn).not.toContain(user);
  expect(await mendAccounts(deps())).toEqual(nothing);
  expect([...users]).toEqual([user]);
});

it('A store revoked by the name it had before any join file stays out, and one the database lost with all it had', async () => {
  await office.db.query('DELETE FROM store_credentials WHERE store = $1', [STORE]);
  const provisioned = (revoked: string) =>
    office.db.query(
      `UPDATE stores SET provisioned_at = now(), revoked_at = ${revoked} WHERE store = $1`,
      [STORE],
    );
  await provisioned('NULL');
  await rm(join(stateDir, 'revoked'), { recursive: true });
  // The broker is away: what is left to do there is the keeper's.
  first = () => Promise.reject(new Error('the broker is away'));
  await expect(revokeStoreNow(deps(), STORE, 'bert')).rejects.toThrow('the broker is away');
  users = new Set(['S16', 'S160']);
  expect(await mendAccounts(deps())).toEqual({ ...nothing, dropped: ['S16'] });
  // Database and broker are put back from before it, or from before there was the store.
  await provisioned('NULL');
  users = new Set(['S16', 'S160']);
  expect(await mendAccounts(deps())).toEqual({ ...nothing, dropped: ['S16'], revoked: [STORE] });
  await office.db.query('DELETE FROM stores WHERE store = $1', [STORE]);
  users = new Set(['S16', 'S160']);
  expect(await mendAccounts(deps())).toEqual({ ...nothing, dropped: ['S16'] });
  expect([...users]).toEqual(['S160']);
});

it('A revocation that is being made is not taken for a forgotten one, nor undoes what came after it', async () => {
  users = new Set();
  await provision('anna');
  const [user = ''] = await live();
  const by = await office.db.connect();
  await by.query('BEGIN');
  await lockStore(by, STORE);
  deps().revocations.note(STORE, generationOf(STORE, user) ?? 0);
  const look = mendAccounts(deps());
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await office.db.query(waiting)).rowCount).toBe(1);
  await dropCredentials(by, STORE, ['in-use'], systemClock.nowMs());
  await revokeStore(by, STORE, systemClock.nowMs());
  await by.query('COMMIT');
  by.release();
  expect(await look).toMatchObject({ revoked: [] });
  // Provisioned anew before the broker was asked whom it lets in.
  await provision('anna');
  first = () => provision('carla');
  await revokeStoreNow(deps(), STORE, 'bert');
  expect(await live()).toHaveLength(1);
  expect([...users]).toEqual(await live());
  expect(await mendAccounts(deps())).toEqual(nothing);
});

it('A Head Office that is no admin of the broker revokes what its database forgot when it starts', async () => {
  users = new Set();
  await provision('anna');
  await revokeStoreNow(deps(), STORE, 'bert');
  await office.db.query('UPDATE stores SET revoked_at = NULL WHERE store = $1', [STORE]);
  const config = parseHeadOfficeConfig({ DATABASE_URL: office.url, HO_STATE_DIR: stateDir });
  const { services } = await createHeadOffice(config, {
    ...deps(),
    roles: ['dashboard'],
    log: createLog('test', 'silent'),
    metrics: createMetrics(),
  });
  await services.find(({ name }) => name === 'database')?.run(AbortSignal.abort());
  const known = (await listStores(office.db)).find(({ store }) => store === STORE);
  expect(known?.revokedAtMs).not.toBeNull();
});

it('A note of a revocation that cannot be read is an error that names it, and not taken for none', async () => {
  const { revocations } = deps();
  await writeFile(join(stateDir, 'revoked', STORE), 'soon\n');
  expect(() => revocations.through(STORE)).toThrow(
    `HO_STATE_DIR: ${join(stateDir, 'revoked', STORE)} holds no generation of a credential`,
  );
  await rm(join(stateDir, 'revoked'), { recursive: true });
  expect([revocations.through(STORE), revocations.stores()]).toEqual([0, []]);
  await writeFile(join(stateDir, 'revoked'), '');
  expect(() => revocations.through(STORE)).toThrow(join(stateDir, 'revoked'));
  expect(() => revocations.stores()).toThrow(join(stateDir, 'revoked'));
});
