import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  brokerFault,
  brokerOf,
  brokerVariables,
  parseConfig,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import { createAuthority, type Identity, issueClient } from './authority.ts';

describe('a broker in the environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillwire-broker-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const parse = (env: Record<string, string>) =>
    parseConfig(z.object(brokerVariables), { MQTT_HOST: 'broker.example', ...env });
  let [own, other]: [Identity?, Identity?] = [];
  let [cert, key] = ['', ''];
  beforeAll(async () => {
    const issuing = { clock: systemClock, ids: systemIds };
    const authority = await createAuthority('Ours', issuing);
    own = await issueClient(authority, 'S01', issuing);
    other = await issueClient(authority, 'S01', issuing);
    [cert, key] = [file('a.crt', own.certificate), file('a.key', own.key)];
  });

  it('is reached with a certificate and its key', () => {
    const found = parse({ MQTT_CA: cert, MQTT_CERT: cert, MQTT_KEY: key });
    expect(brokerFault(found)).toBeNull();
    expect(brokerOf(found)).toMatchObject({ cert: own?.certificate, key: own?.key });
  });

  it('is refused with what is no certificate or key, and what is in them is not told', () => {
    const rubbish = file('rubbish', 'rubbish');
    const said = (env: Record<string, string>): string => {
      try {
        parse(env);
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
      return 'accepted';
    };
    expect(said({ MQTT_CA: rubbish })).toContain('MQTT_CA: holds no certificate in PEM form');
    expect(said({ MQTT_CERT: key })).toContain('MQTT_CERT: holds no certificate in PEM form');
    expect(said({ MQTT_KEY: cert })).toMatch(
      /^wrong configuration\n  MQTT_KEY: holds no private key in PEM form \(set, not shown\)$/,
    );
    expect(said({ MQTT_CERT: join(folder, 'none') })).toMatch(
      /^wrong configuration\n  MQTT_CERT: cannot be read.*$/,
    );
  });

  it('wants a certificate and its own key together', () => {
    const fault = {
      variable: 'MQTT_KEY',
      rule: 'is the key of MQTT_CERT: both are set, or neither',
    };
    expect(brokerFault(parse({ MQTT_CERT: cert }))).toEqual(fault);
    expect(brokerFault(parse({ MQTT_KEY: key }))).toEqual(fault);
    const found = parse({ MQTT_CERT: cert, MQTT_KEY: file('b.key', other?.key ?? '') });
    expect(brokerFault(found)).toEqual(fault);
  });
});
