import { parseEnv } from 'node:util';
import { type BrokerAddress, brokerOf, brokerVariables } from '@tillwire/runtime';
import { z } from 'zod';

const schema = z.object(brokerVariables);

/**
 * The broker as its admin reaches it, out of the text of the environment file `broker init` wrote; null when it is
 * not one.
 */
export function brokerAdminOf(text: string): BrokerAddress | null {
  const found = schema.safeParse(parseEnv(text));
  return found.success ? brokerOf(found.data) : null;
}
