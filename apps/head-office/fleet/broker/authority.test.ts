import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { systemClock, systemIds } from '@tillwire/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, type Identity, issueOnRequest } from './authority.ts';

const issuing = { clock: systemClock, ids: systemIds };
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;

async function requestFor(
  user: string,
  { algorithm = EC as typeof EC | typeof RSA, extensions = [] as readonly x509.Extension[] } = {},
): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [user] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [...extensions],
  });
  return request.toString('pem');
}

describe('a certificate on request', () => {
  let authority: Identity;
  beforeAll(async () => {
    authority = await createAuthority('Ours', issuing);
  });
  const issued = (request: string, user = 'S16.2') =>
    issueOnRequest(authority, { request, user, days: 365 }, issuing);

  it('is for its user, a year, and nothing but getting in', async () => {
    const wanted = [
      new x509.BasicConstraintsExtension(true, 5, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'broker.example' }]),
    ];
    const certificate = new X509Certificate(
      (await issued(await requestFor('S16.2', { extensions: wanted }))) ?? '',
    );
    expect(certificate.subject).toBe('CN=S16.2');
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    // What else a request asks for is not given.
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBeUndefined();
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    const days = (Date.parse(certificate.validTo) - systemClock.nowMs()) / 86_400_000;
    expect(Math.round(days)).toBe(365);
  });

  it('is not given for another user, a key of another kind, or a request nobody signed', async () => {
    expect(await issued(await requestFor('S17'))).toBeNull();
    expect(await issued(await requestFor('admin'))).toBeNull();
    expect(await issued(await requestFor('S16.2', { algorithm: RSA }))).toBeNull();
    const bytes = Buffer.from(x509.PemConverter.decodeFirst(await requestFor('S16.2')));
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    expect(await issued(x509.PemConverter.encode(bytes, 'CERTIFICATE REQUEST'))).toBeNull();
    for (const text of [
      '',
      'rubbish',
      authority.certificate,
      '-----BEGIN X-----\nAA\n-----END X-----',
    ]) {
      expect(await issued(text)).toBeNull();
    }
  });
});
