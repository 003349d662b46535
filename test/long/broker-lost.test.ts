import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
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
} from '../harness/installation.ts';
import { type Started, start } from '../harness/process.ts';
import { findTool } from '../harness/tools.ts';
import { waitFor } from '../harness/wait.ts';

// The broker's machine is lost, comes back as it once was, and loses its authority: while the shops sell on.

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

describe.each(['dynsec', 'certificates'] as const)('a broker of --auth %s', (auth) => {
  const STORES = ['S16', 'S17', 'S18', 'S19'];
  let here: Installation;
  let db: pg.Client;
  let office: Started;
  let broker: Started;
  /** What Head Office is started with: a broker made anew has other accounts for it. */
  let environment: Installation['office'];
  const folders = new Map<string, string>();
  const shops = new Map<string, RunningShop>();
  const sold: string[] = [];

  const shop = (store: string): RunningShop => {
    const found = shops.get(store);
    if (found === undefined) throw new Error(`no shop ${store}`);
    return found;
  };
  const open = async (store: string): Promise<void> => {
    shops.set(store, await here.startKiosk(folders.get(store) ?? ''));
  };
  const sell = async (stores: readonly string[], count: number): Promise<void> => {
    for (const store of stores) {
      for (let n = 0; n < count; n++) sold.push(await shop(store).sell(`sale ${sold.length}`));
    }
  };
  const sent = async (stores: readonly string[]): Promise<void> => {
    for (const store of stores) {
      await waitFor(
        `everything of ${store} to be sent`,
        async () => {
          const { body } = await shop(store).get('/api/sync');
          return (body as { unsent: { count: number } }).unsent.count === 0;
        },
        { withinMs: 180_000 },
      );
    }
  };
  const held = async (): Promise<readonly string[]> => {
    const { rows } = await db.query<{ id: string }>(
      'SELECT global_order_id AS id FROM orders ORDER BY 1',
    );
    return rows.map(({ id }) => id);
  };
  const nothingLost = async (what: string): Promise<void> => {
    expect(await held()).toEqual(sold.toSorted());
    tell(`${auth}, ${what}: ${sold.length} sold, ${(await held()).length} held, the same`);
  };
  const credentials = async (): Promise<readonly string[]> => {
    const { rows } = await db.query<{ user: string }>(
      `SELECT user_name AS "user" FROM store_credentials WHERE state <> 'dropped' ORDER BY 1`,
    );
    return rows.map(({ user }) => user);
  };
  /** What the broker lets in for stores, asked of itself. */
  const letIn = async (): Promise<readonly string[]> => {
    const admin = brokerAdminOf(await readFile(environment['MQTT_ADMIN'] ?? '', 'utf8'));
    if (admin === null) throw new Error('no admin');
    const all = await createBrokerAccounts({ admin, ids: systemIds }).users();
    return all.filter((user) => /^S\d/.test(user)).toSorted();
  };
  /** Head Office with the accounts of the broker in `folder`. */
  const officeWith = async (folder: string): Promise<void> => {
    const accounts = join(folder, 'accounts');
    environment = {
      ...here.office,
      ...(parseEnv(await readFile(join(accounts, 'head-office.env'), 'utf8')) as object),
      MQTT_ADMIN: join(accounts, 'admin.env'),
    };
    await office.stop();
    office = await here.startOffice(environment);
  };
  const startBrokerIn = async (folder: string): Promise<void> => {
    broker = start(findTool('mosquitto'), ['-c', join(folder, 'mosquitto', 'mosquitto.conf')]);
    await broker.says(/mosquitto version \S+ running/);
  };
  const initBroker = (folder: string, options: readonly string[] = []): Promise<string> => {
    const where = ['--auth', auth, '--host', 'localhost', '--port', String(here.port)];
    return here.must(['broker', 'init', folder, ...where, ...options]);
  };
  const inSeconds = (sinceMs: number): string =>
    `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

  beforeAll(async () => {
    here = await newInstallation({ auth });
    environment = here.office;
    await startBrokerIn(here.brokerFolder);
    office = await here.startOffice();
    db = new pg.Client({ connectionString: here.database.url });
    await db.connect();
    await publishMenu(here);
    for (const store of STORES) {
      folders.set(store, await here.join(store));
      await open(store);
      await waitFor(
        'the menu',
        async () => (await shop(store).get('/api/catalogue')).status === 200,
      );
    }
    await sell(STORES, 5);
    await sent(STORES);
    // Nobody uses the credential of its join file any more.
    await waitFor(
      'their own credentials',
      async () => (await credentials()).join() === STORES.map((store) => `${store}.2`).join(),
      { withinMs: 120_000 },
    );
  });
  afterAll(async () => {
    await db.end();
    if (broker.isRunning()) await broker.kill9();
    await here.remove();
  });

  it('The broker and all it kept are gone: made anew under its old authority, every shop comes back by itself', async () => {
    const kept = join(here.folder, 'kept');
    await cp(join(here.brokerFolder, 'authority'), kept, { recursive: true });
    await broker.kill9();
    await rm(here.brokerFolder, { recursive: true });
    await sell(STORES, 5);
    expect((await held()).length).toBe(sold.length - 20);
    const began = performance.now();
    await initBroker(here.brokerFolder, ['--authority', kept]);
    await startBrokerIn(here.brokerFolder);
    await officeWith(here.brokerFolder);
    await sent(STORES);
    tell(
      `broker lost: all ${STORES.length} shops acknowledged ${inSeconds(began)} after broker init`,
    );
    await nothingLost('broker lost');
    expect(await letIn()).toEqual(await credentials());
    // What it retained is there again: a shop that knows nothing is told the menu.
    const file = join(here.folder, 'S20.json');
    const provision = ['store', 'provision', 'S20', '--out', file, '--json'];
    const { code } = JSON.parse(await here.must(provision, environment)) as { code: string };
    const dir = join(here.folder, 'S20');
    await here.must(['kiosk', 'join', file, '--code', code, '--dir', dir, '--port', '0']);
    folders.set('S20', dir);
    await open('S20');
    await waitFor('the menu', async () => (await shop('S20').get('/api/catalogue')).status === 200);
    await shop('S20').process.stop();
  });

  it('The broker comes back as it was before: who was rotated since is let in, who was revoked since is not', async () => {
    const backup = join(here.folder, 'backup');
    await cp(here.brokerFolder, backup, { recursive: true, preserveTimestamps: true });
    await here.must(['store', 'rotate', 'S16', '--wait', '60'], environment);
    await here.must(['store', 'revoke', 'S19'], environment);
    await sell(['S16', 'S17', 'S18'], 2);
    await sent(['S16', 'S17', 'S18']);
    await broker.kill9();
    const state = join('mosquitto', 'dynamic-security.json');
    await writeFile(join(here.brokerFolder, state), await readFile(join(backup, state)));
    await rm(join(here.brokerFolder, 'mosquitto', 'data'), { recursive: true });
    await mkdir(join(here.brokerFolder, 'mosquitto', 'data'), { mode: 0o777 });
    const began = performance.now();
    await startBrokerIn(here.brokerFolder);
    expect(await letIn()).toContain('S19.2');
    await sell(['S16', 'S17', 'S18'], 2);
    await sent(['S16', 'S17', 'S18']);
    await waitFor(
      'the users of the database',
      async () => (await letIn()).join() === (await credentials()).join(),
      { withinMs: 60_000 },
    );
    tell(`${auth}: broker put back: its users are right ${inSeconds(began)} after its start`);
    await nothingLost('broker put back');
  });

  it('Head Office is put back from before a rotation: it goes on above it, and the shop has one credential in the end', async () => {
    await db.query("DELETE FROM store_credentials WHERE store = 'S17' AND generation > 1");
    await db.query(
      `UPDATE store_credentials SET state = 'in-use', sealed = NULL, dropped_at_broker = false
       WHERE store = 'S17'`,
    );
    const began = performance.now();
    await sell(['S17'], 2);
    await waitFor('one above all', async () => (await credentials()).includes('S17.3'), {
      withinMs: 60_000,
    });
    await waitFor(
      'it alone',
      async () => (await letIn()).filter((user) => user.startsWith('S17')).join() === 'S17.3',
      { withinMs: 60_000 },
    );
    tell(`${auth}: a forgotten rotation is made good in ${inSeconds(began)}`);
    await sell(['S17'], 2);
    await sent(['S17']);
    expect((await credentials()).filter((user) => user.startsWith('S17'))).toEqual(['S17.3']);
    await nothingLost('rotation forgotten');
  });

  it('The authority is lost: shops are told of another by the line, and one that was off is renewed by a file', async () => {
    const served = ['S16', 'S17', 'S18'];
    const next = join(here.folder, 'next');
    await shop('S18').process.stop();
    const began = performance.now();
    // Who vouches for clients is another, and nobody lost that.
    const clients = join(here.folder, 'clients');
    await mkdir(clients);
    if (auth === 'certificates') {
      for (const name of ['clients.crt', 'clients.key']) {
        await cp(join(here.brokerFolder, 'authority', name), join(clients, name));
      }
    }
    await initBroker(next, auth === 'certificates' ? ['--authority', clients] : []);
    const [old, fresh] = await Promise.all(
      [here.brokerFolder, next].map((folder) =>
        readFile(join(folder, 'authority', 'ca.crt'), 'utf8'),
      ),
    );
    const [both, alone] = [join(here.folder, 'both.pem'), join(here.folder, 'alone.pem')];
    await writeFile(both, `${old}${fresh}`);
    await writeFile(alone, fresh ?? '');
    const trust = (file: string) =>
      here.tillwire(['head-office', 'trust-broker', file], environment);
    // These two are off.
    await waitFor(
      'the others’ word',
      async () => (await trust(both)).stdout.startsWith('Told; awaited: S18, S20.'),
      { withinMs: 60_000 },
    );
    await broker.kill9();
    await sell(['S16', 'S17'], 5);
    await startBrokerIn(next);
    await officeWith(next);
    await sent(['S16', 'S17']);
    tell(
      `${auth}: authority lost: shops that were on acknowledged ${inSeconds(began)} after broker init`,
    );
    await waitFor(
      'the old one forgotten',
      async () => (await trust(alone)).stdout.startsWith('Told; awaited: S18, S20.'),
      { withinMs: 60_000 },
    );
    for (const store of ['S16', 'S17']) {
      const believed = join(folders.get(store) ?? '', 'credentials', 'broker-ca.crt');
      expect(await readFile(believed, 'utf8')).toBe(fresh);
    }
    // The one that was off does not believe the new broker, says so, and sells on.
    await open('S18');
    await sell(['S18'], 3);
    const env = join(folders.get('S18') ?? '', 'kiosk.env');
    expect((await here.tillwire(['doctor', 'kiosk', '--env', env])).stdout).toContain(
      'another authority vouches for it than the one known here',
    );
    await shop('S18').process.stop();
    const again = performance.now();
    const file = join(here.folder, 'S18-again.json');
    const provision = ['store', 'provision', 'S18', '--again', '--out', file, '--json'];
    const { code } = JSON.parse(await here.must(provision, environment)) as { code: string };
    const dir = folders.get('S18') ?? '';
    await here.must(['kiosk', 'join', file, '--code', code, '--dir', dir, '--renew']);
    await open('S18');
    await sent(served);
    tell(
      `authority lost: the shop that was off acknowledged ${inSeconds(again)} after store provision`,
    );
    await nothingLost('authority lost');
  });
});
