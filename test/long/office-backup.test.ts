import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Installation, newInstallation, publishMenu } from '../harness/installation.ts';
import { freePort } from '../harness/ports.ts';
import { waitFor } from '../harness/wait.ts';

/** Debian's PostgreSQL: its tools and its server are of one version, which those out of npm need not be. */
const BIN = '/usr/lib/postgresql/15/bin';
const KEY = { BACKUP_KEY: 'a long passphrase' };
let folder: string;
let here: Installation;
let url: string;

const asPostgres = (...command: readonly string[]): string =>
  execFileSync('runuser', ['-u', 'postgres', '--', ...command], { encoding: 'utf8' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-office-backup-'));
  await chmod(folder, 0o755);
  const uid = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }));
  const data = join(folder, 'postgres');
  execFileSync('mkdir', [data]);
  await chown(data, uid, uid);
  const port = await freePort();
  asPostgres(`${BIN}/initdb`, '-D', data, '-A', 'trust');
  asPostgres(
    `${BIN}/pg_ctl`,
    '-D',
    data,
    '-w',
    '-l',
    `${data}/log`,
    '-o',
    `-p ${port} -k ${data}`,
    'start',
  );
  url = `postgres://postgres@127.0.0.1:${port}`;
  for (const name of ['tillwire', 'restored'])
    asPostgres('createdb', '-h', data, '-p', String(port), name);
  here = await newInstallation();
});
afterAll(async () => {
  await here.remove();
  asPostgres(`${BIN}/pg_ctl`, '-D', join(folder, 'postgres'), '-m', 'fast', 'stop');
  await rm(folder, { recursive: true });
});

it('a backup of real journals is restored and the same, sealed or not; a sealed one opens by its key alone', async () => {
  const office = {
    ...here.office,
    DATABASE_URL: `${url}/tillwire`,
    PATH: `${BIN}:${process.env['PATH']}`,
  };
  await here.startBroker();
  await here.startOffice(office);
  await publishMenu({ ...here, office });
  const file = join(here.folder, 'S16.json');
  const args = ['store', 'provision', 'S16', '--out', file, '--json'];
  const { code } = JSON.parse(await here.must(args, office)) as { code: string };
  const dir = join(here.folder, 'S16');
  await here.must(['kiosk', 'join', file, '--code', code, '--dir', dir, '--port', '0']);
  const shop = await here.startKiosk(dir);
  await waitFor('the catalogue', async () => (await shop.get('/api/catalogue')).status === 200);
  for (let n = 0; n < 50; n++) await shop.sell(`order ${n}`);
  await shop.allSent();

  const backups = join(folder, 'backups');
  const made = async (env: object): Promise<string> => {
    const said = await here.must(['head-office', 'backup', backups], { ...office, ...env });
    expect(said).toContain('restored and the same');
    return said.split(': ')[0] ?? '';
  };
  const verified = (path: string, env: object) =>
    here.tillwire(['head-office', 'verify', path], { ...office, ...env });
  const plain = await made({});
  expect((await verified(plain, KEY)).stdout).toContain('50 orders, 50 events, 1 journals');
  // The name of a backup has its second in it.
  await shop.sell('one more');
  await shop.allSent();
  const sealed = await made(KEY);
  expect((await stat(sealed)).mode & 0o077).toBe(0);
  expect((await readFile(sealed)).includes('S16')).toBe(false);
  expect((await verified(sealed, KEY)).stdout).toContain('51 orders');
  expect((await verified(sealed, {})).stderr).toContain('is sealed: BACKUP_KEY or BACKUP_KEY_FILE');
  expect((await verified(sealed, { BACKUP_KEY: 'another passphrase' })).stderr).toContain(
    'is sealed by another key',
  );
  const restored = { ...office, ...KEY, DATABASE_URL: `${url}/restored` };
  await here.must(['head-office', 'restore', sealed], restored);
  const db = new pg.Client({ connectionString: restored.DATABASE_URL });
  await db.connect();
  expect((await db.query('SELECT count(*)::int AS n FROM orders')).rows).toEqual([{ n: 51 }]);
  await db.end();
  await truncate(sealed, (await stat(sealed)).size - 1000);
  expect((await verified(sealed, KEY)).stderr).toContain('was changed, or is cut short');
  expect((await readdir(backups)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('a pg_dump too old for its server says so before anything is written', async () => {
  const backups = join(folder, 'none');
  const { code, stderr } = await here.tillwire(['head-office', 'backup', backups], {
    ...here.office,
    PATH: `${BIN}:${process.env['PATH']}`,
  });
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(
      'pg_dump is of PostgreSQL 15 and the server of 18: it dumps no newer one',
    ),
  ]);
});
