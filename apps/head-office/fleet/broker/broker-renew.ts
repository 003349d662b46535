import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isStoreCode } from '@tillwire/domain';
import { type Identity, issueClient, issueServer, type Issuing } from './authority.ts';
import { BrokerInitError } from './broker-init.ts';

/** Certificates that were issued anew, by file. */
export interface BrokerRenewed {
  readonly renewed: readonly string[];
}

/**
 * Issues the broker's certificate anew for the same hosts, and those of Head Office's accounts where they have any;
 * stores renew theirs by themselves. The authorities stay, so nobody has to be told. @throws {BrokerInitError}
 */
export async function renewBroker(given: string, issuing: Issuing): Promise<BrokerRenewed> {
  const folder = resolve(given);
  const [authority, server] = [join(folder, 'authority'), join(folder, 'mosquitto', 'server')];
  const hosts = hostsOf(await readFile(`${server}.crt`, 'utf8').catch(notOurs(folder)));
  await replace(server, await issueServer(await read(join(authority, 'ca')), hosts, issuing));
  const renewed = [`${server}.crt`];
  if (!existsSync(join(authority, 'clients.crt'))) return { renewed };
  const clients = await read(join(authority, 'clients'));
  const accounts = join(folder, 'accounts');
  for (const file of await readdir(accounts)) {
    const user = file.slice(0, -'.crt'.length);
    if (!file.endsWith('.crt') || isStoreCode(user)) continue;
    await replace(join(accounts, user), await issueClient(clients, user, issuing));
    renewed.push(join(accounts, file));
  }
  return { renewed };
}

const notOurs = (folder: string) => (): never => {
  throw new BrokerInitError(`${folder} is not a folder that broker init made`);
};

/** `DNS:localhost, IP Address:127.0.0.1`, first the one in the accounts. */
const hostsOf = (certificate: string): readonly string[] =>
  (new X509Certificate(certificate).subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''));

async function read(path: string): Promise<Identity> {
  try {
    const [certificate, key] = await Promise.all(
      ['crt', 'key'].map((ending) => readFile(`${path}.${ending}`, 'utf8')),
    );
    return { certificate: certificate ?? '', key: key ?? '' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BrokerInitError(`the authority's key is needed for this, put it back first: ${why}`);
  }
}

/** Both at once as far as files can: the key first, then the certificate over it. */
async function replace(path: string, { certificate, key }: Identity): Promise<void> {
  for (const [file, text] of [
    [`${path}.key`, key],
    [`${path}.crt`, certificate],
  ] as const) {
    const { uid, gid, mode } = await stat(file);
    const draft = `${file}.new`;
    await writeFile(draft, text, { mode: 0o600 });
    await chown(draft, uid, gid);
    await chmod(draft, mode);
    await rename(draft, file);
  }
}
