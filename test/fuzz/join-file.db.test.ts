import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
import { storeCode, utcInstant } from '@tillwire/domain';
import { systemIds } from '@tillwire/runtime';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { JoinError, joinKiosk } from '../../apps/kiosk/server/joining/join.ts';
import { changedValue, mangledText } from './broken.ts';
import { JOIN_CORPUS } from './corpus/join-file.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';

const NOW_MS = Date.parse('2026-03-02T10:00:00Z');
const clock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now() };
const folder = mkdtempSync(join(tmpdir(), 'tillwire-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const code = newJoinCode(systemIds.secret);
const content: JoinContent = {
  store_code: storeCode('S07'),
  name: 'Station',
  join_id: 'a-join',
  day: { time_zone: 'Europe/London', rollover: '04:00' },
  broker: {
    url: 'mqtts://broker.example:8883',
    ca: '',
    user: 'S07',
    password: 'a password of the broker',
  },
  store_key: systemIds.secret(32),
  trust_anchors: publicPemOf(signingKeyFromPem(generateSigningKeyPem())),
  last_epoch: 0,
};
const sealed = (inside: JoinContent): string =>
  writeJoinFile(inside, {
    issuedAt: utcInstant(NOW_MS - 60_000),
    expiresAt: utcInstant(NOW_MS + 3_600_000),
    code,
    random: systemIds.secret,
  });
const whole = sealed(content);

let joins = 0;
/** Joins with `text` as its file: it is a kiosk then, or nothing is left. */
async function tryOut(text: string, given = code): Promise<'joined' | 'refused'> {
  const file = join(folder, 'join.json');
  const home = join(folder, `kiosk-${++joins}`);
  writeFileSync(file, text);
  try {
    await joinKiosk({
      file,
      code: given,
      folder: home,
      renew: false,
      offline: true,
      http: { host: '127.0.0.1', port: 8080 },
      clock,
      ids: systemIds,
    });
  } catch (error) {
    if (!(error instanceof JoinError)) throw error;
    expect(error.message).not.toContain(content.store_key);
    expect(existsSync(home)).toBe(false);
    return 'refused';
  }
  expect(existsSync(join(home, 'kiosk.env'))).toBe(true);
  rmSync(home, { recursive: true });
  return 'joined';
}

it('A join file opens as it was made', async () => {
  expect(await tryOut(whole)).toBe('joined');
});

it(
  'A join file in which anything was changed makes no kiosk and leaves nothing behind',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    expect.hasAssertions();
    const parsed: unknown = JSON.parse(whole);
    const broken = fc.oneof(
      changedValue([parsed]).map((value) => JSON.stringify(value)),
      mangledText([whole]),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(broken, async (text) => {
        expect(await tryOut(text)).toBe(isSame(text, parsed) ? 'joined' : 'refused');
      }),
      fuzzEffort(4),
    );
    const typed = fc.oneof(fc.string({ maxLength: 30 }), mangledText([code]));
    await fc.assert(
      fc.asyncProperty(typed, async (given) => {
        fc.pre(plain(given) !== plain(code));
        expect(await tryOut(whole, given)).toBe('refused');
      }),
      fuzzEffort(2),
    );
  },
);

const plain = (typed: string): string => typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');

/** Whether a text says the same as the file did: another spacing is no change. */
function isSame(text: string, parsed: unknown): boolean {
  try {
    expect(JSON.parse(text)).toEqual(parsed);
    return true;
  } catch {
    return false;
  }
}

it(
  'Whatever Head Office seals into a join file, it makes a kiosk or is refused and leaves nothing behind',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    expect.hasAssertions();
    for (const inside of JOIN_CORPUS) await tryOut(sealed({ ...content, ...inside }));
    await fc.assert(
      fc.asyncProperty(changedValue([content]), async (inside) => {
        fc.pre(typeof (inside as JoinContent | null)?.store_code === 'string');
        let text: string;
        try {
          text = sealed(inside as JoinContent);
        } catch {
          // Not even Head Office could have written it: half a character is no canonical text.
          return;
        }
        await tryOut(text);
      }),
      fuzzEffort(5),
    );
  },
);
