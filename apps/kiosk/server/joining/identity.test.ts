import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { type Command, rotationContext, seal } from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { createLog, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCredentialFolder, writeCredentialFolder } from './credential-folder.ts';
import { createIdentity } from './identity.ts';

const STORE = storeCode('S16');
const storeKey = randomBytes(32);
const first = { user: 'S16', password: 'of the join file' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-identity-'));
  writeCredentialFolder(folder, { login: first, storeKey: storeKey.toString('base64url') });
});
afterEach(() => rm(folder, { recursive: true }));

const identity = () =>
  createIdentity({
    store: STORE,
    // Nobody listens there.
    broker: { url: 'mqtt://127.0.0.1:1' },
    credentialDir: folder,
    trustAnchors: [],
    trustAnchorsFile: null,
    crashPoint: () => undefined,
    ids: systemIds,
    log: createLog('test', 'silent'),
  });
const enrol = async (user: string): Promise<string> =>
  (await identity().registry.enrol?.({ name: 'enrol', user }))?.detail ?? '';
const rotate = (user: string, text: string, { key = storeKey, sealedFor = user } = {}) => {
  const sealed = seal(key, rotationContext(STORE, sealedFor), text, systemIds.secret);
  const command: Extract<Command, { name: 'rotate' }> = { name: 'rotate', user, sealed };
  return identity().registry.rotate?.(command);
};

describe('a kiosk that is given a new credential', () => {
  it('answers the same request as often as it is asked, and another for another user', async () => {
    const request = await enrol('S16.2');
    expect(request).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
    // It fits into the answer to a command.
    expect(request.length).toBeLessThan(2000);
    expect(await enrol('S16.2')).toBe(request);
    expect(await enrol('S16.3')).not.toBe(request);
  });

  it('takes none that is sealed by another key, or for another user', async () => {
    const refused = {
      outcome: 'failed',
      detail: 'the credential S16.2 is not sealed for this store',
    };
    expect(await rotate('S16.2', 'word', { key: randomBytes(32) })).toEqual(refused);
    // As one played again under another name would be.
    expect(await rotate('S16.2', 'word', { sealedFor: 'S16.9' })).toEqual(refused);
    expect(openCredentialFolder(folder).login()).toEqual(first);
  });

  it('keeps the one in use while the new one is not proven', async () => {
    expect(await rotate('S16.2', 'word')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('the broker is unreachable'),
    });
    expect(openCredentialFolder(folder).login()).toEqual(first);
    expect(existsSync(join(folder, 'broker.next.json'))).toBe(false);
  });

  it('says so when a certificate is over a key of another machine', async () => {
    await enrol('S16.2');
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const theirs = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=S16.2', keys });
    expect(await rotate('S16.2', `${theirs.toString('pem')}\n`)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('did another one join as S16?'),
    });
  });
});

describe('a kiosk that is told who may vouch for the broker', () => {
  const believe = (authorities: string[]) =>
    identity().registry['trust-broker']?.({ name: 'trust-broker', authorities });
  const certificateOf = async (isAuthority: boolean): Promise<string> => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const extensions = [new x509.BasicConstraintsExtension(isAuthority)];
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=Broker',
      keys,
      extensions,
    });
    return made.toString('pem');
  };

  it('keeps whom it believes while it is not let in by a broker that the new ones vouch for', async () => {
    expect(await believe([await certificateOf(true)])).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('the broker is unreachable'),
    });
    expect(openCredentialFolder(folder).authorities()).toBeNull();
  });

  it('believes no certificate that vouches for nobody', async () => {
    const [authority, other] = [await certificateOf(true), await certificateOf(false)];
    for (const told of [other, 'what cannot be read']) {
      expect(await believe([authority, told])).toEqual({
        outcome: 'failed',
        detail: 'one of these certificates is no authority’s',
      });
    }
  });
});
