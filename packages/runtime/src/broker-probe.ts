import mqtt, { type MqttClient } from 'mqtt';
import type { BrokerAddress } from './mqtt-link.ts';

/** How a broker answered a single try to connect. */
export type BrokerAnswer =
  | { readonly type: 'let-in' }
  /** It knows no such user, or the credential is wrong or revoked. */
  | { readonly type: 'refused'; readonly detail: string }
  /** Its certificate is not for this host, has run out, or another authority vouches for it. */
  | { readonly type: 'not-trusted'; readonly detail: string }
  | { readonly type: 'unreachable'; readonly detail: string };

const WITHIN_MS = 10_000;
const NO_RIGHTS: BrokerAnswer = { type: 'refused', detail: 'this user has no rights there' };
/** Bad user name or password, and not authorized: of MQTT 3.1.1, then of 5. */
const REFUSED = new Set<unknown>([4, 5, 134, 135]);

const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock of this machine right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  SELF_SIGNED_CERT_IN_CHAIN: 'another authority vouches for it than the one known here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it vouches for itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'another authority vouches for it than the one known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'another authority vouches for it than the one known here',
  CERT_SIGNATURE_FAILURE: 'another authority vouches for it than the one known here',
};

/** How a broker turns away a certificate of ours; it says so once the handshake is over. */
const ALERTS: readonly (readonly [RegExp, string])[] = [
  [/ALERT_CERTIFICATE_EXPIRED/, 'our certificate has expired'],
  [/ALERT_CERTIFICATE_REVOKED/, 'our certificate is revoked'],
  [/ALERT_UNKNOWN_CA/, 'our certificate is of an authority it does not know'],
  [/ALERT_CERTIFICATE_REQUIRED/, 'it wants a certificate, and we have none'],
  [/ALERT_(BAD|UNSUPPORTED)_CERTIFICATE|ALERT_CERTIFICATE_UNKNOWN/, 'it takes no such certificate'],
];

/**
 * Connects once, and leaves again: whether the broker is there, is who it claims to be, and lets us in. A certificate
 * gets in even when its user has no account any more: only what it may subscribe to (`filter`) tells.
 */
export function probeBroker(
  address: BrokerAddress,
  clientId: string,
  filter?: string,
): Promise<BrokerAnswer> {
  const { url, protocolVersion = 5, ...credential } = address;
  const given = Object.fromEntries(
    Object.entries(credential).filter(([, value]) => value !== undefined),
  );
  return new Promise((resolve) => {
    let client: MqttClient;
    try {
      client = mqtt.connect(url, {
        ...given,
        clientId,
        protocolVersion,
        clean: true,
        reconnectPeriod: 0,
        connectTimeout: WITHIN_MS,
      });
    } catch (error) {
      // A certificate or key that is none, before anything is sent.
      return resolve(answerOf(error instanceof Error ? error : new Error(String(error))));
    }
    const settle = (answer: BrokerAnswer): void => {
      clearTimeout(timer);
      // What a connection that was given up says later is nobody's business.
      client.removeAllListeners();
      client.on('error', () => undefined);
      client.end(answer.type !== 'let-in', {}, () => resolve(answer));
    };
    const timer = setTimeout(
      () => settle({ type: 'unreachable', detail: `no answer within ${WITHIN_MS} ms` }),
      WITHIN_MS,
    );
    client.once('connect', () => {
      if (filter === undefined) return settle({ type: 'let-in' });
      client.subscribe(filter, { qos: 1 }, (error, granted) => {
        const isRefused = error !== null || (granted?.some(({ qos }) => qos >= 128) ?? true);
        settle(isRefused ? NO_RIGHTS : { type: 'let-in' });
      });
    });
    client.once('error', (error) => settle(answerOf(error)));
    client.once('close', () => settle({ type: 'unreachable', detail: 'it closed the connection' }));
  });
}

function answerOf(error: Error): BrokerAnswer {
  const code = 'code' in error ? error.code : undefined;
  if (REFUSED.has(code)) return { type: 'refused', detail: error.message };
  const alert = ALERTS.find(([pattern]) => pattern.test(String(code)));
  if (alert !== undefined) return { type: 'refused', detail: alert[1] };
  const fault = typeof code === 'string' ? CERTIFICATE_FAULTS[code] : undefined;
  if (fault !== undefined) return { type: 'not-trusted', detail: fault };
  if (/wrong version number|packet length too long/.test(error.message)) {
    return { type: 'unreachable', detail: 'what answers there speaks no TLS' };
  }
  return { type: 'unreachable', detail: error.message === '' ? String(code) : error.message };
}
