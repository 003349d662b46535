import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import {
  type BrokerAddress,
  certificateOf,
  probeBroker,
  systemClock,
  systemIds,
} from '@tillwire/runtime';

/** One thing looked at. A fault stops work or loses something; a warning will. */
export interface Finding {
  readonly state: 'good' | 'warning' | 'fault';
  /** What was looked at, one word or two: for scripts. */
  readonly about: string;
  readonly what: string;
  /** What to do about it; '' when it is good. */
  readonly remedy: string;
}

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;
const APPS = join(import.meta.dirname, '../..');

export const good = (about: string, what: string): Finding => ({
  state: 'good',
  about,
  what,
  remedy: '',
});
export const warning = (about: string, what: string, remedy: string): Finding => ({
  state: 'warning',
  about,
  what,
  remedy,
});
export const fault = (about: string, what: string, remedy: string): Finding => ({
  state: 'fault',
  about,
  what,
  remedy,
});

export const reasonOf = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : String(error);

/** Several looks, each of which may fail by itself. */
export async function look(
  about: string,
  remedy: string,
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    return [fault(about, `${about}: ${reasonOf(error)}`, remedy)];
  }
}

/** Whether the broker is there, is who it should be, and lets us do what `filter` stands for. */
export async function lookAtBroker(
  broker: BrokerAddress | null,
  { client, filter }: { readonly client: string; readonly filter: string },
): Promise<readonly Finding[]> {
  if (broker === null) return [fault('broker', 'no broker is configured', 'set MQTT_URL')];
  const { url } = broker;
  const answer = await probeBroker(broker, `${client}-doctor-${systemIds.uuid()}`, filter);
  const own = [broker.cert, broker.ca].flatMap((pem) => (pem === undefined ? [] : [pem]));
  const findings = [
    answer.type === 'let-in'
      ? good('broker', `the broker at ${url} lets us in`)
      : fault(
          'broker',
          `the broker at ${url} is ${answer.type}: ${answer.detail}`,
          brokerRemedy(answer.type),
        ),
    ...own.map((pem) => lookAtCertificate(pem)),
  ];
  if (!url.startsWith('mqtts:')) {
    const plain = 'everything goes over the line in the clear, the password too';
    return [...findings, warning('TLS', plain, 'use mqtts:// but to this machine itself')];
  }
  if (answer.type === 'unreachable') return findings;
  const { validToMs, protocol } = await certificateOf(url);
  return [...findings, life(`the broker’s certificate (${protocol})`, validToMs, RENEW_SERVER)];
}

const RENEW_SERVER =
  'tillwire broker renew DIR on the machine of the authority, then reload the broker (docs/operations.md)';

function brokerRemedy(type: 'refused' | 'not-trusted' | 'unreachable'): string {
  switch (type) {
    case 'refused':
      return 'the store was revoked, or its credential replaced: provision it again (store provision --again)';
    case 'not-trusted':
      return 'compare MQTT_URL and MQTT_CA with the broker’s certificate, and the clock with the time';
    case 'unreachable':
      return 'is the broker running, and does the network let this machine reach its port?';
  }
}

/** How long a certificate of ours, or of the authority we know, still holds. */
export function lookAtCertificate(pem: string): Finding {
  const { subject, validTo, ca } = new X509Certificate(pem);
  const remedy = ca
    ? 'make a new broker folder and renew every machine (docs/operations.md)'
    : 'a store’s is renewed by itself while it has a line; others by tillwire broker renew DIR';
  return life(`the certificate of ${subject.replace('CN=', '')}`, Date.parse(validTo), remedy);
}

function life(whose: string, endsAtMs: number, remedy: string): Finding {
  const days = Math.floor((endsAtMs - systemClock.nowMs()) / DAY_MS);
  const what = days < 0 ? `${whose} ran out ${-days} days ago` : `${whose} holds for ${days} days`;
  if (days < 7) return fault('certificate', what, remedy);
  return days < 30 ? warning('certificate', what, remedy) : good('certificate', what);
}

export const lookAtPages = (app: string): Finding =>
  existsSync(join(APPS, app, 'ui', 'dist', 'index.html'))
    ? good('screens', 'the screens are built')
    : fault('screens', 'the screens are not built', 'npm run build, or install the package anew');

export function lookAtDisk(freeBytes: number): Finding {
  const free = `${(freeBytes / GIB).toFixed(1)} GiB of the disk are free`;
  const remedy = 'make room: old backups and exports first';
  if (freeBytes < GIB / 2) return fault('disk', free, remedy);
  return freeBytes < 4 * GIB ? warning('disk', free, remedy) : good('disk', free);
}

/** Files and folders that hold secrets: only their owner may read them, and whoever owns their folder must. */
export function lookAtSecrets(paths: readonly string[]): readonly Finding[] {
  const there = paths.flatMap((path) => {
    if (!existsSync(path)) return [];
    return [path, ...(statSync(path).isDirectory() ? filesIn(path) : [])];
  });
  const wrong = there.flatMap((path) => {
    const { mode, uid } = statSync(path);
    if ((mode & 0o077) !== 0 && !isShut(dirname(path))) {
      const bits = (mode & 0o777).toString(8);
      return [fault('secrets', `${path} can be read by others (${bits})`, `chmod go= ${path}`)];
    }
    const owner = statSync(dirname(path)).uid;
    return uid === owner
      ? []
      : [
          fault(
            'secrets',
            `${path} belongs to another user than its folder`,
            `chown --reference=${dirname(path)} ${path}`,
          ),
        ];
  });
  return wrong.length === 0 && there.length > 0
    ? [good('secrets', `${there.length} files and folders with secrets are their owner’s alone`)]
    : wrong;
}

/** Whether a folder, or one above it, lets nobody in but its owner. */
function isShut(folder: string): boolean {
  if ((statSync(folder).mode & 0o077) === 0) return true;
  return dirname(folder) !== folder && isShut(dirname(folder));
}

const PUBLIC = /\.crt$|trust-anchors\.pem$/;
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => !PUBLIC.test(name))
    .map((name) => join(folder, name));

const ANSWER_WITHIN_MS = 2000;

/** Who answers where our pages should be. */
export async function lookAtPort(
  { host, port }: { readonly host: string; readonly port: number },
  service: string,
): Promise<Finding> {
  if (port === 0) return good('port', 'a free port is taken at each start');
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const at = `${near.includes(':') ? `[${near}]` : near}:${port}`;
  const taken = fault(
    'port',
    `something else answers at ${at}`,
    `end it (ss -ltnp 'sport = :${port}'), or set HTTP_PORT`,
  );
  try {
    const response = await fetch(`http://${at}/readyz`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const body = (await response.json()) as { status?: unknown; code?: unknown; detail?: unknown };
    if (body.status === 'ready') return good('port', `the service answers at ${at} and is ready`);
    return body.code === 'not-ready'
      ? warning('port', `the service at ${at} is not ready yet`, 'see the other findings')
      : taken;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'ECONNREFUSED') return taken;
    const remedy = `systemctl status ${service}; journalctl -u ${service} says why`;
    if (port < 1024 && process.getuid?.() !== 0) {
      return warning('port', `nothing answers at ${at}, a port only root may take`, remedy);
    }
    return warning('port', `nothing answers at ${at}: the service does not run`, remedy);
  }
}
