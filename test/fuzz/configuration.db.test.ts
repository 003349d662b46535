import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@tillwire/runtime';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { headOfficeVariables, parseHeadOfficeConfig } from '../../apps/head-office/config.ts';
import { kioskVariables, parseKioskConfig } from '../../apps/kiosk/server/config.ts';
import { CONFIGURATION_CORPUS } from './corpus/configuration.ts';
import { NASTY_TEXTS } from './http.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const folder = mkdtempSync(join(tmpdir(), 'tillwire-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Would be seen if it were told. */
const SECRET = 'hush-9f1c7b3e5a';
const PLAUSIBLE: readonly string[] = [
  'S01',
  'S9999',
  '0',
  '1',
  '65535',
  '65536',
  'yes',
  'no',
  'info',
  '04:00',
  '24:00',
  'Europe/London',
  '1/2',
  '3/2',
  'mqtts://broker.example',
  'mqtt://broker.example',
  'mqtts://user:pass@broker.example:1/x?y#z',
  'postgres://user@host/db',
  'https://example.com',
  'javascript:alert(1)',
  '/dev/null',
  folder,
  fileOf('empty', ''),
  fileOf('half.pem', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'),
  fileOf('words', 'MQTT_URL=x\n\0'),
  'kitchen=tcp://127.0.0.1:9100',
];
const value = fc.oneof(
  fc.constantFrom(...PLAUSIBLE),
  fc.constantFrom(...PLAUSIBLE, ...NASTY_TEXTS),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const IS_SECRET = /PASS|SECRET|TOKEN|_PIN$|KEY$|DATABASE_URL/;

const environments = (names: readonly string[]): fc.Arbitrary<Environment> =>
  fc.record(
    Object.fromEntries(
      names.map((name) => [
        name,
        IS_SECRET.test(name)
          ? fc.oneof(value, fc.constantFrom(SECRET, `${SECRET}\0`, `postgres//${SECRET}`))
          : value,
      ]),
    ),
    { requiredKeys: [] },
  );

describe.each([
  { who: 'a kiosk', variables: kioskVariables, parse: parseKioskConfig },
  { who: 'Head Office', variables: headOfficeVariables, parse: parseHeadOfficeConfig },
])('Whatever the environment of $who says', ({ variables, parse }) => {
  const names = Object.keys(variables);
  const tryOut = (env: Environment): void => {
    try {
      parse(env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const [first, ...lines] = error.message.split('\n  ');
      expect(first).toBe('wrong configuration');
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines.filter((text) => !text.startsWith(' '))) {
        expect(names).toContain(line.slice(0, line.indexOf(':')));
      }
      expect(error.message).not.toContain(SECRET);
    }
  };

  it(
    'is taken, or every variable that is wrong is named and no secret told',
    { timeout: FUZZ_TIMEOUT_MS },
    () => {
      expect.hasAssertions();
      for (const env of CONFIGURATION_CORPUS) tryOut(env);
      fc.assert(fc.property(environments(names), tryOut), fuzzEffort(250));
    },
  );
});
