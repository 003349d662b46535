import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { BrokerAddress } from './mqtt-link.ts';

/** The text of the file a variable names. What stands there instead of a path may be a secret: it is not repeated. */
export const fileText = z.string().transform((path, context): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `cannot be read: ${codeOf(error)}`,
    });
    return z.NEVER;
  }
});

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'it cannot';

const isCertificate = (pem: string): boolean => isRead(() => new X509Certificate(pem));
/** Whether this is a certificate that may vouch for others. */
export const isAuthority = (pem: string): boolean =>
  isCertificate(pem) && new X509Certificate(pem).ca;
const isPrivateKey = (pem: string): boolean => isRead(() => createPrivateKey(pem));

function isRead(read: () => unknown): boolean {
  try {
    return read() !== null;
  } catch {
    return false;
  }
}

const port = z.coerce.number().int().min(1).max(65_535);

/** The variables that say where the broker is and who we are to it. */
export const brokerVariables = {
  MQTT_URL: z.url({ protocol: /^mqtts?$/, error: 'is an mqtt:// or mqtts:// address' }).optional(),
  MQTT_HOST: z.string().optional(),
  MQTT_PORT: port.optional(),
  MQTT_USER: z.string().optional(),
  MQTT_PASS: z.string().optional(),
  MQTT_CA: fileText.refine(isCertificate, 'holds no certificate in PEM form').optional(),
  MQTT_CERT: fileText.refine(isCertificate, 'holds no certificate in PEM form').optional(),
  MQTT_KEY: fileText.refine(isPrivateKey, 'holds no private key in PEM form').optional(),
  MQTT_VERSION: z.enum(['4', '5']).default('5'),
  MQTT_INSECURE: z.enum(['yes', 'no']).default('no'),
};
const schema = z.object(brokerVariables);
type BrokerVariables = z.infer<typeof schema>;

const DEFAULT_TLS_PORT = 8883;
const PLAIN_PORT = 1883;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host.startsWith('127.');

function urlOf({ MQTT_URL, MQTT_HOST, MQTT_PORT }: BrokerVariables): string | null {
  if (MQTT_URL !== undefined) return MQTT_URL;
  if (MQTT_HOST === undefined) return null;
  const at = MQTT_PORT ?? DEFAULT_TLS_PORT;
  return `${at === PLAIN_PORT ? 'mqtt' : 'mqtts'}://${MQTT_HOST}:${at}`;
}

/** What is wrong with the broker's variables taken together, with the one to name; null when nothing is. */
export function brokerFault(
  found: BrokerVariables,
): { readonly variable: string; readonly rule: string } | null {
  if (found.MQTT_URL !== undefined && found.MQTT_HOST !== undefined) {
    return { variable: 'MQTT_HOST', rule: 'is not set beside MQTT_URL' };
  }
  const { MQTT_CERT, MQTT_KEY } = found;
  if ((MQTT_CERT === undefined) !== (MQTT_KEY === undefined) || !isPair(MQTT_CERT, MQTT_KEY)) {
    return { variable: 'MQTT_KEY', rule: 'is the key of MQTT_CERT: both are set, or neither' };
  }
  const url = urlOf(found);
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === 'mqtt:' && found.MQTT_INSECURE === 'no' && !isLoopback(hostname)
    ? {
        variable: found.MQTT_URL === undefined ? 'MQTT_PORT' : 'MQTT_URL',
        rule: 'without TLS only to this machine, unless MQTT_INSECURE=yes',
      }
    : null;
}

const isPair = (certificate: string | undefined, key: string | undefined): boolean =>
  certificate === undefined ||
  key === undefined ||
  new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));

/** The broker the variables name; null when they name none. */
export function brokerOf(found: BrokerVariables): BrokerAddress | null {
  const url = urlOf(found);
  return url === null
    ? null
    : {
        url,
        username: found.MQTT_USER,
        password: found.MQTT_PASS,
        ca: found.MQTT_CA,
        cert: found.MQTT_CERT,
        key: found.MQTT_KEY,
        protocolVersion: found.MQTT_VERSION === '4' ? 4 : 5,
      };
}
