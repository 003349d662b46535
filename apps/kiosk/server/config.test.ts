import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKeyPem, publicPemOf, signingKeyFromPem } from '@tillwire/contract';
import { ConfigError } from '@tillwire/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseKioskConfig } from './config.ts';

let folder: string;
let anchors: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-config-'));
  anchors = join(folder, 'anchors.pem');
  const keys = [generateSigningKeyPem(), generateSigningKeyPem()].map(signingKeyFromPem);
  await writeFile(anchors, keys.map(publicPemOf).join('\n'));
  await writeFile(join(folder, 'private.pem'), generateSigningKeyPem());
  await writeFile(join(folder, 'empty.pem'), 'nothing');
});
afterAll(() => rm(folder, { recursive: true }));

const least = { STORE_CODE: 'S03', DB_PATH: 'kiosk.db' };
const parse = (env: Readonly<Record<string, string>> = {}) =>
  parseKioskConfig({ ...least, ...env });
const complaint = (env: Readonly<Record<string, string | undefined>>): string => {
  try {
    parseKioskConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
};

describe("a kiosk's configuration", () => {
  it('needs a store and a database, and has defaults for the rest', () => {
    expect(parse()).toMatchObject({
      store: 'S03',
      database: { path: 'kiosk.db' },
      broker: null,
      http: { host: '127.0.0.1', port: 8080 },
      apiToken: null,
      day: { timeZone: 'Europe/London', rolloverMinutes: 240 },
      catalogueFile: null,
      logLevel: 'info',
    });
  });

  it('tells everything wrong at once', () => {
    const text = complaint({
      STORE_CODE: 'shop3',
      DB_PATH: 'a',
      DATABASE_URL: 'postgres://x/y',
      HTTP_PORT: '99999',
      API_TOKEN: 'short',
      TZ_STORE: 'Europe/Atlantis',
      DAY_ROLLOVER: '25:00',
      CATALOGUE_PATH: 'menu',
      TRUST_ANCHORS: join(folder, 'none.pem'),
    });
    for (const name of [
      'STORE_CODE: is a store code, S01 to S9999 ("shop3")',
      'DB_PATH: either this is set',
      'HTTP_PORT:',
      'API_TOKEN: has at least 16 characters (set, not shown)',
      'TZ_STORE:',
      'DAY_ROLLOVER:',
      'CATALOGUE_SHOP: is set where CATALOGUE_PATH is',
      'TRUST_ANCHORS: cannot be read',
    ]) {
      expect(text).toContain(name);
    }
    expect(complaint({})).toContain('STORE_CODE: is needed (not set)');
  });

  it('takes the broker by address or by host and port, over TLS unless it is this machine', () => {
    expect(parse({ MQTT_HOST: 'mqtt.example' }).broker?.url).toBe('mqtts://mqtt.example:8883');
    expect(parse({ MQTT_URL: 'mqtt://127.0.0.1:1883', MQTT_VERSION: '4' }).broker).toMatchObject({
      url: 'mqtt://127.0.0.1:1883',
      protocolVersion: 4,
    });
    const plain = { MQTT_URL: 'mqtt://mqtt.example:1883' };
    expect(complaint({ ...least, ...plain })).toContain('MQTT_URL: without TLS only');
    expect(parse({ ...plain, MQTT_INSECURE: 'yes' }).broker?.url).toBe(plain.MQTT_URL);
    expect(complaint({ ...least, MQTT_URL: 'http://x' })).toContain('MQTT_URL: is an mqtt://');
  });

  it('pins every public key of the bundle, and nothing else', () => {
    expect(parse({ TRUST_ANCHORS: anchors }).trustAnchors).toHaveLength(2);
    expect(complaint({ ...least, TRUST_ANCHORS: join(folder, 'empty.pem') })).toContain(
      'TRUST_ANCHORS: holds no public key',
    );
  });
});
