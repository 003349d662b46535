import { parseEnv } from 'node:util';
import { type BrokerAddress, brokerOf, brokerVariables, fileText } from '@tillwire/runtime';
import { z } from 'zod';
import type { Identity } from '../broker/authority.ts';

/** The broker as the account reaches it that changes the others. */
export interface BrokerAdmin extends BrokerAddress {
  /** What vouches for clients; null: they are known by passwords. */
  readonly clientAuthority: Identity | null;
}

const schema = z.object({
  ...brokerVariables,
  MQTT_CLIENT_CA: fileText.optional(),
  MQTT_CLIENT_CA_KEY: fileText.optional(),
});

/** The broker's admin out of the text of the environment file `broker init` wrote; null when it is not one. */
export function brokerAdminOf(text: string): BrokerAdmin | null {
  const found = schema.safeParse(parseEnv(text));
  const address = found.success ? brokerOf(found.data) : null;
  if (address === null) return null;
  const { MQTT_CLIENT_CA: certificate, MQTT_CLIENT_CA_KEY: key } = found.data ?? {};
  const isVouching = certificate !== undefined && key !== undefined;
  return { ...address, clientAuthority: isVouching ? { certificate, key } : null };
}
