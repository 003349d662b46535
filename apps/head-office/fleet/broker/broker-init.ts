import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type { StoreCode } from '@tillwire/domain';
import {
  createAuthority,
  type Identity,
  issueClient,
  issueServer,
  type Issuing,
  revocationList,
} from './authority.ts';
import { type Account, dynamicSecurity } from './dynamic-security.ts';
import { accessFile, mosquittoConf } from './mosquitto-conf.ts';
import { type BrokerAuth, officeUsers } from './rights.ts';

export interface BrokerInit {
  /** Made when missing; must be empty. */
  readonly folder: string;
  /** Names and addresses clients reach the broker by; the first is the one written into the accounts. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly bind?: string | undefined;
  readonly stores: readonly StoreCode[];
  readonly auth: BrokerAuth;
  /** Folder of an earlier broker's authorities: `ca` and `clients`, as far as they are there, are gone on with. */
  readonly authority?: string | undefined;
  /** Path of Mosquitto's dynamic security plugin, when it is not where distributions put it. */
  readonly plugin?: string | undefined;
}

/** Where `broker init` put things, all absolute. */
export interface BrokerFiles {
  readonly configuration: string;
  /** The certificate by which clients know the broker. */
  readonly ca: string;
  /** One environment file an account, 0600: `MQTT_URL`, `MQTT_USER`, … */
  readonly accounts: Readonly<Record<string, string>>;
}

/** `broker init` can't go on, for a reason its caller can mend. */
export class BrokerInitError extends Error {
  override readonly name = 'BrokerInitError';
}

/** Enough that no dictionary reaches it, however fast Mosquitto's own hash is. */
const PASSWORD_BYTES = 24;

/**
 * Writes everything a Mosquitto broker of the chain needs: an authority and a server certificate, the
 * configuration, accounts with least rights and their credentials. Never touches a folder that holds anything.
 * @throws {BrokerInitError}
 */
export async function initBroker(init: BrokerInit, issuing: Issuing): Promise<BrokerFiles> {
  const folder = resolve(init.folder);
  const users = [...officeUsers(init.auth), ...init.stores];
  const plugin = init.auth === 'access-file' ? undefined : (init.plugin ?? (await findPlugin()));
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new BrokerInitError(`${folder} is not empty: a broker's authority is never overwritten`);
  }
  const [broker, ca, accounts] = ['mosquitto', 'authority', 'accounts'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const keeps = (file: string): boolean =>
    init.authority !== undefined && existsSync(join(init.authority, `${file}.crt`));
  if (init.authority !== undefined && !keeps('ca') && !keeps('clients')) {
    throw new BrokerInitError(`${init.authority} holds neither ca.crt nor clients.crt`);
  }
  const vouch = (file: string, name: string): Promise<Identity> =>
    keeps(file) ? readAuthority(join(init.authority ?? '', file)) : createAuthority(name, issuing);
  const authority = await vouch('ca', 'Tillwire broker authority');
  // An authority of its own: whoever vouches for clients every day can't pass for the broker.
  const clients =
    init.auth === 'dynsec' ? null : await vouch('clients', 'Tillwire client authority');
  await mkdir(broker);
  await mkdir(join(broker, 'data'));
  await Promise.all([ca, accounts].map((secret) => mkdir(secret, { mode: 0o700 })));

  const server = await issueServer(authority, init.hosts, issuing);
  const credentials = await Promise.all(
    users.map(async (user) => ({
      user,
      password: clients === null ? issuing.ids.secret(PASSWORD_BYTES) : null,
      identity: clients === null ? null : await issueClient(clients, user, issuing),
    })),
  );
  await writePublic(join(ca, 'ca.crt'), authority.certificate);
  await writeSecret(join(ca, 'ca.key'), authority.key);
  if (clients === null) await writePublic(join(broker, 'ca.crt'), authority.certificate);
  else {
    await writePublic(join(ca, 'clients.crt'), clients.certificate);
    await writeSecret(join(ca, 'clients.key'), clients.key);
    await writePublic(join(broker, 'clients.crt'), clients.certificate);
  }
  await writePublic(join(broker, 'server.crt'), server.certificate);
  await writeSecret(join(broker, 'server.key'), server.key);
  await writePublic(
    join(broker, 'mosquitto.conf'),
    mosquittoConf({ ...init, folder: broker, plugin }),
  );
  if (init.auth === 'access-file' && clients !== null) {
    await writePublic(join(broker, 'access.acl'), accessFile());
    await writePublic(join(broker, 'revoked.crl'), await revocationList(clients, [], issuing));
  } else {
    const state = dynamicSecurity(credentials, issuing.ids);
    await writeSecret(join(broker, 'dynamic-security.json'), JSON.stringify(state, null, 2));
  }
  const files = await Promise.all(
    credentials.map(async (credential) => [
      credential.user,
      await writeAccount(accounts, credential, init, ca),
    ]),
  );
  await giveAway({ folder, auth: init.auth });
  return {
    configuration: join(broker, 'mosquitto.conf'),
    ca: join(ca, 'ca.crt'),
    accounts: Object.fromEntries(files) as Record<string, string>,
  };
}

