import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BrokerLogin, brokerLoginSchema, KEY_BYTES } from '@tillwire/contract';
import { syncFolder, writeSecretFile } from '@tillwire/runtime';
import { z } from 'zod';

/** A key made here and what asks for a certificate over it, both PEM. The key never leaves this folder. */
const requestSchema = z.object({ user: z.string(), key: z.string(), request: z.string() });
export type KeptRequest = z.infer<typeof requestSchema>;

/** Where a kiosk keeps what lets it into the broker, outside its database: a restore can't take it back. */
export interface CredentialFolder {
  /** @throws when there is none. */
  readonly login: () => BrokerLogin;
  /** Beside the one in use, not used yet. */
  readonly propose: (login: BrokerLogin) => void;
  /** The proposed one takes the place of the one in use, in one step. */
  readonly take: () => void;
  readonly forget: () => void;
  /** Null: no certificate was asked for that did not come. */
  readonly request: () => KeptRequest | null;
  readonly keepRequest: (request: KeptRequest) => void;
  /** What Head Office seals new credentials by. */
  readonly storeKey: () => Buffer;
  /** Who may vouch for the broker, PEM; null: nobody is named here. */
  readonly authorities: () => string | null;
  readonly believe: (authorities: string) => void;
}

/** Who may vouch for the broker; beside the login, since they change by Head Office's word like that. */
export const AUTHORITIES = 'broker-ca.crt';

const LOGIN = 'broker.json';
const PROPOSED = 'broker.next.json';
const REQUEST = 'broker.request.json';
const STORE_KEY = 'store-key';

export function openCredentialFolder(folder: string): CredentialFolder {
  const path = (name: string): string => join(folder, name);
  const remove = (name: string): void => {
    if (!existsSync(path(name))) return;
    rmSync(path(name));
    syncFolder(folder);
  };
  return {
    login: () => brokerLoginSchema.parse(JSON.parse(readFileSync(path(LOGIN), 'utf8'))),
    propose: (login) => writeSecretFile(path(PROPOSED), `${JSON.stringify(login)}\n`),
    take: () => {
      renameSync(path(PROPOSED), path(LOGIN));
      syncFolder(folder);
      // Its key is with the login now.
      remove(REQUEST);
    },
    forget: () => remove(PROPOSED),
    request: () =>
      existsSync(path(REQUEST))
        ? requestSchema.parse(JSON.parse(readFileSync(path(REQUEST), 'utf8')))
        : null,
    keepRequest: (request) => writeSecretFile(path(REQUEST), `${JSON.stringify(request)}\n`),
    storeKey: () => {
      const key = Buffer.from(readFileSync(path(STORE_KEY), 'utf8').trim(), 'base64url');
      if (key.length !== KEY_BYTES) throw new Error(`${path(STORE_KEY)} holds no key`);
      return key;
    },
    authorities: () =>
      existsSync(path(AUTHORITIES)) ? readFileSync(path(AUTHORITIES), 'utf8') : null,
    believe: (authorities) => writeSecretFile(path(AUTHORITIES), authorities),
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
