// The certificate library asks for this one to be loaded before it.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { Clock, Ids } from '@tillwire/runtime';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const LEAF_DAYS = 730;
/** Certificates hold from a little before they were made: shop clocks are not exact. */
const BACKDATED_MS = 3_600_000;

/** What certificates are made of beside keys: when, and a serial number never used before. */
export interface Issuing {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A certificate with its private key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of the chain's own, holding for ten years. */
export async function createAuthority(name: string, issuing: Issuing): Promise<Identity> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(issuing, AUTHORITY_DAYS),
    name: nameOf(name),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await keyPem(keys.privateKey) };
}

/** A server's certificate for `hosts` (names and addresses), holding for two years. */
export async function issueServer(
  authority: Identity,
  hosts: readonly string[],
  issuing: Issuing,
): Promise<Identity> {
  const keys = await newKeys();
  const certificate = await issue(authority, issuing, {
    name: hosts[0] ?? 'localhost',
    publicKey: keys.publicKey,
    days: LEAF_DAYS,
    usage: x509.ExtendedKeyUsage.serverAuth,
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        hosts.map((host) => ({
          type: isIP(host) === 0 ? ('dns' as const) : ('ip' as const),
          value: host,
        })),
      ),
    ],
  });
  return { certificate, key: await keyPem(keys.privateKey) };
}

/** A client's certificate: `user` is whom the broker takes it for. Holds for two years, unless told otherwise. */
export async function issueClient(
  authority: Identity,
  user: string,
  issuing: Issuing,
  days = LEAF_DAYS,
): Promise<Identity> {
  const keys = await newKeys();
  const certificate = await certify(authority, { user, publicKey: keys.publicKey, days }, issuing);
  return { certificate, key: await keyPem(keys.privateKey) };
}

/**
 * The certificate a client asked for by a signing request over a key that it keeps to itself. Of the request only the
 * key is believed, and only when it is signed by that key and asks for `user`; null otherwise.
 */
export async function issueOnRequest(
  authority: Identity,
  {
    request,
    user,
    days,
  }: { readonly request: string; readonly user: string; readonly days: number },
  issuing: Issuing,
): Promise<string | null> {
  const publicKey = await requestedKey(request, user);
  return publicKey === null ? null : certify(authority, { user, publicKey, days }, issuing);
}

async function requestedKey(request: string, user: string): Promise<webcrypto.CryptoKey | null> {
  try {
    const asked = new x509.Pkcs10CertificateRequest(request);
    const [name] = asked.subjectName.getField('CN');
    if (name !== user || !(await asked.verify())) return null;
    return await asked.publicKey.export(ALGORITHM, ['verify']);
  } catch {
    // Not a request at all, or over a key of a kind that is not used here.
    return null;
  }
}

const certify = (
  authority: Identity,
  {
    user,
    publicKey,
    days,
  }: { readonly user: string; readonly publicKey: webcrypto.CryptoKey; readonly days: number },
  issuing: Issuing,
): Promise<string> =>
  issue(authority, issuing, {
    name: user,
    publicKey,
    days,
    usage: x509.ExtendedKeyUsage.clientAuth,
    extensions: [],
  });

async function issue(
  authority: Identity,
  issuing: Issuing,
  {
    name,
    publicKey,
    days,
    usage,
    extensions,
  }: {
    readonly name: string;
    readonly publicKey: webcrypto.CryptoKey;
    readonly days: number;
    readonly usage: x509.ExtendedKeyUsage;
    readonly extensions: readonly x509.Extension[];
  },
): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(issuing, days),
    subject: nameOf(name),
    issuer: issuer.subject,
    publicKey,
    signingKey: await signingKey(authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage], true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...extensions,
    ],
  });
  return pemOf(certificate);
}

/** The list of certificates that hold no more, by serial number; empty at first. */
export async function revocationList(
  authority: Identity,
  revoked: readonly string[],
  { clock }: Pick<Issuing, 'clock'>,
): Promise<string> {
  const nowMs = clock.nowMs();
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(authority.certificate).subject,
    thisUpdate: new Date(nowMs - BACKDATED_MS),
    nextUpdate: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    entries: revoked.map((serial) => ({ serialNumber: serial, revocationDate: new Date(nowMs) })),
    signingKey: await signingKey(authority.key),
    signingAlgorithm: ALGORITHM,
  });
  return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

function validity(
  { clock, ids }: Issuing,
  days: number,
): { notBefore: Date; notAfter: Date; serialNumber: string } {
  const nowMs = clock.nowMs();
  const serial = Buffer.from(ids.secret(16), 'base64url');
  // Serial numbers are positive.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return {
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + days * DAY_MS),
    serialNumber: serial.toString('hex'),
  };
}

const nameOf = (commonName: string): x509.JsonName => [{ CN: [commonName] }];

const pemOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;

const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;

const signingKey = (pem: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, [
    'sign',
  ]);
