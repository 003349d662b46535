import { isStoreCode } from '@tillwire/domain';

/** What an account may publish and what it may subscribe to and receive, as MQTT topic filters. */
export interface Rights {
  readonly publish: readonly string[];
  readonly receive: readonly string[];
}

/**
 * How users prove who they are, and where their rights are kept: passwords or client certificates with dynamic
 * security, which changes live, or client certificates with an access file, which is changed by hand.
 */
export const BROKER_AUTHS = ['dynsec', 'certificates', 'access-file'] as const;
export type BrokerAuth = (typeof BROKER_AUTHS)[number];

/** The accounts of Head Office's parts; `head-office` is one process running all of them. */
const PARTS = ['ingest', 'publisher', 'fleet', 'dashboard'] as const;
export type Part = (typeof PARTS)[number];

/** Least rights. */
const PART_RIGHTS: Readonly<Record<Part, Rights>> = {
  ingest: {
    // Commands too: what the heartbeat shows lacking is asked for again at once.
    publish: ['ho/ack/+', 'ho/journal/+', 'ho/cmd/+'],
    receive: [
      'stores/+/orders',
      'stores/+/daily/exports',
      'stores/+/telemetry/+',
      'stores/+/cmd/results',
    ],
  },
  publisher: {
    publish: ['ho/catalog/full/+', 'ho/catalog/delta/+', 'ho/config/+'],
    // Its own retained messages, to mend them; the state of each shop, to see it apply them.
    receive: ['ho/catalog/full/+', 'ho/catalog/delta/+', 'ho/config/+', 'stores/+/telemetry/+'],
  },
  fleet: {
    publish: ['ho/cmd/+', 'ho/config/+'],
    receive: ['stores/+/telemetry/+', 'stores/+/cmd/results', 'ho/config/+'],
  },
  dashboard: { publish: [], receive: ['stores/+/telemetry/+', '$SYS/broker/#'] },
};

/** What changes accounts on a running broker. */
const ADMIN_RIGHTS: Rights = {
  publish: ['$CONTROL/dynamic-security/#'],
  receive: ['$CONTROL/dynamic-security/#', '$SYS/broker/#'],
};

/** What a shop may do: everything of its own, nothing of another's. `user` is its code, or a broker's placeholder. */
export const kioskRights = (user: string): Rights => ({
  publish: [`stores/${user}/#`],
  receive: [
    'ho/catalog/full/+',
    ...['ack', 'catalog/delta', 'cmd', 'config', 'journal'].map((kind) => `ho/${kind}/${user}`),
  ],
});

/** The rights of several roles together, each filter once. */
const joinRights = (rights: readonly Rights[]): Rights => ({
  publish: [...new Set(rights.flatMap(({ publish }) => publish))],
  receive: [...new Set(rights.flatMap(({ receive }) => receive))],
});

const HEAD_OFFICE_RIGHTS: Rights = joinRights(PARTS.map((part) => PART_RIGHTS[part]));

/** The users a broker has beside one for each shop; only dynamic security can be changed by an `admin`. */
export const officeUsers = (auth: BrokerAuth): readonly string[] => [
  ...(auth === 'access-file' ? [] : ['admin']),
  'head-office',
  ...PARTS,
];

/** The rights of the user called `user`. @throws for a name that is neither a shop's nor Head Office's. */
export function rightsOfUser(user: string): Rights {
  if (isStoreCode(user)) return kioskRights(user);
  if (user === 'admin') return ADMIN_RIGHTS;
  if (user === 'head-office') return HEAD_OFFICE_RIGHTS;
  const part = PARTS.find((name) => name === user);
  if (part === undefined) throw new Error(`no rights are known for ${user}`);
  return PART_RIGHTS[part];
}

/** Whether everything that the filter or topic `asked` names is named by `filter` too. */
export function covers(filter: string, asked: string): boolean {
  const [own, theirs] = [filter.split('/'), asked.split('/')];
  // Wildcards at the front never reach what belongs to the broker itself.
  if (asked.startsWith('$') && own[0] !== theirs[0]) return false;
  for (const [at, level] of own.entries()) {
    if (level === '#') return true;
    const given = theirs[at];
    if (given === undefined || given === '#') return false;
    if (level !== '+' && level !== given) return false;
  }
  return own.length === theirs.length;
}

export const mayPublish = ({ publish }: Rights, topic: string): boolean =>
  publish.some((filter) => covers(filter, topic));

/** Of a subscription's filter or a delivered topic; a share's name does not matter. */
export const mayReceive = ({ receive }: Rights, filter: string): boolean =>
  receive.some((own) => covers(own, filter.replace(/^\$share\/[^/]+\//, '')));
