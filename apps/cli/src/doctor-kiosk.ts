import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCatalogueDelta, topicOf } from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { openProbe, type Probe } from '@tillwire/head-office/broker/probe';
import {
  brokerOfKiosk,
  examineKiosk,
  type KioskConfig,
  lookAtFile,
  parseKioskConfig,
} from '@tillwire/kiosk';
import {
  type BrokerAddress,
  MigrationError,
  pause,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import {
  fault,
  type Finding,
  good,
  look,
  lookAtBroker,
  lookAtDisk,
  lookAtPages,
  lookAtPort,
  lookAtSecrets,
  warning,
} from './doctor-findings.ts';
import type { Env } from './office.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const RETAINED_WITHIN_MS = 3000;

/** A kiosk looked over; it may be selling meanwhile. @throws {ConfigError} */
export async function kioskFindings(env: Env): Promise<readonly Finding[]> {
  const config = parseKioskConfig(env);
  const { store, http, trustAnchors } = config;
  const broker = brokerOfKiosk(config);
  const line = await look('broker', 'see docs/operations.md, "The till says offline"', () =>
    lookAtBroker(broker, { client: store, filter: topicOf('ack', store) }),
  );
  const isLetIn = line.some(({ about, state }) => about === 'broker' && state === 'good');
  return [
    good('configuration', `configured as ${store}`),
    trustAnchors.length === 0
      ? fault('trust', 'no key of Head Office is pinned', 'set TRUST_ANCHORS, or join anew')
      : good('trust', `${trustAnchors.length} key(s) of Head Office are pinned`),
    ...lookAtSecrets(secretsOf(config)),
    ...(await look(
      'database',
      'is DB_PATH right, the disk writable, the file whole (tillwire verify)?',
      () => lookAtDatabase(config),
    )),
    ...lookAtFolders(config),
    await lookAtPort(http, 'tillwire-kiosk-web'),
    ...line,
    ...(isLetIn && broker !== null
      ? await look('retained menu', 'see docs/operations.md', () => lookAtRetained(config, broker))
      : []),
    lookAtPages('kiosk'),
  ];
}

/** As `kiosk join` lays them out. */
const secretsOf = ({ credentialDir, database }: KioskConfig): readonly string[] => [
  ...(credentialDir === null ? [] : [credentialDir, join(dirname(credentialDir), 'kiosk.env')]),
  ...('path' in database ? [database.path] : []),
];

async function lookAtDatabase(config: KioskConfig): Promise<readonly Finding[]> {
  const { database } = config;
  if ('path' in database) {
    let file: ReturnType<typeof lookAtFile>;
    try {
      file = lookAtFile(database.path);
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      return [fault('migrations', error.message, 'install the version this kiosk ran with')];
    }
    if (file === null) {
      return [
        warning(
          'database',
          `${database.path} is not there`,
          'the first start makes it; if this kiosk sold before: tillwire restore BACKUP',
        ),
      ];
    }
    if (file.faults.length > 0) {
      const what = `${database.path} is damaged: ${file.faults.join('; ').replaceAll('\n', ' ').slice(0, 120)}`;
      return [fault('database', what, 'stop the kiosk, then tillwire restore the newest BACKUP')];
    }
    if (file.pending > 0) {
      const what = `${file.pending} migrations are due`;
      return [warning('database', what, 'they run when the kiosk starts')];
    }
  }
  return [
    good('database', 'the database is whole and of this version'),
    ...(await lookInside(config)),
  ];
}

async function lookInside(config: KioskConfig): Promise<readonly Finding[]> {
  const seen = await examineKiosk(config, { clock: systemClock, ids: systemIds });
  const nowMs = systemClock.nowMs();
  const oldest =
    seen.oldestUnsentMs === null ? 0 : Math.floor((nowMs - seen.oldestUnsentMs) / MINUTE_MS);
  const unsent = `${seen.unsent} events unsent, the oldest for ${oldest} minutes`;
  return [
    lookAtDisk(seen.freeBytes),
    seen.sells
      ? good('catalogue', 'there is a catalogue to sell from')
      : fault(
          'catalogue',
          'there is no catalogue',
          'publish one to this store, or kiosk import-catalogue FILE',
        ),
    oldest > 10
      ? warning(
          'unsent',
          unsent,
          'mend the line; kiosk export-journal FILE takes them by USB stick',
        )
      : good('unsent', unsent),
    ...(seen.parked > 0
      ? [
          warning(
            'parked',
            `${seen.parked} events are parked at Head Office`,
            'look at its quarantine',
          ),
        ]
      : []),
    ...lookAtClock(seen),
    lookAtBackup(config, seen.newestBackup, nowMs),
  ];
}

function lookAtClock({
  clockDoubted,
  headOffice,
}: Awaited<ReturnType<typeof examineKiosk>>): readonly Finding[] {
  const findings: Finding[] = [];
  if (clockDoubted) {
    const what = 'nobody has confirmed the clock since the restore';
    findings.push(fault('clock', what, 'set the clock; a manager confirms it'));
  }
  if (headOffice === null) return findings;
  const off = Math.round((headOffice.atMs - headOffice.saidMs) / 1000);
  const what = `the clock was ${Math.abs(off)} s ${off < 0 ? 'behind' : 'ahead of'} Head Office’s last word`;
  const isOff = Math.abs(off) > 120;
  return [
    ...findings,
    isOff ? warning('clock', what, 'switch time synchronisation on') : good('clock', what),
  ];
}

function lookAtBackup({ backupKey }: KioskConfig, newest: string | null, nowMs: number): Finding {
  if (newest === null) {
    const remedy = 'tillwire backup; the scheduler makes one a day';
    return warning('backup', 'there is no backup', remedy);
  }
  const hours = Math.floor((nowMs - statSync(newest).mtimeMs) / HOUR_MS);
  const what = `the newest backup is ${hours} hours old: ${newest}`;
  if (hours > 26) return warning('backup', what, 'tillwire backup; does the scheduler run?');
  return backupKey === null && newest.endsWith('.sealed')
    ? warning('backup', `${newest} is sealed, and no key is set`, 'set BACKUP_KEY_FILE again')
    : good('backup', what);
}

const lookAtFolders = ({ exportDir, backupDir }: KioskConfig): readonly Finding[] =>
  [exportDir, backupDir].flatMap((folder) => {
    if (!existsSync(folder)) return [];
    try {
      accessSync(folder, constants.W_OK);
      return [];
    } catch {
      return [fault('folders', `${folder} can't be written`, `chown it to the kiosk's user`)];
    }
  });

/**
 * What this store runs is retained at the broker, and signed by a key that is pinned here; and the broker lets it do
 * nothing in the name of another.
 */
async function lookAtRetained(
  config: KioskConfig,
  broker: BrokerAddress,
): Promise<readonly Finding[]> {
  const probe = await openProbe(broker);
  try {
    return [await lookAtMenu(config, probe), await lookAtRights(config, probe)];
  } finally {
    await probe.leave();
  }
}

async function lookAtRights({ store }: KioskConfig, probe: Probe): Promise<Finding> {
  const other = storeCode(store === 'S9999' ? 'S9998' : 'S9999');
  const foreign = topicOf('orders', other);
  return (await probe.publish(foreign, 'doctor')) === 'accepted'
    ? fault('rights', `the broker lets this store publish to ${foreign}`, 'tillwire broker check')
    : good('rights', 'the broker lets this store do nothing in the name of another');
}

async function lookAtMenu({ store, trustAnchors }: KioskConfig, probe: Probe): Promise<Finding> {
  const topic = topicOf('delta', store);
  await probe.subscribe(topic);
  const retained = await untilFound(() =>
    [...probe.received].find((message) => message.startsWith(`${topic} `)),
  );
  if (retained === undefined) {
    const remedy = 'publish a menu; Head Office’s catalogue role keeps it there';
    return warning('retained menu', 'the broker retains no menu for this store', remedy);
  }
  const payload = Buffer.from(retained.slice(topic.length + 1));
  const read = readCatalogueDelta(store, payload, trustAnchors);
  return read.ok
    ? good('retained menu', `version ${read.value.catalog_version} is retained, and believed`)
    : fault(
        'retained menu',
        `what is retained for this store is not believed: ${read.error.type}`,
        'the keys pinned here are not Head Office’s: store provision --again and kiosk join --renew',
      );
}

/** What a broker retains comes right after a subscription. */
async function untilFound<T>(find: () => T | undefined): Promise<T | undefined> {
  for (let left = RETAINED_WITHIN_MS; left > 0; left -= 50) {
    const found = find();
    if (found !== undefined) return found;
    await pause(50);
  }
  return find();
}
