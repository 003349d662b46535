import {
  type Command,
  rotationContext,
  type TrustedKey,
  trustedKeyFromPem,
  unseal,
} from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import {
  type BrokerAddress,
  type CrashPoint,
  type Ids,
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
      if (broker === null) throw new Error('no broker is configured');
      return folder === null ? broker : withLogin(broker, folder.login());
    },
    trusted,
    registry: {
      ...(folder === null || broker === null
        ? {}
        : { rotate: (asked) => takeCredential(asked, { ...deps, broker, folder }) }),
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

const withLogin = (
  broker: BrokerAddress,
  { user, password }: { readonly user: string; readonly password: string },
): BrokerAddress => ({ ...broker, username: user, password });

/**
 * A new credential is written down, proven by connecting with it, and only then takes the place of the old one: at
 * every moment the one in use is one the broker knows (protocol.md §6.3). Asked again after a crash it goes on.
 */
async function takeCredential(
  { user, sealed }: Extract<Command, { readonly name: 'rotate' }>,
  {
    store,
    broker,
    folder,
    crashPoint,
    ids,
    log,
  }: IdentityDeps & { readonly broker: BrokerAddress; readonly folder: CredentialFolder },
): Promise<CommandOutcome> {
  const password = unseal(folder.storeKey(), rotationContext(store, user), sealed);
  if (password === null) {
    return { outcome: 'failed', detail: `the credential ${user} is not sealed for this store` };
  }
  const login = { user, password };
  const inUse = folder.login();
  const isTaken = inUse.user === user && inUse.password === password;
  if (!isTaken) folder.propose(login);
  crashPoint('credential-proposed');
  const answer = await probeBroker(withLogin(broker, login), `${store}-rotation-${ids.uuid()}`);
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
