import { readJoinFile } from '@tillwire/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDashboardRig, type DashboardRig, seedChain } from '../test/dashboard-rig.ts';

let rig: DashboardRig;
beforeEach(async () => {
  rig = await createDashboardRig();
  await seedChain(rig, { shops: 2, ordersADay: 1 });
});
afterEach(() => rig.stop());

const DAY_MS = 86_400_000;
const JOIN = { name: 'Quay', timeZone: 'Europe/London', rollover: '04:00' };

const ask = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const method = body === undefined ? 'GET' : 'POST';
  return (await (await rig.admin(method, `/api/fleet/${path}`, body)).json()) as never;
};
const access = (): Promise<Record<string, unknown>> => ask('access');

describe('provisioning', () => {
  it('gives a join file that opens with its code alone, and an account at the broker', async () => {
    const response = await rig.admin('POST', '/api/fleet/stores/S16/provision', JOIN);
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const made = (await response.json()) as { file: string; code: string };
    expect(made).toMatchObject({ store: 'S16', fileName: 'S16.join.json', hadJournal: false });
    const nowMs = rig.clock.nowMs();
    const opened = readJoinFile(made.file, { code: made.code, nowMs });
    expect(opened).toMatchObject({
      ok: true,
      value: { store_code: 'S16', name: 'Quay', broker: { url: 'mqtts://broker.example' } },
    });
    const password = rig.accounts.get('S16') ?? '';
    expect(opened).toMatchObject({ value: { broker: { password } } });
    expect(readJoinFile(made.file, { code: '0000-0000-0000-0000', nowMs }).ok).toBe(false);
    expect(readJoinFile(made.file, { code: made.code, nowMs: nowMs + 4 * DAY_MS }).ok).toBe(false);

    const { credentials } = (await access()) as { credentials: object[] };
    expect(credentials).toMatchObject([
      { store: 'S16', user: 'S16', state: 'in-use', dueAtMs: nowMs + 90 * DAY_MS },
    ]);
    const kept = JSON.stringify([
      (await rig.db.query('SELECT * FROM audit')).rows,
      (await rig.db.query('SELECT * FROM store_credentials')).rows,
      await access(),
    ]);
    expect(kept).toContain('provision-store');
    for (const secret of [password, made.code, made.file]) expect(kept).not.toContain(secret);
  });

  it('again shuts the present machine out, and is done only when that is said', async () => {
    await ask('stores/S16/provision', JOIN);
    const first = rig.accounts.get('S16');
    expect(await ask('stores/S16/provision', JOIN)).toMatchObject({ code: 'provisioned-already' });
    expect(rig.accounts.get('S16')).toBe(first);
    await ask('stores/S16/provision', { ...JOIN, again: true });
    expect([...rig.accounts.keys()]).toEqual(['S16.2']);
  });

  it('names every field that breaks a rule', async () => {
    const { faults } = (await ask('stores/S16/provision', {
      name: ' ',
      timeZone: 'Europe/Atlantis',
      rollover: '25:00',
      brokerUrl: 'mqtt://broker.example',
      hours: 0,
    })) as { faults: { path: string }[] };
    expect(faults.map(({ path }) => path)).toEqual([
      'name',
      'timeZone',
      'rollover',
      'brokerUrl',
      'hours',
    ]);
    expect(rig.accounts.size).toBe(0);
  });

  it('without an account that may change the broker’s says what is missing', async () => {
    const other = await createDashboardRig({ hasBrokerAdmin: false });
    const answer = await other.admin('POST', '/api/fleet/stores/S16/provision', JOIN);
    expect(await answer.json()).toMatchObject({ code: 'no-broker-admin' });
    const { rows } = await other.db.query(`SELECT 1 FROM stores WHERE store = 'S16'`);
    expect(rows).toEqual([]);
    await other.stop();
  });
});

describe('a credential', () => {
  it('is rotated with both valid until the shop says that it took the new one', async () => {
    await ask('stores/S16/provision', JOIN);
    expect(await ask('stores/S16/rotate', {})).toMatchObject({ user: 'S16.2', state: 'offered' });
    expect([...rig.accounts.keys()]).toEqual(['S16', 'S16.2']);
    const { credentials } = (await access()) as { credentials: object[] };
    expect(credentials).toMatchObject([{ state: 'in-use' }, { state: 'offered' }]);
    expect(JSON.stringify(credentials)).not.toContain('sealed');
  });

  it('of a shop that did not join by a file cannot be', async () => {
    expect(await ask('stores/S01/rotate', {})).toMatchObject({ code: 'no-store-key' });
    expect(await ask('stores/S99/rotate', {})).toMatchObject({ code: 'unknown-store' });
  });

  it('ends at once when its shop is revoked, with a reason in the audit log', async () => {
    await ask('stores/S16/provision', JOIN);
    expect(await ask('stores/S16/revoke', { note: '' })).toMatchObject({ code: 'bad-request' });
    expect(await ask('stores/S16/revoke', { note: 'the shop closed' })).toEqual({});
    expect(rig.accounts.size).toBe(0);
    expect((await access())['credentials']).toEqual([]);
    expect(await ask('stores/S16/credentials')).toMatchObject({
      credentials: [{ user: 'S16', state: 'dropped', droppedAtBroker: true }],
    });
    expect(await ask('stores/S16/rotate', {})).toMatchObject({ code: 'revoked' });
    const audit = await (await rig.admin('GET', '/api/audit?action=revoke-store')).json();
    expect(audit).toMatchObject({
      entries: [{ subject: 'S16', outcome: 'done', after: { note: 'the shop closed' } }],
    });
  });
});

it('A second signing key waits for every shop, and is told with those awaited', async () => {
  expect(await access()).toMatchObject({ signing: { keys: [{ sinceMs: null }], awaited: [] } });
  const begun = await ask('signing-key/rotate', {});
  expect(begun).toMatchObject({ type: 'overlapping', awaited: ['S01', 'S02'] });
  const confirm = (store: string) =>
    rig.db.query(`UPDATE store_commands SET outcome = 'done' WHERE store = $1`, [store]);
  await confirm('S01');
  expect(await access()).toMatchObject({
    signing: { keys: [{ sinceMs: null }, { id: begun['key'] }], awaited: ['S02'] },
  });
  await confirm('S02');
  expect(await ask('signing-key/rotate', {})).toMatchObject({ type: 'finished' });
  expect(await access()).toMatchObject({ signing: { keys: [{ id: begun['key'] }], awaited: [] } });
});

describe('lists of the fleet', () => {
  it('of commands and errors are paged by key: each once, newest first', async () => {
    for (let at = 0; at < 5; at++) {
      if (at % 2 === 0) rig.clock.advance(1000);
      await rig.admin('POST', '/api/commands', { stores: ['S01'], command: { name: 'ping' } });
      await rig.db.query(
        `INSERT INTO error_events VALUES ('S02', $1, $2, jsonb_build_object('error_id', $1::text))`,
        [`e.${at}`, new Date(rig.clock.nowMs())],
      );
    }
    for (const [path, list, key] of [
      ['commands', 'commands', 'commandId'],
      ['errors', 'errors', 'errorId'],
    ] as const) {
      const seen: string[] = [];
      let before = '';
      do {
        const page = (await (
          await rig.admin('GET', `/api/${path}?limit=2${before === '' ? '' : `&before=${before}`}`)
        ).json()) as Record<string, Record<string, string>[]> & { readonly next?: string };
        seen.push(...(page[list] ?? []).map((one) => one[key] ?? ''));
        before = page.next ?? '';
      } while (before !== '');
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(path === 'errors' ? 6 : 5);
    }
  });
});
