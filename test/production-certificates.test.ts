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
  const settledTo = async (user: string): Promise<string> => {
    await waitFor(`${user} alone`, async () => (await users()) === `${user} in-use`, {
      withinMs: 40_000,
    });
    await shop.sell(`with ${user}`);
    await shop.allSent();
    return users();
  };
  /** How the broker answers that certificate, asked for the store's own acknowledgements. */
  const answer = async ({ certificate: cert, key }: CertificateLogin) => {
    const ca = await readFile(join(here.brokerFolder, 'authority', 'ca.crt'), 'utf8');
    const url = `mqtts://localhost:${here.port}`;
    return (await probeBroker({ url, ca, cert, key }, 'somebody', 'ho/ack/S16')).type;
  };

  beforeAll(async () => {
    here = await newInstallation({ auth: 'certificates' });
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
    expect(await settledTo('S16.2')).toBe('S16.2 in-use');
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

  it('Head Office and the kiosk die at each step of one rotation: it is carried through', async () => {
    await office.stop();
    await shop.process.stop();
    office = await here.startOffice({ TILLWIRE_CRASH_AT: 'certificate-issued' });
    await here.tillwire(['store', 'rotate', 'S16'], {
      ...here.office,
      TILLWIRE_CRASH_AT: 'rotation-sent',
    });
    shop = await here.startKiosk(folder, { TILLWIRE_CRASH_AT: 'certificate-requested' });
    await shop.process.exited;
    shop = await here.startKiosk(folder, { TILLWIRE_CRASH_AT: 'credential-taken' });
    await waitFor('its end', () => !office.isRunning(), { withinMs: 30_000 });
    office = await here.startOffice();
    await shop.process.exited;
    shop = await here.startKiosk(folder);
    expect(await settledTo('S16.3')).toBe('S16.3 in-use');
    const own = await login();
    expect([own.user, await answer(own)]).toEqual(['S16.3', 'let-in']);
  });

  it('of two machines that join by one file neither gets a certificate, and Head Office is told', async () => {
    const file = join(here.folder, 'S17.json');
    const args = ['store', 'provision', 'S17', '--out', file, '--json'];
    const { code } = JSON.parse(await here.must(args, here.office)) as { code: string };
    const folders = ['one', 'two'].map((name) => join(here.folder, `S17-${name}`));
    for (const dir of folders) {
      await here.must(['kiosk', 'join', file, '--code', code, '--dir', dir, '--port', '0']);
    }
    // Both are there before Head Office is, which then asks both for a request.
    await office.stop();
    const machines = await Promise.all(folders.map((dir) => here.startKiosk(dir)));
    for (const { process } of machines) await process.says(/broker connected/);
    office = await here.startOffice();
    const detail = await waitFor(
      'the alert',
      async () => {
        const { rows } = await db.query<{ detail: string }>(
          `SELECT payload->'facts'->>'detail' AS detail FROM error_events
         WHERE store = 'S17' AND payload->>'code' IN ('rotation-failed', 'command-failed')`,
        );
        return rows[0]?.detail;
      },
      { withinMs: 30_000 },
    );
    expect(detail).toContain('did another one join as S17?');
    for (const { process } of machines) await process.kill9();
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
