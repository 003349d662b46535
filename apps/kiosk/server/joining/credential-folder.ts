import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_BYTES } from '@tillwire/contract';
import { syncFolder, writeSecretFile } from '@tillwire/runtime';
import { z } from 'zod';

/** By what the broker knows this store. */
const loginSchema = z.object({ user: z.string().min(1), password: z.string().min(1) });
export type BrokerLogin = z.infer<typeof loginSchema>;

/** Where a kiosk keeps what lets it into the broker, outside its database: a restore can't take it back. */
export interface CredentialFolder {
  /** @throws when there is none. */
  readonly login: () => BrokerLogin;
  /** Beside the one in use, not used yet. */
  readonly propose: (login: BrokerLogin) => void;
  /** The proposed one takes the place of the one in use, in one step. */
  readonly take: () => void;
  readonly forget: () => void;
  /** What Head Office seals new credentials by. */
  readonly storeKey: () => Buffer;
}

const LOGIN = 'broker.json';
const PROPOSED = 'broker.next.json';
const STORE_KEY = 'store-key';

export function openCredentialFolder(folder: string): CredentialFolder {
  const path = (name: string): string => join(folder, name);
  return {
    login: () => loginSchema.parse(JSON.parse(readFileSync(path(LOGIN), 'utf8'))),
    propose: (login) => writeSecretFile(path(PROPOSED), `${JSON.stringify(login)}\n`),
    take: () => {
      renameSync(path(PROPOSED), path(LOGIN));
      syncFolder(folder);
    },
    forget: () => {
      if (!existsSync(path(PROPOSED))) return;
      rmSync(path(PROPOSED));
      syncFolder(folder);
    },
    storeKey: () => {
      const key = Buffer.from(readFileSync(path(STORE_KEY), 'utf8').trim(), 'base64url');
      if (key.length !== KEY_BYTES) throw new Error(`${path(STORE_KEY)} holds no key`);
      return key;
    },
  };
}

/** Writes the folder of a kiosk that joins. */
export function writeCredentialFolder(
  folder: string,
  { login, storeKey }: { readonly login: BrokerLogin; readonly storeKey: string },
): void {
  writeSecretFile(join(folder, STORE_KEY), `${storeKey}\n`);
  writeSecretFile(join(folder, LOGIN), `${JSON.stringify(login)}\n`);
}
