import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrokerAddress, brokerOf, brokerVariables, parseConfig } from '@tillwire/runtime';
import { z } from 'zod';

/** The accounts in the environment files that `broker init` wrote, by user. */
export async function readAccounts(folder: string): Promise<ReadonlyMap<string, BrokerAddress>> {
  const accounts = new Map<string, BrokerAddress>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.env')).toSorted()) {
    const lines = (await readFile(join(folder, file), 'utf8')).trim().split('\n');
    const env = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const address = brokerOf(parseConfig(z.object(brokerVariables), env));
    if (address !== null) accounts.set(file.slice(0, -'.env'.length), address);
  }
  return accounts;
}
