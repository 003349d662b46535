import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseEnv } from 'node:util';
import {
  generateSigningKeyPem,
  newJoinCode,
  publicPemOf,
  signingKeyFromPem,
  writeJoinFile,
} from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import { createAuthority, issueClient } from '@tillwire/head-office/broker/authority';
import { initBroker } from '@tillwire/head-office/broker/broker-init';
import { joinKiosk } from '@tillwire/kiosk';
import { systemClock, systemIds } from '@tillwire/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../test/harness/ports.ts';
import { freshDatabase } from '../../../test/harness/postgres.ts';
import { runCommand } from './command.ts';
import { doctorCommand } from './doctor.ts';
import type { Finding } from './doctor-findings.ts';

const issuing = { clock: systemClock, ids: systemIds };
const DAY_MS = 86_400_000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-doctor-'));
  // Others may enter: what is shut is shut by itself.
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

type Env = Readonly<Record<string, string>>;

async function examined(argv: readonly string[], env: Env = {}) {
  const lines: string[] = [];
  const code = await runCommand([doctorCommand(env)], ['doctor', ...argv, '--json'], {
    print: (line) => void lines.push(line),
    complain: (line) => void lines.push(line),
  });
  const { findings } = JSON.parse(lines.join('')) as { findings: readonly Finding[] };
  const of = (about: string): string =>
    findings
      .filter((finding) => finding.about === about)
      .map(({ state, what }) => `${state}: ${what}`)
      .join('; ');
  // Whatever is not good says what to do.
  for (const { state, remedy } of findings) expect(remedy === '').toBe(state === 'good');
  return { code, of };
}

describe('a kiosk', () => {
  let env: Env;
  let dir: string;
  let other: Server | undefined;
  beforeEach(async () => {
    const nowMs = systemClock.nowMs();
    const code = newJoinCode(systemIds.secret);
    const file = join(folder, 'S16.json');
    const content = {
      store_code: 'S16',
      name: 'Harbour',
      join_id: 'one',
      day: { time_zone: 'Europe/London', rollover: '04:00' },
      broker: {
        url: `mqtts://localhost:${await freePort()}`,
        ca: '',
        user: 'S16',
        password: 'secret',
      },
      store_key: systemIds.secret(32),
      trust_anchors: publicPemOf(signingKeyFromPem(generateSigningKeyPem())),
      last_epoch: 0,
    };
    const times = { issuedAt: utcInstant(nowMs), expiresAt: utcInstant(nowMs + DAY_MS) };
    await writeFile(file, writeJoinFile(content, { ...times, code, random: systemIds.secret }));
    dir = join(folder, systemIds.uuid());
    const http = { host: '127.0.0.1', port: await freePort() };
    const joined = await joinKiosk({
      file,
      code,
      folder: dir,
      http,
      renew: false,
      offline: true,
      ...issuing,
    });
    env = parseEnv(await readFile(joined.environment, 'utf8')) as Env;
  });
  afterEach(() => other?.close());
  const doctor = (more: Env = {}) => examined(['kiosk'], { ...env, ...more });
  const listening = async (body: object): Promise<string> => {
    const server = createServer((_request, response) => {
      response.end(JSON.stringify(body));
    });
    other = server;
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return String((server.address() as AddressInfo).port);
  };

  it('as it was joined lacks a line, a menu and a start', async () => {
    const { code, of } = await doctor();
    expect(code).toBe(1);
    expect(of('configuration')).toBe('good: configured as S16');
    expect(of('trust')).toMatch(/^good/);
    expect(of('secrets')).toMatch(/^good/);
    expect(of('database')).toMatch(/^good/);
    expect(of('broker')).toMatch(/^fault: the broker at .* is unreachable: connect ECONNREFUSED/);
    expect(of('catalogue')).toBe('fault: there is no catalogue');
    expect(of('port')).toMatch(/^warning: nothing answers at .*: the service does not run/);
    expect(of('backup')).toBe('warning: there is no backup');
  });

  it('whose configuration is wrong is told every variable', async () => {
    const { code, of } = await doctor({ HTTP_PORT: 'x', BACKUP_KEY: 'short' });
    expect(code).toBe(1);
    expect(of('configuration')).toMatch(/^fault:[^]*HTTP_PORT[^]*BACKUP_KEY: has at least 16/);
    expect(of('configuration')).not.toContain('short');
  });

  it('whose secrets others can read, or that believes nobody, is told so', async () => {
    await chmod(dir, 0o755);
    await chmod(join(dir, 'credentials'), 0o755);
    await chmod(join(dir, 'kiosk.env'), 0o644);
    const { of } = await doctor({ TRUST_ANCHORS: '' });
    expect(of('secrets')).toContain('kiosk.env can be read by others (644)');
    expect(of('secrets')).toContain('credentials can be read by others (755)');
    expect(of('trust')).toBe('fault: no key of Head Office is pinned');
  });

  it('whose database is missing, newer, behind, damaged or none at all is told which', async () => {
    const path = env['DB_PATH'] ?? '';
    expect((await doctor({ DB_PATH: `${path}.none` })).of('database')).toMatch(
      /^warning: .*is not there/,
    );
    const db = new DatabaseSync(path);
    db.exec("INSERT INTO migrations VALUES ('9999-of-tomorrow', 'x')");
    expect((await doctor()).of('migrations')).toMatch(/^fault: .*9999-of-tomorrow/);
    db.exec("DELETE FROM migrations WHERE name >= '0003'");
    expect((await doctor()).of('database')).toMatch(/^warning: \d migrations are due/);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    const bytes = await readFile(path);
    bytes.fill(0x5a, 12 * 4096, 20 * 4096);
    await writeFile(path, bytes);
    expect((await doctor()).of('database')).toMatch(/^fault: .*is damaged/);
    await writeFile(path, 'a letter');
    expect((await doctor()).of('database')).toMatch(/^fault: .*not a database/);
  });

  it('whose port another program has is told apart from one that answers', async () => {
    const taken = await doctor({ HTTP_PORT: await listening({ hello: 'printer' }) });
    expect(taken.of('port')).toMatch(/^fault: something else answers at/);
    other?.close();
    const own = await doctor({ HTTP_PORT: await listening({ status: 'ready' }) });
    expect(own.of('port')).toMatch(/^good/);
    other?.close();
    const early = await doctor({ HTTP_PORT: await listening({ code: 'not-ready' }) });
    expect(early.of('port')).toMatch(/^warning: .*not ready yet/);
  });

  it('whose backup is old, or sealed by a key it has no more, is told so', async () => {
    await mkdir(env['BACKUP_DIR'] ?? '', { recursive: true });
    const file = join(env['BACKUP_DIR'] ?? '', 'S16-20261101T000000Z.db.sealed');
    await writeFile(file, '');
    expect((await doctor()).of('backup')).toMatch(/^warning: .*is sealed, and no key is set/);
    expect((await doctor({ BACKUP_KEY: 'a long passphrase' })).of('backup')).toMatch(/^good/);
    const then = new Date(systemClock.nowMs() - 3 * DAY_MS);
    await utimes(file, then, then);
    expect((await doctor()).of('backup')).toMatch(/^warning: the newest backup is 72 hours old/);
  });

  it('whose certificate runs out within a week is told so', async () => {
    const authority = await createAuthority('Ours', issuing);
    const { certificate, key } = await issueClient(authority, 'S16.2', issuing, 3);
    const login = { user: 'S16.2', certificate, key };
    await writeFile(join(dir, 'credentials', 'broker.json'), JSON.stringify(login));
    const { of } = await doctor();
    expect(of('certificate')).toMatch(/^fault: the certificate of S16\.2 holds for [23] days/);
  });
});

