import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  type BrokerLogin,
  type Command,
  rotationContext,
  topicOf,
  type TrustedKey,
  trustedKeyFromPem,
  unseal,
} from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import {
  type BrokerAddress,
  type CrashPoint,
  type Ids,
  isAuthority,
  type Log,
  probeBroker,
  writeSecretFile,
} from '@tillwire/runtime';
import type { CommandOutcome, CommandRegistry } from '../sync/commands.ts';
import { type CredentialFolder, openCredentialFolder } from './credential-folder.ts';

export interface IdentityDeps {
  readonly store: StoreCode;
  /** As configured; the login is the folder's where there is one. */
  readonly broker: BrokerAddress | null;
  /** Null: the login is configured by hand, and nobody rotates it. */
  readonly credentialDir: string | null;
  readonly trustAnchors: readonly TrustedKey[];
  /** The file they are pinned in; null: they can't change. */
  readonly trustAnchorsFile: string | null;
  readonly crashPoint: CrashPoint;
  readonly ids: Ids;
  readonly log: Log;
}

interface ConnectedDeps extends IdentityDeps {
  readonly broker: BrokerAddress;
  readonly folder: CredentialFolder;
}

/** Who this kiosk is to the broker, and whom it believes; both change while it runs, by Head Office's word. */
export interface Identity {
  readonly broker: () => BrokerAddress;
  /** The same array for as long as the process lives: its content changes. */
  readonly trusted: readonly TrustedKey[];
  readonly registry: CommandRegistry;
}

export function createIdentity(deps: IdentityDeps): Identity {
  const { broker, credentialDir, trustAnchorsFile } = deps;
  const trusted = [...deps.trustAnchors];
  const folder = credentialDir === null ? null : openCredentialFolder(credentialDir);
  return {
    broker: () => {
      const found = brokerOfKiosk(deps);
      if (found === null) throw new Error('no broker is configured');
      return found;
    },
    trusted,
    registry: {
      ...(folder === null || broker === null
        ? {}
        : {
            enrol: ({ user }) => askForCertificate(user, folder, deps.crashPoint),
            rotate: (asked) => takeCredential(asked, { ...deps, broker, folder }),
            'trust-broker': ({ authorities }) =>
              believeAuthorities(authorities, { ...deps, broker, folder }),
          }),
      ...(trustAnchorsFile === null
        ? {}
        : {
            trust: async ({ keys }) => {
              const parsed = keys.map(trustedKeyFromPem);
              writeSecretFile(trustAnchorsFile, keys.map((key) => `${key.trim()}\n`).join(''));
              trusted.splice(0, trusted.length, ...parsed);
              return { outcome: 'done', detail: parsed.map(({ id }) => id).join(' ') };
            },
          }),
    },
  };
}

/** The broker as this kiosk reaches it now: the login is the folder's where there is one. */
export const brokerOfKiosk = ({
  broker,
  credentialDir,
}: Pick<IdentityDeps, 'broker' | 'credentialDir'>): BrokerAddress | null =>
  broker === null || credentialDir === null
    ? broker
    : asFolderSays(broker, openCredentialFolder(credentialDir));

const vouchedFor = (broker: BrokerAddress, folder: CredentialFolder): BrokerAddress => ({
  ...broker,
  ca: folder.authorities() ?? broker.ca,
});

const asFolderSays = (broker: BrokerAddress, folder: CredentialFolder): BrokerAddress =>
  withLogin(vouchedFor(broker, folder), folder.login());

/**
 * Other authorities may vouch for the broker from now on. Tried first: the one that told this store so has to be among
 * those that they vouch for, or it would never be reached again.
 */
