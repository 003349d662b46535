import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { BrokerAddress, Clock } from '@tillwire/runtime';
import type { Reading } from './signals.ts';

const LOOK_EVERY_MS = 600_000;
const WITHIN_MS = 5000;
const DEFAULT_TLS_PORT = 8883;

/**
 * How long the certificates between Head Office and its broker still live: the broker's own, the authority's that
 * vouches for it, and ours; the first to run out counts. Nothing without TLS, or while the broker is away.
 */
export function createCertificateReadings(
  broker: BrokerAddress,
  clock: Clock,
): () => Promise<readonly Reading[]> {
  const own = [broker.ca, broker.cert].flatMap((pem) =>
    pem === undefined ? [] : certificatesIn(pem).map((one) => Date.parse(one.validTo)),
  );
  let brokers: { readonly lookedAtMs: number; readonly endMs: number | null } | null = null;
  return async () => {
    const url = new URL(broker.url);
    if (url.protocol !== 'mqtts:') return [];
    const nowMs = clock.nowMs();
    if (brokers === null || nowMs - brokers.lookedAtMs >= LOOK_EVERY_MS) {
      brokers = { lookedAtMs: nowMs, endMs: await endOf(url, broker) };
    }
    const ends = [...own, ...(brokers.endMs === null ? [] : [brokers.endMs])];
    if (ends.length === 0) return [];
    const value = Math.max(0, Math.floor((Math.min(...ends) - nowMs) / 1000));
    return [{ store: '', signal: 'certificate-life', value }];
  };
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const certificatesIn = (pem: string): readonly X509Certificate[] =>
  [...pem.matchAll(PEM)].map(([text]) => new X509Certificate(text));

/** When the certificate a server shows runs out, whoever vouches for it: one that has run out is told too. */
function endOf({ hostname, port }: URL, { ca }: BrokerAddress): Promise<number | null> {
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
    const settle = (endMs: number | null): void => {
      socket.destroy();
      resolve(endMs);
    };
    socket.once('secureConnect', () => {
      const end = Date.parse(socket.getPeerCertificate().valid_to);
      settle(Number.isNaN(end) ? null : end);
    });
    socket.once('timeout', () => settle(null));
    socket.once('error', () => settle(null));
  });
}
