import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
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

  beforeAll(async () => {
    here = await newInstallation();
    await here.startBroker();
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
});
