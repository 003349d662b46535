import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateSigningKeyPem,
  type JoinContent,
  newJoinCode,
  publicPemOf,
  signingKeyFromPem,
  writeJoinFile,
} from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import { systemClock, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JoinError, joinKiosk } from './join.ts';

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
const anchor = publicPemOf(signingKeyFromPem(generateSigningKeyPem()));
const CONTENT: JoinContent = {
  store_code: 'S16',
  name: 'Harbour',
  join_id: 'one',
  day: { time_zone: 'Europe/London', rollover: '04:00' },
  broker: { url: 'mqtts://broker.example:8883', ca: '', user: 'S16', password: 'secret' },
  store_key: random(32),
  trust_anchors: anchor,
  last_epoch: 0,
};

describe('joining by a file', () => {
  let folder: string;
  const code = newJoinCode(random);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tillwire-join-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const written = async (content: object): Promise<string> => {
    const file = join(folder, 'S16.json');
    const nowMs = systemClock.nowMs();
    const times = {
      issuedAt: utcInstant(nowMs),
      expiresAt: utcInstant(nowMs + 60_000),
    };
    await writeFile(file, writeJoinFile(content as JoinContent, { ...times, code, random }));
    return file;
  };
  const joined = (file: string, target = join(folder, 'kiosk'), typed = code) =>
    joinKiosk({
      file,
      code: typed,
      folder: target,
      renew: false,
      http: { host: '127.0.0.1', port: 0 },
      offline: true,
      clock: systemClock,
      ids: systemIds,
    });
  const refusal = async (file: string, typed?: string): Promise<string> => {
    const error = await joined(file, undefined, typed).then(
      () => new Error('it joined'),
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(JoinError);
    // Nothing is left behind.
    expect(existsSync(join(folder, 'kiosk'))).toBe(false);
    return error instanceof Error ? error.message : '';
  };

  it('makes a folder nobody else reads, whose environment starts this store', async () => {
    const { store, environment } = await joined(await written(CONTENT));
    expect(store).toBe('S16');
    expect((await stat(join(folder, 'kiosk'))).mode & 0o077).toBe(0);
    expect((await stat(environment)).mode & 0o077).toBe(0);
    expect(await readFile(environment, 'utf8')).not.toContain('secret');
  });

  it.each<[string, object, RegExp]>([
    [
      'more variables in its time zone',
      { day: { time_zone: 'Europe/London\nAPI_TOKEN=known-to-the-thief', rollover: '04:00' } },
      /its time zone is "Europe\/London\\nAPI_TOKEN/,
    ],
    [
      'more variables in the broker’s address',
      { broker: { ...CONTENT.broker, url: 'mqtts://b.example:8883\nDB_PATH=/etc/passwd' } },
      /its broker is|does not open/,
    ],
    ['a folder in its store code', { store_code: '../../etc' }, /no join file|does not open/],
    ['no such hour', { day: { time_zone: 'Europe/London', rollover: '25:00' } }, /ends at "25:00"/],
    ['no key', { trust_anchors: 'none' }, /holds no key of Head Office/],
    ['a key that is none', { trust_anchors: anchor.replace('MCow', 'AAAA') }, /can’t be read/],
    [
      'a private key where a certificate belongs',
      { broker: { ...CONTENT.broker, ca: generateSigningKeyPem() } },
      /can’t be read/,
    ],
    ['plain MQTT', { broker: { ...CONTENT.broker, url: 'mqtt://b.example' } }, /does not open/],
    ['a short store key', { store_key: 'AAAA' }, /does not open/],
  ])('refuses a file with %s', async (_what, wrong, message) => {
    expect(await refusal(await written({ ...CONTENT, ...wrong }))).toMatch(message);
  });

  it('refuses what is no join file, however large or deep, in one line', async () => {
    const file = join(folder, 'rude.json');
    for (const text of ['', '\0'.repeat(1000), '['.repeat(200_000), '{"format":"tillwire-join"}']) {
      await writeFile(file, text);
      expect(await refusal(file)).toMatch(/this is no join file/);
    }
    // A terabyte that takes no room.
    await truncate(file, 2 ** 40);
    expect(await refusal(file)).toMatch(/this is no join file/);
    expect(await refusal(folder)).toMatch(/can't be read|no join file/);
    expect(await refusal(join(folder, 'none'))).toMatch(/can't be read/);
  });

  it('is not talked into one by guessing', async () => {
    const file = await written(CONTENT);
    for (const guess of ['', 'AAAA-BBBB-CCCC-DDDD', code.slice(0, -1), `${code}0`]) {
      expect(await refusal(file, guess)).toMatch(/the code is another one/);
    }
  });

  it('never joins over another kiosk, nor where an environment file could not name it', async () => {
    const file = await written(CONTENT);
    await joined(file);
    await expect(joined(file)).rejects.toThrow(/is not empty/);
    for (const name of ['a b', 'a#b', 'a"b', 'a$b']) {
      await expect(joined(file, join(folder, name))).rejects.toThrow(/has no spaces/);
      expect(await readdir(folder)).not.toContain(name);
    }
  });

  it('two at once into one folder: one of them is the kiosk', async () => {
    const file = await written(CONTENT);
    const target = join(folder, 'kiosk');
    await mkdir(target);
    const both = await Promise.allSettled([joined(file), joined(file)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { MQTT_URL, API_TOKEN } = Object.fromEntries(
      (await readFile(join(target, 'kiosk.env'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ) as Record<string, string>;
    expect(MQTT_URL).toBe('mqtts://broker.example:8883');
    expect(API_TOKEN).toMatch(/^[\w-]{32}$/);
  });
});