/** @throws {BrokerInitError} */
async function readAuthority(path: string): Promise<Identity> {
  try {
    const [certificate = '', key = ''] = await Promise.all(
      ['crt', 'key'].map((ending) => readFile(`${path}.${ending}`, 'utf8')),
    );
    if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
      return { certificate, key };
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BrokerInitError(`${path}.crt and ${path}.key can't be used: ${why}`);
  }
  throw new BrokerInitError(`${path}.key is not the key of ${path}.crt`);
}

async function writeAccount(
  folder: string,
  { user, password, identity }: Account & { readonly identity: Identity | null },
  { hosts, port }: BrokerInit,
  authority: string,
): Promise<string> {
  const lines = [
    `MQTT_URL=mqtts://${hostInUrl(hosts[0] ?? 'localhost')}:${port}`,
    `MQTT_CA=${join(authority, 'ca.crt')}`,
  ];
  if (identity === null) lines.push(`MQTT_USER=${user}`, `MQTT_PASS=${password}`);
  else {
    const [certificate, key] = [join(folder, `${user}.crt`), join(folder, `${user}.key`)];
    await writePublic(certificate, identity.certificate);
    await writeSecret(key, identity.key);
    lines.push(`MQTT_CERT=${certificate}`, `MQTT_KEY=${key}`);
    if (user === 'admin') {
      const clients = join(authority, 'clients');
      lines.push(`MQTT_CLIENT_CA=${clients}.crt`, `MQTT_CLIENT_CA_KEY=${clients}.key`);
    }
  }
  const file = join(folder, `${user}.env`);
  await writeSecret(file, `${lines.join('\n')}\n`);
  return file;
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const writePublic = (path: string, text: string): Promise<void> =>
  writeFile(path, text, { mode: 0o644, flag: 'wx' });

const writeSecret = (path: string, text: string): Promise<void> =>
  writeFile(path, text, { mode: 0o600, flag: 'wx' });

const PLUGIN = 'mosquitto_dynamic_security.so';
const LIBRARIES = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/opt/homebrew/lib'];

async function findPlugin(): Promise<string> {
  for (const library of LIBRARIES) {
    const entries = await readdir(library, { withFileTypes: true }).catch(() => []);
    if (entries.some(({ name }) => name === PLUGIN)) return join(library, PLUGIN);
    for (const folder of entries.filter((entry) => entry.isDirectory())) {
      const inside = await readdir(join(library, folder.name)).catch((): string[] => []);
      if (inside.includes(PLUGIN)) return join(library, folder.name, PLUGIN);
    }
  }
  throw new BrokerInitError(
    `${PLUGIN} is not installed: install Mosquitto first, or name the file with --plugin`,
  );
}

/**
 * Made by root, everything is for those who run as users of their own: Mosquitto has to read its keys and to save its
 * state, Head Office to read its accounts and, where it signs for stores, that authority. The key of the broker's
 * authority stays root's: no service needs it.
 */
async function giveAway({ folder, auth }: Pick<BrokerInit, 'folder' | 'auth'>): Promise<void> {
  const [broker, authority, accounts] = ['mosquitto', 'authority', 'accounts'].map((name) =>
    join(resolve(folder), name),
  ) as [string, string, string];
  await chmod(broker, 0o750);
  const [mosquitto, office] = [userNamed('mosquitto'), userNamed('tillwire')];
  if (mosquitto !== null) {
    for (const name of ['', ...(await readdir(broker))]) {
      await chown(join(broker, name), mosquitto.uid, mosquitto.gid);
    }
  }
  if (office === null) return;
  const signing = auth === 'certificates' ? ['clients.crt', 'clients.key'] : [];
  for (const path of [
    ...['ca.crt', ...signing].map((name) => join(authority, name)),
    ...(await readdir(accounts)).map((name) => join(accounts, name)),
  ]) {
    await chown(path, office.uid, office.gid);
  }
  for (const secret of [authority, accounts]) {
    await chown(secret, 0, office.gid);
    await chmod(secret, 0o750);
  }
}

/** Null: the machine has none, or whoever runs this may give nothing away. */
function userNamed(user: string): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === user);
  return entry === undefined ? null : { uid: Number(entry[2]), gid: Number(entry[3]) };
}
