import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CATALOGUE_DELTAS, filterOf } from '@tillwire/contract';
import { examineHeadOffice, parseHeadOfficeConfig } from '@tillwire/head-office';
import { openProbe } from '@tillwire/head-office/broker/probe';
import {
  type BrokerAddress,
  createLog,
  pause,
  probeBroker,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import {
  fault,
  type Finding,
  good,
  look,
  lookAtBroker,
  lookAtCertificate,
  lookAtDisk,
  lookAtPages,
  lookAtPort,
  lookAtSecrets,
  reasonOf,
  warning,
} from './doctor-findings.ts';
import type { Env } from './office.ts';

type Examined = Awaited<ReturnType<typeof examineHeadOffice>>;

const run = promisify(execFile);
const RETAINED_WITHIN_MS = 3000;

/** Head Office looked over; it may be running meanwhile. @throws {ConfigError} */
export async function headOfficeFindings(env: Env): Promise<readonly Finding[]> {
  const config = parseHeadOfficeConfig(env);
  const { stateDir, http, broker, brokerAdmin } = config;
  let servedStores: readonly string[] = [];
  const database = await look(
    'database',
    'is PostgreSQL running, DATABASE_URL right, and does its user own the database?',
    async () => {
      const seen = await examineHeadOffice(config, { log: createLog('doctor', 'silent') });
      servedStores = seen.servedStores;
      return [...lookAtDatabase(seen), await lookAtDumper(seen, env['PATH'] ?? '')];
    },
  );
  const line = await look('broker', 'see docs/operations.md, "The broker is gone"', () =>
    lookAtBroker(broker, { client: 'head-office', filter: filterOf('health') }),
  );
  const isLetIn = line.some(({ about, state }) => about === 'broker' && state === 'good');
  const secrets = ['MQTT_ADMIN', 'MQTT_KEY', 'BACKUP_KEY_FILE'].flatMap((name) => env[name] ?? []);
  return [
    good('configuration', 'configured'),
    ...lookAtSecrets([stateDir, ...secrets]),
    ...database,
    await lookAtPort(http, 'tillwire-head-office-dashboard'),
    ...line,
    ...(isLetIn && broker !== null
      ? await look('retained menus', 'see docs/operations.md', () =>
          lookAtMenus(broker, servedStores),
        )
      : []),
    ...(brokerAdmin === null
      ? [
          warning(
            'broker admin',
            'no account to change others at the broker',
            'set MQTT_ADMIN: provisioning and rotation need it',
          ),
        ]
      : await look('broker admin', 'is MQTT_ADMIN of this broker?', async () => [
          await lookAtAdmin(brokerAdmin),
          ...(brokerAdmin.clientAuthority === null
            ? []
            : [lookAtCertificate(brokerAdmin.clientAuthority.certificate)]),
        ])),
    lookAtPages('head-office'),
  ];
}

async function lookAtAdmin(admin: BrokerAddress): Promise<Finding> {
  const answer = await probeBroker(
    admin,
    `admin-doctor-${systemIds.uuid()}`,
    '$CONTROL/dynamic-security/v1/response',
  );
  return answer.type === 'let-in'
    ? good('broker admin', 'the account that changes the others is let in')
    : fault(
        'broker admin',
        `the account that changes the others is ${answer.type}: ${answer.detail}`,
        'is MQTT_ADMIN the admin.env of this broker?',
      );
}

function lookAtDatabase(seen: Examined): readonly Finding[] {
  const off = Math.round((systemClock.nowMs() - seen.databaseMs) / 1000);
  return [
    good('database', `the database answers (PostgreSQL ${seen.version})`),
    seen.pending === 0
      ? good('migrations', 'it is of this version')
      : warning(
          'migrations',
          `${seen.pending} migrations are due`,
          'they run when Head Office starts; make a backup before',
        ),
    Math.abs(off) > 60
      ? fault(
          'clock',
          `its clock is ${off} s off`,
          'switch time synchronisation on on both machines',
        )
      : good('clock', 'its clock agrees'),
    seen.unbackedEvents === 0
      ? good('backup', 'a verified backup holds everything')
      : warning(
          'backup',
          `${seen.unbackedEvents} events are in no verified backup`,
          'tillwire head-office backup FOLDER each night; until then the stores keep them',
        ),
    seen.parked === 0
      ? good('quarantine', 'nothing is parked')
      : warning('quarantine', `${seen.parked} messages are parked`, 'look at the quarantine'),
    good('signing keys', `${seen.signingKeys} signing key(s)`),
    lookAtDisk(seen.freeBytes),
  ];
}

/** Whether the pg_dump that is found can dump this server. */
async function lookAtDumper({ version }: Examined, searchPath: string): Promise<Finding> {
  const server = Number.parseInt(version, 10);
  const remedy = `install postgresql-client-${server} and put it first in PATH, or back up on the server's machine`;
  try {
    const { stdout } = await run('pg_dump', ['--version'], { env: { PATH: searchPath } });
    const tool = Number(/(\d+)\./.exec(stdout)?.[1] ?? 0);
    return tool >= server
      ? good('pg_dump', `pg_dump ${tool} can dump this server`)
      : warning('pg_dump', `pg_dump ${tool} can't dump a server of PostgreSQL ${server}`, remedy);
  } catch (error) {
    return warning('pg_dump', `pg_dump can't be run: ${reasonOf(error)}`, remedy);
  }
}

/** Every served store has what it runs retained at the broker. */
async function lookAtMenus(
  broker: BrokerAddress,
  servedStores: readonly string[],
): Promise<readonly Finding[]> {
  const probe = await openProbe(broker);
  try {
    await probe.subscribe(CATALOGUE_DELTAS);
    const prefix = CATALOGUE_DELTAS.slice(0, -1);
    const missing = (): readonly string[] =>
      servedStores.filter(
        (store) => ![...probe.received].some((message) => message.startsWith(`${prefix}${store} `)),
      );
    for (let left = RETAINED_WITHIN_MS; left > 0 && missing().length > 0; left -= 50) {
      await pause(50);
    }
    const without = missing();
    return [
      without.length === 0
        ? good('retained menus', `every store's menu is retained (${servedStores.length})`)
        : warning(
            'retained menus',
            `nothing is retained for ${without.join(', ')}`,
            'run the catalogue role: it mends this within a minute; is a release published to them?',
          ),
    ];
  } finally {
    await probe.leave();
  }
}
