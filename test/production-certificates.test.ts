import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { probeBroker } from '@tillwire/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Installation,
  newInstallation,
  publishMenu,
  type RunningShop,
} from './harness/installation.ts';
import type { Started } from './harness/process.ts';
import { waitFor } from './harness/wait.ts';

interface CertificateLogin {
  readonly user: string;
  readonly certificate: string;
  readonly key: string;
}

describe('a chain whose stores are known by certificates', () => {
  let here: Installation;
  let db: pg.Client;
  let office: Started;
  let shop: RunningShop;
  let folder: string;
  const login = async (): Promise<CertificateLogin> =>
    JSON.parse(await readFile(join(folder, 'credentials', 'broker.json'), 'utf8'));
  const users = async (): Promise<string> => {
    const { rows } = await db.query<{ user: string }>(
      `SELECT user_name || ' ' || state AS "user" FROM store_credentials
       WHERE store = 'S16' AND state <> 'dropped' ORDER BY generation`,
    );
    return rows.map(({ user }) => user).join();
  };
  const settledTo = async (user: string): Promise<void> => {
    await waitFor(`${user} alone`, async () => (await users()) === `${user} in-use`, {
      withinMs: 40_000,
    });
    await shop.sell(`with ${user}`);
    await shop.allSent();
  };
  /** How the broker answers that certificate, asked for the store's own acknowledgements. */
  const answer = async ({ certificate: cert, key }: CertificateLogin) => {
    const ca = await readFile(join(here.brokerFolder, 'authority', 'ca.crt'), 'utf8');
    const url = `mqtts://localhost:${here.port}`;
    return (await probeBroker({ url, ca, cert, key }, 'somebody', 'ho/ack/S16')).type;
  };

  beforeAll(async () => {
    here = await newInstallation('certificates');
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

  let ofTheFile: CertificateLogin;
  it('a fresh shop sells and its first order is acknowledged, by the same nine commands', async () => {
    folder = await here.join('S16', ['--name', 'Harbour']);
    ofTheFile = await login();
    shop = await here.startKiosk(folder, { MQTT_VERSION: '4' });
    await waitFor('the catalogue', async () => (await shop.get('/api/catalogue')).status === 200);
    const order = await shop.sell('first');
    await shop.allSent();
    const { rows } = await db.query('SELECT global_order_id FROM orders');
    expect(rows).toEqual([{ global_order_id: order }]);
  });

  it('the key of the join file is worth nothing once the store has made one of its own', async () => {
    await settledTo('S16.2');
    const own = await login();
    const certificate = new X509Certificate(own.certificate);
    expect(certificate.subject).toBe('CN=S16.2');
    expect(own.key).not.toBe(ofTheFile.key);
    expect(await answer(own)).toBe('let-in');
    await waitFor('the old one to be dropped', async () => (await answer(ofTheFile)) === 'refused');
    // The key was made here and is nowhere else.
    const kept =
      await db.query(`SELECT to_jsonb(c)::text || (SELECT string_agg(to_jsonb(s)::text, '')
      FROM store_commands s) AS text FROM store_credentials c`);
    expect(JSON.stringify(kept.rows)).not.toContain('PRIVATE KEY');
    expect((await stat(join(folder, 'credentials', 'broker.json'))).mode & 0o077).toBe(0);
  });

  it.each([
    ['rotation-sent', 'S16.3'],
    ['certificate-issued', 'S16.4'],
  ])('Head Office dies at %s: the next one carries it through', async (point, user) => {
    await office.stop();
    office = await here.startOffice({ TILLWIRE_CRASH_AT: point });
    await here.tillwire(['store', 'rotate', 'S16'], {
      ...here.office,
      TILLWIRE_CRASH_AT: 'rotation-offered',
    });
    await waitFor('its end', () => !office.isRunning(), { withinMs: 30_000 });
    office = await here.startOffice();
    await settledTo(user);
  });

  it.each([
    ['certificate-requested', 'S16.5'],
    ['credential-proposed', 'S16.6'],
    ['credential-taken', 'S16.7'],
  ])('the kiosk dies at %s: it comes back connected', async (point, user) => {
    await shop.process.stop();
    shop = await here.startKiosk(folder, { TILLWIRE_CRASH_AT: point });
    await here.tillwire(['store', 'rotate', 'S16', '--wait', '0'], here.office);
    await shop.process.exited;
    shop = await here.startKiosk(folder);
    await settledTo(user);
  });

  it('a kiosk revoked is cut within a second, and its certificate opens nothing any more', async () => {
    const own = await login();
    const before = shop.process.stderr().length;
    await here.must(['store', 'revoke', 'S16'], here.office);
    await waitFor(
      'the cut',
      () => shop.process.stderr().slice(before).includes('broker connection lost'),
      { withinMs: 1000 },
    );
    expect(await answer(own)).toBe('refused');
    await shop.sell('after the revocation');
    expect((await shop.get('/api/sync')).body).toMatchObject({ unsent: { count: 1 } });
  });
});