async function believeAuthorities(
  authorities: readonly string[],
  { store, broker, folder, ids, log }: ConnectedDeps,
): Promise<CommandOutcome> {
  const ca = authorities.map((one) => `${one.trim()}\n`).join('');
  if (!authorities.every(isAuthority)) {
    return { outcome: 'failed', detail: 'one of these certificates is no authority’s' };
  }
  const answer = await probeBroker(
    { ...asFolderSays(broker, folder), ca },
    `${store}-authorities-${ids.uuid()}`,
    topicOf('ack', store),
  );
  if (answer.type !== 'let-in') {
    return { outcome: 'failed', detail: `the broker is ${answer.type}: ${answer.detail}` };
  }
  folder.believe(ca);
  log.info({ authorities: authorities.length }, 'other authorities may vouch for the broker');
  return { outcome: 'done', detail: `${authorities.length} believed` };
}

/** The broker as `login` reaches it: whom a certificate stands for is read off the certificate. */
export const withLogin = (broker: BrokerAddress, login: BrokerLogin): BrokerAddress =>
  'password' in login
    ? { ...broker, username: login.user, password: login.password }
    : { ...broker, cert: login.certificate, key: login.key };

/** Makes a key for a certificate of `user`; asked again it answers the same, also after a crash. */
async function askForCertificate(
  user: string,
  folder: CredentialFolder,
  crashPoint: CrashPoint,
): Promise<CommandOutcome> {
  let kept = folder.request();
  if (kept?.user !== user) {
    // Loaded only where certificates are used: it is large.
    const { newCertificateRequest } = await import('./certificate-request.ts');
    kept = { user, ...(await newCertificateRequest(user)) };
    folder.keepRequest(kept);
  }
  crashPoint('certificate-requested');
  return { outcome: 'done', detail: kept.request };
}

const CERTIFICATE = '-----BEGIN CERTIFICATE-----';

/** The login that was sealed: a password as it is, a certificate with the key it was asked for; null without that. */
function loginOf(user: string, unsealed: string, folder: CredentialFolder): BrokerLogin | null {
  if (!unsealed.startsWith(CERTIFICATE)) return { user, password: unsealed };
  const [inUse, kept] = [folder.login(), folder.request()];
  // Taken already, and asked again since whoever took it died before it said so.
  if ('certificate' in inUse && inUse.user === user && inUse.certificate === unsealed) return inUse;
  // Two machines that joined by one file are both asked for a request, and only one of them is answered.
  const isOurs =
    kept?.user === user &&
    new X509Certificate(unsealed).checkPrivateKey(createPrivateKey(kept.key));
  return isOurs ? { user, certificate: unsealed, key: kept.key } : null;
}

/**
 * A new credential is written down, proven by connecting with it, and only then takes the place of the old one: at
 * every moment the one in use is one the broker knows. Asked again after a crash it goes on.
 */
async function takeCredential(
  { user, sealed }: Extract<Command, { readonly name: 'rotate' }>,
  { store, broker, folder, crashPoint, ids, log }: ConnectedDeps,
): Promise<CommandOutcome> {
  const unsealed = unseal(folder.storeKey(), rotationContext(store, user), sealed);
  if (unsealed === null) {
    return { outcome: 'failed', detail: `the credential ${user} is not sealed for this store` };
  }
  const login = loginOf(user, unsealed, folder);
  if (login === null) {
    return {
      outcome: 'failed',
      detail: `the certificate ${user} is not over a key of this machine: did another one join as ${store}?`,
    };
  }
  const isTaken = isDeepStrictEqual(folder.login(), login);
  if (!isTaken) folder.propose(login);
  crashPoint('credential-proposed');
  const answer = await probeBroker(
    withLogin(vouchedFor(broker, folder), login),
    `${store}-rotation-${ids.uuid()}`,
    topicOf('ack', store),
  );
  if (answer.type !== 'let-in') {
    // One that is in use already stays: the broker may only be away for a moment.
    if (isTaken) throw new Error(`the broker is ${answer.type}: ${answer.detail}`);
    folder.forget();
    return { outcome: 'failed', detail: `the broker is ${answer.type}: ${answer.detail}` };
  }
  crashPoint('credential-proven');
  if (!isTaken) folder.take();
  crashPoint('credential-taken');
  log.info({ user }, 'a new credential is in use');
  return { outcome: 'done', detail: `${user} is in use` };
}
