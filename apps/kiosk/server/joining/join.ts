import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import {
  type BrokerLogin,
  brokerLoginSchema,
  type JoinContent,
  type JoinFault,
  readJoinFile,
  topicOf,
  trustedKeyFromPem,
} from '@tillwire/contract';
import { invariant, isTimeZone, parseRollover, storeCode } from '@tillwire/domain';
import {
  actAsOwnerOf,
  type Clock,
  type Ids,
  probeBroker,
  writeSecretFile,
} from '@tillwire/runtime';
import { openKioskDatabase } from '../store/database.ts';
import { beginEpoch } from '../store/restore-store.ts';
import { AUTHORITIES, writeCredentialFolder } from './credential-folder.ts';
import { withLogin } from './identity.ts';

const FILE_BYTES_AT_MOST = 2 * 1024 * 1024;
const PEM_BLOCK = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g;
/** What ends or bends a value in an environment file, as Node or as systemd reads it. */
const UNFIT_IN_ENVIRONMENT = /["'\\$`#\s\0]/;

/** A kiosk can't join, for a reason whoever stands before it can mend. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
}

export interface JoinOptions {
  readonly file: string;
  readonly code: string;
  /** Made when missing; must be empty, unless it is renewed. */
  readonly folder: string;
  /** The folder is this store's kiosk already: it gets new credentials and keeps everything it sold. */
  readonly renew: boolean;
  readonly http: { readonly host: string; readonly port: number };
  /** Without asking the broker: the line comes later. */
  readonly offline: boolean;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a kiosk that joined is started with. */
export interface Joined {
  readonly store: string;
  readonly name: string;
  /** Its environment file. */
  readonly environment: string;
  /** The epoch it begins above an earlier machine's; null: the store is new. */
  readonly epoch: number | null;
}

/**
 * Makes an empty folder a kiosk: opens the join file, lets the broker confirm the credential, and
 * writes credential, trust anchors, database and environment. Nothing is left behind when something is wrong.
 * @throws {JoinError}
 */
export async function joinKiosk(options: JoinOptions): Promise<Joined> {
  const { file, code, offline, clock, ids } = options;
  const folder = resolve(options.folder);
  // The file is root's to read; what comes of it is for the services, which are not root's.
  const content = openJoinFile(file, { code, nowMs: clock.nowMs() });
  actAsOwnerOf(folder);
  if (options.renew) {
    checkKiosk(folder, content);
    if (!offline) await askBroker(content, ids);
    return renewKiosk(folder, content);
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new JoinError(`${folder} is not empty: a kiosk is never joined over another`);
  }
  if (UNFIT_IN_ENVIRONMENT.test(folder)) {
    throw new JoinError(`${folder}: a kiosk's folder has no spaces, quotes, # or $ in its name`);
  }
  if (!offline) await askBroker(content, ids);
  const isOurs = !existsSync(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  claim(folder);
  try {
    const made = await writeKiosk(folder, content, options);
    rmSync(join(folder, CLAIM));
    return made;
  } catch (error) {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    if (isOurs) rmSync(folder, { recursive: true });
    throw error;
  }
}

const CLAIM = '.joining';

/** Of two at once only one goes on: the other would take away what that one wrote. @throws {JoinError} */
function claim(folder: string): void {
  try {
    closeSync(openSync(join(folder, CLAIM), 'wx'));
  } catch {
    throw new JoinError(`${folder} is not empty: another join is at work there, or died there`);
  }
}

function openJoinFile(
  file: string,
  { code, nowMs }: { readonly code: string; readonly nowMs: number },
): JoinContent {
  let text = '';
  try {
    // Nothing that large is a join file, and it is not read to find that out.
    if (statSync(file).size <= FILE_BYTES_AT_MOST) text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new JoinError(`${file} can't be read: ${error instanceof Error ? error.message : ''}`);
  }
  const opened = readJoinFile(text, { code, nowMs });
  if (!opened.ok) throw new JoinError(`${file}: ${faultText(opened.error, nowMs)}`);
  const unfit = unfitIn(opened.value);
  if (unfit === null) return opened.value;
  throw new JoinError(`${file}: ${unfit}: Head Office wrote it wrongly, make a new one`);
}

/**
 * What a kiosk could not be started with, or what would say more in its environment file than it should: whoever made
 * the file may not be Head Office. Null when nothing is wrong.
 */
function unfitIn({ day, broker, trust_anchors }: JoinContent): string | null {
  if (!isTimeZone(day.time_zone)) return `its time zone is ${JSON.stringify(day.time_zone)}`;
  if (parseRollover(day.rollover) === null) {
    return `its day ends at ${JSON.stringify(day.rollover)}`;
  }
  if (UNFIT_IN_ENVIRONMENT.test(broker.url)) return `its broker is ${JSON.stringify(broker.url)}`;
  try {
    const keys = trust_anchors.match(PEM_BLOCK) ?? [];
    keys.forEach(trustedKeyFromPem);
    if (keys.length === 0) return 'it holds no key of Head Office';
    const own = 'certificate' in broker ? [broker.certificate] : [];
    const certificates = [...(broker.ca === '' ? [] : [broker.ca]), ...own].map(
      (pem) => new X509Certificate(pem),
    );
    const isPaired =
      !('key' in broker) || certificates.at(-1)?.checkPrivateKey(createPrivateKey(broker.key));
    return isPaired === true ? null : 'the key in it is not its certificate’s';
  } catch {
    return 'a key or certificate in it can’t be read';
  }
}

function faultText(fault: JoinFault, nowMs: number): string {
  const now = new Date(nowMs).toISOString();
  switch (fault.type) {
    case 'not-a-join-file':
      return 'this is no join file: `tillwire store provision` writes one';
    case 'other-version':
      return `it was written by another version of Tillwire (format ${fault.version}): make a new one, or upgrade`;
    case 'clock-behind':
      return `it was made at ${fault.issuedAt}, but the clock of this machine says ${now}: set the clock`;
    case 'expired':
      return `it could be used until ${fault.expiresAt} (the clock of this machine says ${now}): make a new one`;
    case 'wrong-code-or-changed':
      return 'it does not open: the code is another one, or the file was changed';
  }
}

async function askBroker({ store_code, broker }: JoinContent, ids: Ids): Promise<void> {
  const { url, ca } = broker;
  const answer = await probeBroker(
    withLogin({ url, ca: ca === '' ? undefined : ca }, loginOf(broker)),
    `${store_code}-join-${ids.uuid()}`,
    topicOf('ack', storeCode(store_code)),
  );
  switch (answer.type) {
    case 'let-in':
      return;
    case 'refused':
      throw new JoinError(
        `${url} does not know this credential: the file was used before, or replaced by a newer one. Make a new one`,
      );
    case 'not-trusted':
      throw new JoinError(`${url} is not the broker it should be: ${answer.detail}`);
    case 'unreachable':
      throw new JoinError(
        `${url} can't be reached: ${answer.detail}. Mend the line, or join without it by --offline`,
      );
  }
}

/** @throws {JoinError} unless `folder` holds the kiosk of that store. */
function checkKiosk(folder: string, { store_code }: JoinContent): void {
  const environment = join(folder, ENVIRONMENT);
  const store = existsSync(environment)
    ? parseEnv(readFileSync(environment, 'utf8'))['STORE_CODE']
    : undefined;
  if (store === store_code) return;
  throw new JoinError(
    store === undefined
      ? `${folder} holds no kiosk that could be renewed`
      : `${folder} is the kiosk of ${store}, and the file one for ${store_code}`,
  );
}

/** Address and authority are the environment's. */
const loginOf = (broker: JoinContent['broker']): BrokerLogin => brokerLoginSchema.parse(broker);

const TOKEN_BYTES = 24;
const ENVIRONMENT = 'kiosk.env';

/** Credential, broker and pinned keys; the login last, so that a death in between leaves the old one or all. */
function writeIdentity(folder: string, { broker, store_key, trust_anchors }: JoinContent) {
  const credentials = join(folder, 'credentials');
  const [ca, anchors] = [join(credentials, AUTHORITIES), join(credentials, 'trust-anchors.pem')];
  writeSecretFile(anchors, trust_anchors);
  if (broker.ca !== '') writeSecretFile(ca, broker.ca);
  writeCredentialFolder(credentials, { login: loginOf(broker), storeKey: store_key });
  return {
    MQTT_URL: broker.url,
    ...(broker.ca === '' ? {} : { MQTT_CA: ca }),
    CREDENTIAL_DIR: credentials,
    TRUST_ANCHORS: anchors,
  };
}

function writeEnvironment(folder: string, variables: Readonly<Record<string, string>>): string {
  const path = join(folder, ENVIRONMENT);
  const lines = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  invariant(
    lines.every((line) => !/[\r\n]/.test(line)),
    'a variable is one line',
  );
  writeSecretFile(path, `${lines.join('\n')}\n`);
  return path;
}

function renewKiosk(folder: string, content: JoinContent): Joined {
  const before = parseEnv(readFileSync(join(folder, ENVIRONMENT), 'utf8')) as Record<
    string,
    string
  >;
  const environment = writeEnvironment(folder, { ...before, ...writeIdentity(folder, content) });
  return { store: content.store_code, name: content.name, environment, epoch: null };
}

async function writeKiosk(
  folder: string,
  content: JoinContent,
  { http, clock, ids }: JoinOptions,
): Promise<Joined> {
  const { store_code, name, day, last_epoch } = content;
  const identity = writeIdentity(folder, content);
  const path = join(folder, 'data', `${store_code}.db`);
  const database = await openKioskDatabase({ path }, { store: storeCode(store_code), clock, ids });
  let epoch: number | null = null;
  try {
    if (last_epoch > 0) {
      const rules = {
        timeZone: day.time_zone,
        rolloverMinutes: parseRollover(day.rollover) ?? 0,
      };
      const begun = await beginEpoch(database, {
        nowMs: clock.nowMs(),
        rules,
        ids,
        known: last_epoch,
      });
      epoch = begun.epoch;
    }
  } finally {
    await database.destroy();
  }
  const environment = writeEnvironment(folder, {
    STORE_CODE: store_code,
    ...identity,
    DB_PATH: path,
    EXPORT_DIR: join(folder, 'exports'),
    BACKUP_DIR: join(folder, 'backups'),
    TZ_STORE: day.time_zone,
    DAY_ROLLOVER: day.rollover,
    HTTP_HOST: http.host,
    HTTP_PORT: String(http.port),
    API_TOKEN: ids.secret(TOKEN_BYTES),
  });
  return { store: store_code, name, environment, epoch };
}
