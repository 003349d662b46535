import { type BrokerAuth, kioskRights, officeUsers, type Rights, rightsOfUser } from './rights.ts';

/** The largest packet, bytes: a full batch or catalogue with room to spare. */
export const MAX_PACKET_BYTES = 16 * 1024 * 1024;
/** Unacknowledged publishes a client may have open; told to it as Receive Maximum where MQTT 5 is spoken. */
const MAX_INFLIGHT = 1000;

export interface MosquittoConf {
  /** Absolute; holds the files named below. */
  readonly folder: string;
  readonly port: number;
  /** The address to listen on; all when missing. */
  readonly bind?: string | undefined;
  readonly auth: BrokerAuth;
  /** Path of `mosquitto_dynamic_security.so`; where dynamic security is used. */
  readonly plugin?: string | undefined;
}

/** A complete `mosquitto.conf`; every line beyond the defaults says why it is there. */
export function mosquittoConf({ folder, port, bind, auth, plugin }: MosquittoConf): string {
  const lines = [
    '# Written by "tillwire broker init". Clients are told apart by TLS and, each, by a credential of its own.',
    'per_listener_settings false',
    'allow_anonymous false',
    '',
    `listener ${port}${bind === undefined ? '' : ` ${bind}`}`,
    `cafile ${folder}/${auth === 'dynsec' ? 'ca' : 'clients'}.crt`,
    `certfile ${folder}/server.crt`,
    `keyfile ${folder}/server.key`,
    'tls_version tlsv1.2',
    ...(auth === 'dynsec'
      ? []
      : [
          'require_certificate true',
          "# The certificate's common name is the user.",
          'use_identity_as_username true',
        ]),
    ...(auth === 'access-file'
      ? [`crlfile ${folder}/revoked.crl`, `acl_file ${folder}/access.acl`]
      : [
          '# Accounts and roles change live, over MQTT: rotation and revocation need no restart.',
          `plugin ${plugin ?? ''}`,
          `plugin_opt_config_file ${folder}/dynamic-security.json`,
        ]),
    '',
    '# Without it Nagle holds small packets back over TLS: publishing was 20 times slower.',
    'set_tcp_nodelay true',
    '',
    '# Retained catalogues live through a restart. Sales do not rest on it: only Head Office acknowledges those.',
    'persistence true',
    `persistence_location ${folder}/data/`,
    'autosave_interval 30',
    '',
    '# The default of 1000 drops what is beyond it and still says success.',
    'max_queued_messages 100000',
    `max_inflight_messages ${MAX_INFLIGHT}`,
    '# Not message_size_limit: that one says success and drops.',
    `max_packet_size ${MAX_PACKET_BYTES}`,
    '# A dead line is noticed within 1.5 times the interval a client asks for; no client asks for more than this.',
    'max_keepalive 120',
    '',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    'log_type notice',
    'log_type information',
    'connection_messages true',
  ];
  return `${lines.join('\n')}\n`;
}

/** The access file of `access-file`: shops by pattern, so that a new shop changes nothing here. */
export function accessFile(): string {
  const lines = [
    '# %u is the common name of the certificate.',
    ...grants('pattern', kioskRights('%u')),
    ...officeUsers('access-file').flatMap((user) => [
      '',
      `user ${user}`,
      ...grants('topic', rightsOfUser(user)),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

const grants = (kind: 'pattern' | 'topic', { publish, receive }: Rights): readonly string[] => [
  ...publish.map((topic) => `${kind} write ${topic}`),
  ...receive.map((topic) => `${kind} read ${topic}`),
];
