import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { BrokerAddress, Clock } from '@tillwire/runtime';
import type { Reading } from './signals.ts';

const LOOK_EVERY_MS = 600_000;
const WITHIN_MS = 5000;
const DEFAULT_TLS_PORT = 8883;

/** A certificate between Head Office and its broker, and when it runs out. */
export interface CertificateEnd {
  /** The broker's own, an authority's that vouches for it, or ours. */
  readonly whose: 'broker' | 'authority' | 'own';
  readonly subject: string;
  readonly endsAtMs: number;
}

/** Reads the certificates there are; none without TLS, and not the broker's while it is away. */
export function createCertificateWatch(
  broker: BrokerAddress,
  clock: Clock,
): () => Promise<readonly CertificateEnd[]> {
  const held = (whose: CertificateEnd['whose'], pem: string | undefined) =>
    pem === undefined ? [] : certificatesIn(pem).map((one) => endOf(whose, one));
  const own = [...held('authority', broker.ca), ...held('own', broker.cert)];
  let brokers: { readonly lookedAtMs: number; readonly end: CertificateEnd | null } | null = null;
  return async () => {
    const url = new URL(broker.url);
    if (url.protocol !== 'mqtts:') return [];
    const nowMs = clock.nowMs();
    if (brokers === null || nowMs - brokers.lookedAtMs >= LOOK_EVERY_MS) {
      brokers = { lookedAtMs: nowMs, end: await brokersEnd(url, broker) };
    }
    return [...(brokers.end === null ? [] : [brokers.end]), ...own];
  };
}

/** How long the first of those certificates to run out still lives. */
export function createCertificateReadings(
  broker: BrokerAddress,
  clock: Clock,
): () => Promise<readonly Reading[]> {
  const look = createCertificateWatch(broker, clock);
  return async () => {
    const ends = (await look()).map(({ endsAtMs }) => endsAtMs);
    if (ends.length === 0) return [];
    const value = Math.max(0, Math.floor((Math.min(...ends) - clock.nowMs()) / 1000));
    return [{ store: '', signal: 'certificate-life', value }];
  };
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const certificatesIn = (pem: string): readonly X509Certificate[] =>
  [...pem.matchAll(PEM)].map(([text]) => new X509Certificate(text));

const endOf = (
  whose: CertificateEnd['whose'],
  { subject, validTo }: Pick<X509Certificate, 'subject' | 'validTo'>,
): CertificateEnd => ({
  whose,
  subject: subject.replaceAll('\n', ', '),
  endsAtMs: Date.parse(validTo),
});

/** The certificate a server shows, whoever vouches for it: one that has run out is told too. */
function brokersEnd(
  { hostname, port }: URL,
  { ca }: BrokerAddress,
): Promise<CertificateEnd | null> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port === '' ? DEFAULT_TLS_PORT : port),
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(ca === undefined ? {} : { ca }),
      // Only its date is read; nothing is sent or believed.
      rejectUnauthorized: false,
      timeout: WITHIN_MS,
    });
    const settle = (end: CertificateEnd | null): void => {
      socket.destroy();
      resolve(end);
    };
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      settle(shown === undefined ? null : endOf('broker', shown));
    });
    socket.once('timeout', () => settle(null));
    socket.once('error', () => settle(null));
  });
}