describe('Head Office', () => {
  it('without its database, its broker, its admin or pg_dump is told of each', async () => {
    const state = join(folder, 'state');
    const database = await freshDatabase();
    const office = {
      HO_STATE_DIR: state,
      MQTT_URL: `mqtts://localhost:${await freePort()}`,
      HTTP_PORT: String(await freePort()),
      PATH: folder,
    };
    const away = `postgres://postgres@127.0.0.1:${await freePort()}/none`;
    const lost = await examined(['head-office'], { ...office, DATABASE_URL: away });
    expect(lost.code).toBe(1);
    expect(lost.of('database')).toMatch(/^fault: .*ECONNREFUSED/);
    expect(lost.of('broker')).toMatch(/^fault: .*unreachable/);
    expect(lost.of('broker admin')).toMatch(/^warning: no account to change others/);
    const fresh = await examined(['head-office'], { ...office, DATABASE_URL: database.url });
    expect(fresh.of('migrations')).toMatch(/^warning: \d+ migrations are due/);
    expect(fresh.of('pg_dump')).toMatch(/^warning: pg_dump can't be run/);
    expect(fresh.of('clock')).toMatch(/^good/);
    await chmod(state, 0o755);
    const open = await examined(['head-office'], { ...office, DATABASE_URL: database.url });
    expect(open.of('secrets')).toMatch(/^fault: .*state can be read by others/);
    await database.drop();
  });
});

describe('a broker', () => {
  it('that does not run, keeps nothing, or whose keys lie about is told of each', async () => {
    expect((await examined(['broker', '--dir', folder])).of('folder')).toMatch(
      /^fault: .*is not a/,
    );
    const dir = join(folder, 'broker');
    const then = { ...systemClock, nowMs: () => systemClock.nowMs() - 725 * DAY_MS };
    await initBroker(
      {
        folder: dir,
        hosts: ['localhost'],
        port: await freePort(),
        stores: [],
        auth: 'access-file',
      },
      { clock: then, ids: systemIds },
    );
    const first = await examined(['broker', '--dir', dir]);
    expect(first.code).toBe(1);
    expect(first.of('broker')).toMatch(/^fault: mqtts:.* can't be reached: connect ECONNREFUSED/);
    expect(first.of('certificate')).toMatch(
      /fault: the certificate of localhost holds for [45] days/,
    );
    expect(first.of('authority')).toMatch(/^warning: authority\/ca\.key is on this machine/);
    expect(first.of('persistence')).toMatch(/^good/);
    await rm(join(dir, 'authority', 'ca.key'));
    await chmod(join(dir, 'accounts'), 0o755);
    const conf = join(dir, 'mosquitto', 'mosquitto.conf');
    await writeFile(conf, (await readFile(conf, 'utf8')).replace('persistence true', ''));
    const second = await examined(['broker', '--dir', dir]);
    expect(second.of('authority')).toMatch(/^good/);
    expect(second.of('secrets')).toMatch(/^fault: .*accounts can be read by others/);
    expect(second.of('persistence')).toMatch(/^fault: what is retained is lost/);
  });
});
