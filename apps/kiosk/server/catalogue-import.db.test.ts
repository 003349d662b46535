import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  canonicalText,
  contentChecksum,
  contentOfCatalogue,
  fullCatalogueTopic,
  generateSigningKeyPem,
  publicPemOf,
  signCatalogueDelta,
  signFullCatalogue,
  signingKeyFromPem,
  topicOf,
  trustedKeyFromPem,
} from '@tillwire/contract';
import { createLog, systemClock, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { catalogue, product } from '../../../packages/domain/test/builders.ts';
import { importKioskCatalogue } from './catalogue-import.ts';
import { parseKioskConfig } from './config.ts';
import { STORE } from './test/kiosk-rig.ts';

const key = signingKeyFromPem(generateSigningKeyPem());
const menu = catalogue([product(5, 505)]);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-stick-'));
});
afterEach(() => rm(folder, { recursive: true }));

const messages = [
  {
    topic: fullCatalogueTopic(100),
    payload: canonicalText(signFullCatalogue(100, contentOfCatalogue(menu), [key])),
  },
  {
    topic: topicOf('delta', STORE),
    payload: canonicalText(
      signCatalogueDelta(
        {
          store_code: STORE,
          catalog_version: 101,
          now: {
            base_version: 100,
            overrides: {},
            checksum: contentChecksum(contentOfCatalogue(menu)),
          },
        },
        [key],
      ),
    ),
  },
];

const take = async (text: string) => {
  const file = join(folder, 'stick.json');
  await writeFile(file, text);
  const config = parseKioskConfig({ STORE_CODE: STORE, DB_PATH: join(folder, 'kiosk.db') });
  const trustAnchors = [trustedKeyFromPem(publicPemOf(key))];
  return importKioskCatalogue({ ...config, trustAnchors }, file, {
    clock: systemClock,
    ids: systemIds,
    log: createLog('test', 'silent'),
  });
};

it('A USB stick carries the same bytes as the line, with the same checks; twice is once', async () => {
  const text = JSON.stringify({ messages });
  for (let time = 0; time < 2; time++) {
    expect(await take(text)).toMatchObject({
      inForce: { version: 101 },
      newest: { state: 'applied' },
    });
  }
});

it('A stick that was tampered with leaves the shop as it is', async () => {
  const spoilt = JSON.stringify({ messages }).replace('505', '105');
  expect(await take(spoilt)).toMatchObject({ inForce: null, newest: { state: 'waiting' } });
});

it.each([
  ['cut short', '{"messages": [', /not JSON/],
  ['something else', '{"menu": []}', /holds no messages/],
  [
    'another shop’s',
    JSON.stringify({ messages: [{ topic: 'ho/catalog/delta/S99', payload: '{}' }] }),
    /is not for/,
  ],
])('A file that is %s is refused and says so', async (_, text, why) => {
  await expect(take(text)).rejects.toThrow(why);
});
