import { existsSync } from 'node:fs';
import { copyFile, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { brokerAdminOf, createBrokerAccounts } from '@tillwire/head-office';
import { systemIds } from '@tillwire/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Installation,
  newInstallation,
  publishMenu,
  type RunningShop,
} from './harness/installation.ts';
import type { Started } from './harness/process.ts';
import { waitFor } from './harness/wait.ts';

describe('a chain set up by its own commands, over TLS', () => {
  let here: Installation;
  let db: pg.Client;
  let office: Started;
  let broker: Started;
  let shop: RunningShop;
  let folder: string;
  const users = async (store: string): Promise<readonly string[]> => {
    const { rows } = await db.query<{ user: string }>(
      `SELECT user_name || ' ' || state AS "user" FROM store_credentials
       WHERE store = $1 AND state <> 'dropped' ORDER BY generation`,
      [store],
    );
    return rows.map(({ user }) => user);
  };
  const catalogueThere = (kiosk: RunningShop): Promise<unknown> =>
    waitFor('the catalogue', async () => (await kiosk.get('/api/catalogue')).status === 200);

  let isFresh = true;
  beforeAll(async () => {
    // The first shop is set up as an installer does it, command by command.
    here = await newInstallation({ isAlone: () => isFresh });
    broker = await here.startBroker();
    office = await here.startOffice();
    db = new pg.Client({ connectionString: here.database.url });
    await db.connect();
    await publishMenu(here);
  });
  afterAll(async () => {
    await db.end();
    await here.remove();
  });

  it('a fresh shop sells and its first order is acknowledged, in nine commands from nothing', async () => {
    folder = await here.join('S16', ['--name', 'Harbour']);
    isFresh = false;
    shop = await here.startKiosk(folder);
    await catalogueThere(shop);
    const order = await shop.sell('first');
    await shop.allSent();
    const { rows } = await db.query('SELECT global_order_id FROM orders');
    expect(rows).toEqual([{ global_order_id: order }]);
    for (const secret of ['kiosk.env', 'credentials/broker.json', 'credentials/store-key']) {
      expect((await stat(join(folder, secret))).mode & 0o077).toBe(0);
    }
  });

  it('the credential of the join file is worth nothing once the store came', async () => {
    await waitFor('the rotation', async () => (await users('S16')).join() === 'S16.2 in-use', {
      withinMs: 40_000,
    });
    const login = JSON.parse(await readFile(join(folder, 'credentials/broker.json'), 'utf8'));
    expect(login.user).toBe('S16.2');
    await shop.sell('after the rotation');
    await shop.allSent();
    expect(office.isRunning()).toBe(true);
  });

  /** What the broker lets in for a store, asked of itself. */
  const letIn = async (store: string): Promise<readonly string[]> => {
    const admin = brokerAdminOf(await readFile(here.office['MQTT_ADMIN'] ?? '', 'utf8'));
    if (admin === null) throw new Error('no admin');
    const all = await createBrokerAccounts({ admin, ids: systemIds }).users();
    return all.filter((user) => user.split('.')[0] === store);
  };
  const settledTo = async (user: string): Promise<readonly string[]> => {
    await waitFor(`${user} alone`, async () => (await users('S16')).join() === `${user} in-use`, {
      withinMs: 30_000,
    });
    await waitFor(`${user} alone at the broker`, async () => (await letIn('S16')).join() === user);
    await shop.sell(`with ${user}`);
    await shop.allSent();
    return letIn('S16');
  };

  it.each([
    ['rotation-offered', 'S16.3'],
    ['new-at-broker', 'S16.4'],
    ['rotation-sent', 'S16.5'],
  ])(
    'whoever rotates dies at %s: it is carried through, one credential is valid',
    async (point, user) => {
      const died = await here.tillwire(['store', 'rotate', 'S16'], {
        ...here.office,
        TILLWIRE_CRASH_AT: point,
      });
      expect(died.code).toBeNull();
      expect(await settledTo(user)).toEqual([user]);
    },
  );

  it('Head Office dies at each step of one rotation: the next one carries it through', async () => {
    await office.stop();
    office = await here.startOffice({ TILLWIRE_CRASH_AT: 'new-in-use' });
    // The command dies before it does anything itself: all is left to Head Office.
    await here.tillwire(['store', 'rotate', 'S16'], {
      ...here.office,
      TILLWIRE_CRASH_AT: 'rotation-offered',
    });
    await waitFor('its end', () => !office.isRunning(), { withinMs: 30_000 });
    // It goes on at once, and may die before its pages can be had.
    const again = await here.startOffice({ TILLWIRE_CRASH_AT: 'old-dropped-at-broker' }).then(
      async (one) => `ended by ${(await one.exited).signal}`,
      (error: unknown) => String(error),
    );
    expect(again).toMatch(/ended (by SIGKILL|before it said)/);
    office = await here.startOffice();
    expect(await settledTo('S16.6')).toEqual(['S16.6']);
  });

  it('the kiosk dies at each step of one rotation: it comes back connected, one credential is valid', async () => {
    await shop.process.stop();
    const steps = ['credential-proposed', 'credential-proven', 'credential-taken'];
    for (const [at, point] of steps.entries()) {
      shop = await here.startKiosk(folder, { TILLWIRE_CRASH_AT: point });
      if (at === 0) await here.tillwire(['store', 'rotate', 'S16', '--wait', '0'], here.office);
      await shop.process.exited;
    }
    await shop.sell('in vain').then(
      () => expect.fail('it was dead'),
      () => undefined,
    );
    shop = await here.startKiosk(folder);
    expect(await settledTo('S16.7')).toEqual(['S16.7']);
  });

  it('a kiosk revoked is cut within a second, an alert is raised, and it sells on', async () => {
    const before = shop.process.stderr().length;
    await here.must(['store', 'revoke', 'S16', '--by', 'anna'], here.office);
    await waitFor(
      'the cut',
      () => shop.process.stderr().slice(before).includes('broker connection lost'),
      { withinMs: 1000 },
    );
    expect(await letIn('S16')).toEqual([]);
    const { rows } = await db.query(
      `SELECT payload->>'code' AS code FROM error_events WHERE store = 'S16' AND error_id LIKE 'ho:store-revoked%'`,
    );
    expect(rows).toEqual([{ code: 'store-revoked' }]);
    await waitFor('the alert', async () => {
      const alerts = await db.query(
        "SELECT 1 FROM alerts WHERE rule_id = 'revoked' AND store = 'S16'",
      );
      return alerts.rowCount === 1;
    });
    await shop.sell('after the revocation');
    const { body } = await shop.get('/api/sync');
    expect(body).toMatchObject({ unsent: { count: 1 } });
  });

  it('what a revoked shop sold comes by USB stick, and a second time changes nothing', async () => {
    const stick = join(here.folder, 'S16.journal');
    await here.must(['kiosk', 'export-journal', stick, '--env', join(folder, 'kiosk.env')]);
    const count = async (): Promise<unknown> =>
      (await db.query("SELECT count(*)::int AS n FROM orders WHERE store = 'S16'")).rows[0]?.n;
    const before = Number(await count());
    const args = ['head-office', 'import-journal', stick];
    expect(await here.must(args, here.office)).toContain(
      'S16: 1 events taken in, 0 of them parked',
    );
    expect(await count()).toBe(before + 1);
    await here.must(args, here.office);
    expect(await count()).toBe(before + 1);
    const other = await here.tillwire(
      ['head-office', 'import-journal', here.office['MQTT_ADMIN'] ?? ''],
      here.office,
    );
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('is not a journal')]);
    await shop.process.stop();
  });

  it('whoever changed a credential is in the audit log', async () => {
    const { rows } = await db.query<{ action: string; actor: string; outcome: string }>(
      "SELECT DISTINCT action, actor, outcome FROM audit WHERE subject = 'S16' ORDER BY action, outcome",
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { action: 'provision-store', actor: 'command line', outcome: 'done' },
        { action: 'revoke-store', actor: 'anna', outcome: 'done' },
        { action: 'rotate-credential', actor: 'command line', outcome: 'done' },
      ]),
    );
  });

  it('a join file used before, one for another host and one without its code are refused in a clear line', async () => {
    const file = join(here.folder, 'S17.json');
    const provision = async (...more: readonly string[]): Promise<string> => {
      await rm(file, { force: true });
      const args = ['store', 'provision', 'S17', '--out', file, '--again', '--json', ...more];
      return (JSON.parse(await here.must(args, here.office)) as { code: string }).code;
    };
    const target = join(here.folder, 'S17');
    const joined = (code: string) =>
      here.tillwire(['kiosk', 'join', file, '--code', code, '--dir', target]);
    const wrongHost = await provision('--broker-url', `mqtts://127.0.0.1:${here.port}`);
    expect((await joined(wrongHost)).stderr).toContain('its certificate is for another host name');
    const replaced = await provision();
    const old = join(here.folder, 'S17.old.json');
    await copyFile(file, old);
    const code = await provision();
    const again = await here.tillwire(['kiosk', 'join', old, '--code', replaced, '--dir', target]);
    expect(again.stderr).toContain('does not know this credential: the file was used before');
    const wrong = await joined('AAAA-BBBB-CCCC-DDDD');
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('the code is another one, or the file was changed'),
    ]);
    // Nothing is left behind by any of them.
    expect(existsSync(target)).toBe(false);
    expect((await joined(code)).code).toBe(0);
    expect((await joined(code)).stderr).toContain('is not empty');
    const twice = await here.tillwire(
      ['store', 'provision', 'S17', '--out', `${file}.2`],
      here.office,
    );
    expect(twice.stderr).toContain('S17 is provisioned already');
  });

  it('the signing key changes under a shop that sells: both are believed in between, then only the new one', async () => {
    await here.must(['store', 'revoke', 'S17'], here.office);
    folder = await here.join('S18');
    shop = await here.startKiosk(folder);
    await catalogueThere(shop);
    const rotate = () => here.must(['head-office', 'rotate-signing-key'], here.office);
    expect(await rotate()).toContain('Awaited: S18');
    const finished = await waitFor('every store to believe the new key', async () => {
      const said = await rotate();
      return said.includes('Every store believes') && said;
    });
    expect(finished).toMatch(/ended: [0-9a-f]{16}/);
    const anchors = join(folder, 'credentials', 'trust-anchors.pem');
    await waitFor('the old key to be forgotten', async () => {
      const keys = (await readFile(anchors, 'utf8')).match(/BEGIN PUBLIC KEY/g);
      return keys?.length === 1;
    });
    await shop.sell('under the new key');
    await shop.allSent();
  });

  it('a disk is lost: a new machine joins, no order number recurs, nothing that had come is missing', async () => {
    const sold = await shop.sell('before the loss');
    await shop.allSent();
    await shop.process.kill9();
    await rm(folder, { recursive: true });
    folder = await here.join('S18', ['--again']);
    shop = await here.startKiosk(folder);
    await catalogueThere(shop);
    const next = await waitFor('Head Office to confirm the clock', () =>
      shop.sell('after the loss').catch(() => null),
    );
    await shop.allSent();
    expect(Number(next.split('-')[2])).toBeGreaterThan(Number(sold.split('-')[2]) + 999);
    const { rows } = await db.query<{ id: string }>(
      "SELECT global_order_id AS id FROM orders WHERE store = 'S18'",
    );
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining([sold, next]));
    expect(rows).toHaveLength(3);
  });

  it('broker, authority and accounts are lost: a new broker, the machine is renewed, what it sold meanwhile arrives', async () => {
    await office.stop();
    await broker.stop();
    await rm(here.brokerFolder, { recursive: true });
    await shop.sell('with no broker at all');
    await here.must(['broker', 'init', here.brokerFolder, '--port', String(here.port)]);
    await here.startBroker();
    const account = await readFile(join(here.brokerFolder, 'accounts', 'head-office.env'), 'utf8');
    office = await here.startOffice(parseEnv(account) as Record<string, string>);
    const file = join(here.folder, 'renewal.json');
    const told = await here.must(
      ['store', 'provision', 'S18', '--out', file, '--again', '--json'],
      here.office,
    );
    const { code } = JSON.parse(told) as { code: string };
    await shop.process.stop();
    await here.must(['kiosk', 'join', file, '--code', code, '--dir', folder, '--renew']);
    shop = await here.startKiosk(folder);
    await shop.sell('with the new broker');
    await shop.allSent();
    const { rows } = await db.query("SELECT count(*)::int AS n FROM orders WHERE store = 'S18'");
    expect(rows).toEqual([{ n: 5 }]);
  });
});
